import type { DoclingDocument } from "../docling-document.ts";
import type { DocumentBuilder } from "../document-builder.ts";
import type { SourceFile } from "../port.ts";
import type { ReadContext } from "./reader.ts";

export interface Parts {
  /**
   * Reads a file inside this one and puts it into the document under a heading; its own headings come a level deeper,
   * its pages after those so far. What cannot be read has been told to `context.warn` and leaves no trace.
   */
  add(file: SourceFile, heading: string): Promise<boolean>;
}

/** The one way attachments and archive members come into the document that holds them. */
export function createParts(builder: DocumentBuilder, context: ReadContext, level: number): Parts {
  let pages = 0;
  return {
    async add(file, heading) {
      const read = await context.readNested(file, pages + 1);
      if (read === null) return false;
      builder.addText("section_header", heading, { level });
      builder.append(underHeading(read.document, level), "#/body", pages);
      pages += Object.values(read.document.pages).reduce((most, { page_no }) => Math.max(most, page_no), 0);
      return true;
    },
  };
}

function underHeading(document: DoclingDocument, level: number): DoclingDocument {
  const texts = document.texts.map((text) => {
    if (text.label === "title") return { ...text, label: "section_header" as const, level: level + 1 };
    return text.label === "section_header" ? { ...text, level: (text.level ?? 1) + level + 1 } : text;
  });
  const hasTitle = document.texts.some((text) => text.label === "title");
  // without a title the part's own highest heading takes its place
  const raised = hasTitle
    ? texts
    : texts.map((text) => (text.level === undefined ? text : { ...text, level: text.level - 1 }));
  return { ...document, texts: raised };
}
