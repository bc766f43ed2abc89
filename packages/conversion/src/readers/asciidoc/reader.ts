import { AppError } from "@aurora/kernel";
import { decodeText } from "../../decode-text.ts";
import { createDocumentBuilder, type DocumentBuilder } from "../../document-builder.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import { codeLanguage } from "../code-language.ts";
import { addHeading, addListItem, addRuns, plainOf } from "../inline-runs.ts";
import { nameOf, originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import { type AsciiDocText, readInline } from "./inline.ts";
import { tableCells } from "./table.ts";

const maxDepth = 50;

/**
 * AsciiDoc line by line: titles, paragraphs, nested lists, delimited blocks, tables, images and their titles. Nothing is
 * included; comments are left out as hidden, settings of blocks are furniture, those of the document stay as Docling has it.
 */
export const asciidocReader: Reader = {
  async read(file, type, context) {
    const source = decodeText(file.bytes);
    if (source.trim() === "") throw new AppError("document_empty", "The file holds no text.");
    context.ledger.source(source);
    context.ledger.parser("asciidoc");
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const page: Page = { builder, ledger: context.ledger, attributes: new Map(), headings: [] };
    readBlocks(page, source.split("\n"), undefined, 0);
    return { document: builder.document, title: null };
  },
};

interface Page {
  readonly builder: DocumentBuilder;
  readonly ledger: SourceLedger;
  readonly attributes: Map<string, string>;
  readonly headings: (string | undefined)[];
}

interface OpenList {
  readonly marker: string;
  readonly indent: number;
  readonly group: string;
  lastItem: string;
  count: number;
}

const listItem = /^(\s*)(\*{1,6}|-|\.{1,6}|\d{1,4}[.)]|[a-zA-Z][.)]|<(?:\d+|\.)>)\s+(\S.*)$/;
const description = /^(\s*)(\S.*?)(:{2,4}|;;)(?:\s+(.*))?$/;
const delimiter = /^(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|\/{4,}|--|```.*)$/;
const attributeEntry = /^:(!?[\w-]+!?):(?:\s+(.*))?$/;
const startsBlock = (line: string): boolean =>
  line.trim() === "" ||
  /^={1,6}\s+\S|^\[.*\]\s*$|^\.[^\s.]|^\||^image::|^\/\/|^\+$/.test(line) ||
  delimiter.test(line.trimEnd()) ||
  listItem.test(line);

function readBlocks(page: Page, lines: readonly string[], parent: string | undefined, depth: number): void {
  if (depth > maxDepth) throw new AppError("document_too_complex", "The blocks are nested too deep.");
  const { builder, ledger, attributes } = page;
  let lists: OpenList[] = [];
  let title: string | null = null;
  let settings = "";
  let isAttached = false; // a "+" bound the next block to the last list item

  const place = (): { parent?: string } => {
    const item = isAttached ? lists.at(-1)?.lastItem : undefined;
    const ref = item ?? parent ?? page.headings.findLast((heading) => heading !== undefined);
    return ref === undefined ? {} : { parent: ref };
  };
  const inline = (text: string): AsciiDocText => {
    const content = readInline(text, attributes);
    for (const hidden of content.hidden) ledger.drop(hidden, "hidden");
    return content;
  };
  const flushTitle = () => {
    if (title !== null) addRuns(builder, inline(title).runs, place());
    title = null;
  };
  const takeCaption = (): string[] => {
    const text = title === null ? "" : plainOf(inline(title).runs);
    title = null;
    return text === "" ? [] : [builder.addText("caption", text, place())];
  };
  const addPicture = (alternative: string, captions: string[]) => {
    const picture = builder.addPicture({ ...place(), captions });
    const text = alternative.trim(); // not shown where the image is: kept, as Docling shows none
    if (text !== "") builder.addText("text", text, { parent: picture, layer: "invisible" });
  };
  const endBlock = () => {
    isAttached = false;
    settings = "";
  };
  const furniture = (line: string) => void builder.addText("text", line.trim(), { layer: "furniture" });

  let at = 0;
  while (at < lines.length) {
    const line = (lines[at] ?? "").trimEnd();
    if (line.trim() === "") {
      at++;
      continue;
    }
    const opener = delimiter.exec(line)?.[1];
    const heading = /^(={1,6})\s+(\S.*)$/.exec(line);
    const attribute = attributeEntry.exec(line);
    const item = listItem.exec(line);
    const term = item ? null : description.exec(line);
    const image = /^image::([^[]*)\[(.*)\]$/.exec(line);
    if (opener !== undefined) {
      at = readDelimited(opener, at);
      endBlock();
    } else if (line.startsWith("//")) {
      ledger.drop(line, "hidden");
      at++;
    } else if (attribute) {
      const from = at;
      for (
        let entry: RegExpExecArray | null = attribute;
        entry;
        entry = attributeEntry.exec((lines[at] ?? "").trimEnd())
      ) {
        attributes.set(entry[1] ?? "", entry[2] ?? "");
        at++;
      }
      builder.addText(
        "text",
        lines
          .slice(from, at)
          .map((entry) => entry.trim())
          .join("\n"),
        place(),
      );
    } else if (heading && depth === 0) {
      lists = [];
      flushTitle();
      const level = heading[1]?.length ?? 1;
      page.headings.length = Math.min(page.headings.length, level - 1);
      const runs = inline(heading[2] ?? "").runs;
      const fields = { ...place(), level: Math.max(1, level - 1) };
      const ref = addHeading(builder, level === 1 ? "title" : "section_header", runs, fields);
      while (page.headings.length < level - 1) page.headings.push(undefined);
      page.headings[level - 1] = ref;
      endBlock();
      at++;
    } else if (/^\[.*\]$/.test(line) || /^(?:include|ifdef|ifndef|ifeval|endif|toc)::/.test(line)) {
      if (line.startsWith("[")) settings = line;
      furniture(line);
      at++;
    } else if (/^\.[^\s.]/.test(line)) {
      lists = isAttached ? lists : [];
      flushTitle();
      title = line.slice(1);
      at++;
    } else if (line === "+") {
      isAttached = lists.length > 0;
      at++;
    } else if (line === "'''" || line === "<<<") {
      at++;
    } else if (image) {
      ledger.drop(`image ${image[1]}`, "hidden");
      const [alternative = "", ...rest] = (image[2] ?? "").split(",");
      ledger.drop(rest.join(" "), "hidden");
      if (!isAttached) lists = [];
      addPicture(alternative.replace(/^"|"$/g, ""), takeCaption());
      endBlock();
      at++;
    } else if (line.startsWith("|")) {
      at = readTable(at);
      endBlock();
    } else if (item) {
      flushTitle();
      at = readItem(item, at);
    } else if (term && !/^https?$/.test(term[2] ?? "")) {
      flushTitle();
      at = readDescription(term, at);
    } else {
      const end = paragraphEnd(at);
      const text = lines
        .slice(at, end)
        .map((other) => other.trim())
        .join(" ");
      if (!isAttached) lists = [];
      flushTitle();
      const content = inline(text.replace(/ \+(?= |$)/g, "\u2028"));
      addRuns(builder, content.runs, place());
      for (const alternative of content.images) addPicture(alternative, []);
      endBlock();
      at = end;
    }
  }
  flushTitle();

  function paragraphEnd(from: number): number {
    let end = from + 1;
    while (end < lines.length && !startsBlock(lines[end] ?? "")) end++;
    return end;
  }

  function readDelimited(opener: string, from: number): number {
    const closing = opener.startsWith("```") ? "```" : opener;
    let end = from + 1;
    while (end < lines.length && (lines[end] ?? "").trimEnd() !== closing) end++;
    const inner = lines.slice(from + 1, end);
    const mark = opener[0] ?? "";
    if (!isAttached) lists = [];
    if (mark === "/") ledger.drop(inner.join("\n"), "hidden");
    else if (mark === "`" || mark === "." || (mark === "-" && opener.length > 2) || mark === "+") {
      flushTitle();
      const named = opener.startsWith("```")
        ? opener.slice(3)
        : /^\[\s*(?:source|,)\s*,?\s*([\w+#-]+)/.exec(settings)?.[1];
      if (opener.startsWith("```")) ledger.drop(opener, "hidden");
      const code = inner.join("\n").replace(/^\n+|\s+$/g, "");
      if (code !== "") builder.addText("code", code, { ...place(), codeLanguage: codeLanguage(named) });
    } else {
      flushTitle();
      readBlocks(page, inner, place().parent, depth + 1);
    }
    return end + 1;
  }

  function readTable(from: number): number {
    const isFenced = /^\|={3,}/.test(lines[from] ?? "");
    let end = from + 1;
    const ends = (line: string) => (isFenced ? /^\|={3,}\s*$/.test(line) : !line.trimStart().startsWith("|"));
    while (end < lines.length && !ends(lines[end] ?? "")) end++;
    if (!isAttached) lists = [];
    const rows = lines.slice(isFenced ? from + 1 : from, end);
    const table = tableCells(rows, settings);
    ledger.drop(table.marks.join(" "), "hidden");
    const cells = table.cells.map((cell) => ({
      ...cell,
      text: plainOf(inline(cell.text.replace(/\n/g, "\u2028")).runs),
    }));
    const captions = takeCaption();
    if (cells.length > 0) builder.addTable(cells, { ...place(), captions });
    return isFenced ? end + 1 : end;
  }

  /** The list an item belongs to: an open one of its mark and indent, else a new one under the last item. */
  function listFor(marker: string, indent: number, name: string): OpenList {
    const known = lists.findLastIndex((list) => list.marker === marker && list.indent === indent);
    if (known >= 0) lists = lists.slice(0, known + 1);
    else {
      while ((lists.at(-1)?.indent ?? -1) > indent || lists.length >= maxDepth) lists = lists.slice(0, -1);
      const outer = lists.at(-1)?.lastItem;
      isAttached = false;
      const group = builder.addGroup("list", { ...(outer === undefined ? place() : { parent: outer }), name });
      lists = [...lists, { marker, indent, group, lastItem: group, count: 0 }];
    }
    const list = lists.at(-1);
    if (!list) throw new Error("asciidocReader: no list is open");
    return list;
  }

  function readItem(match: RegExpExecArray, from: number): number {
    const [, indent = "", mark = "", text = ""] = match;
    const kind = /^\d+[.)]$/.test(mark) ? "1." : /^[a-zA-Z][.)]$/.test(mark) ? "a." : mark.replace(/\d+/, "1");
    const enumerated = !/^[*-]/.test(mark);
    const list = listFor(kind, indent.length, enumerated ? "ordered list" : "list");
    list.count++;
    let end = from + 1;
    while (end < lines.length && !startsBlock(lines[end] ?? "")) end++;
    const rest = lines.slice(from + 1, end).map((line) => line.trim());
    const isWritten = /^[\da-zA-Z]/.test(mark);
    if (/^<\d/.test(mark)) ledger.drop(mark, "hidden");
    const marker = !enumerated ? "-" : isWritten ? mark : `${list.count}.`;
    const content = inline(
      [text, ...rest].join(" ").replace(/^\[([ x*])\]\s/, (_, tick: string) => (tick === " " ? "[ ] " : "[x] ")),
    );
    list.lastItem = addListItem(builder, content.runs, { parent: list.group, enumerated, marker });
    isAttached = true;
    for (const alternative of content.images) addPicture(alternative, []);
    endBlock();
    return end;
  }

  function readDescription(match: RegExpExecArray, from: number): number {
    const [, indent = "", name = "", mark = "", text = ""] = match;
    const list = listFor(mark, indent.length, "description list");
    const runs = inline(name).runs.map((run) => ({ ...run, style: { ...run.style, bold: true } }));
    list.lastItem = addListItem(builder, runs, { parent: list.group });
    let end = from + 1;
    while (end < lines.length && !startsBlock(lines[end] ?? "") && !description.test(lines[end] ?? "")) end++;
    const body = [text, ...lines.slice(from + 1, end).map((line) => line.trim())].join(" ").trim();
    if (body !== "") {
      const group = builder.addGroup("list", { parent: list.lastItem, name: "descriptions" });
      list.lastItem = addListItem(builder, inline(body).runs, { parent: group });
    }
    endBlock();
    return end;
  }
}
