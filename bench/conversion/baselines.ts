import { unzipSync } from "fflate";
import Papa from "papaparse";

/** What a library gives alone, as Markdown: how far each format gets without us. */
export interface Baseline {
  readonly name: string;
  read(bytes: Uint8Array): Promise<string>;
}

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const asIs: Baseline = { name: "source as it is", read: async (bytes) => utf8(bytes) };

const pipeTable = (rows: readonly (readonly unknown[])[]): string => {
  const [head = [], ...body] = rows.map((row) => row.map((cell) => String(cell ?? "").replace(/[|\n]/g, " ")));
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "-")), ...body.map(line)].join("\n");
};

const csvRows: Baseline = {
  name: "papaparse",
  read: async (bytes) => pipeTable(Papa.parse<string[]>(utf8(bytes), { skipEmptyLines: true }).data),
};

const sheets: Baseline = {
  name: "SheetJS",
  async read(bytes) {
    const { read, utils } = await import("@e965/xlsx");
    const book = read(bytes, { type: "array", sheetRows: 2_000 }); // one sheet claims a million empty rows
    const rowsOf = (name: string) =>
      utils.sheet_to_json<unknown[]>(book.Sheets[name] ?? {}, { header: 1, raw: false, blankrows: false });
    return book.SheetNames.map((name) => `## ${name}\n\n${pipeTable(rowsOf(name))}`).join("\n\n");
  },
};

const unescapeXml = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

/** Text runs of the XML parts of a zip, a paragraph a line. */
const xmlRuns = (name: string, part: RegExp, paragraph: RegExp, run: RegExp): Baseline => ({
  name,
  async read(bytes) {
    const parts = unzipSync(bytes, { filter: (file) => part.test(file.name) });
    const paragraphs = Object.keys(parts)
      .sort()
      .flatMap((path) => utf8(parts[path] ?? new Uint8Array()).split(paragraph));
    return paragraphs
      .map((xml) => unescapeXml([...xml.matchAll(run)].map((match) => match[1] ?? "").join("")))
      .filter((text) => text.trim() !== "")
      .join("\n\n");
  },
});

async function htmlText(html: string): Promise<string> {
  const { parse, defaultTreeAdapter } = await import("parse5");
  type Node = Parameters<typeof defaultTreeAdapter.getParentNode>[0];
  const textOf = (node: Node): string => {
    if ("value" in node) return node.value;
    if (["script", "style", "template", "title"].includes(node.nodeName)) return "";
    return "childNodes" in node ? node.childNodes.map((child) => textOf(child)).join("") : "";
  };
  return textOf(parse(html)).replace(/\n\s*/g, "\n\n");
}

const html: Baseline = { name: "parse5 text", read: (bytes) => htmlText(utf8(bytes)) };
const epub: Baseline = {
  name: "parse5 text",
  async read(bytes) {
    const parts = unzipSync(bytes, { filter: (file) => /\.x?html$/.test(file.name) });
    const pages = Object.keys(parts).sort();
    return (await Promise.all(pages.map((path) => htmlText(utf8(parts[path] ?? new Uint8Array()))))).join("\n\n");
  },
};

const unpdf: Baseline = {
  name: "unpdf (pdf.js)",
  async read(bytes) {
    const { extractText, getDocumentProxy } = await import("unpdf");
    const { text } = await extractText(await getDocumentProxy(Uint8Array.from(bytes)), { mergePages: false });
    return text.join("\n\n");
  },
};

const pdfium: Baseline = {
  name: "pdfium text",
  async read(bytes) {
    const { loadPdfium } = await import("../../packages/conversion/src/readers/pdf/pdfium.ts");
    const { api, wrapped, malloc, free, bytes: heap, utf16 } = await loadPdfium();
    const file = malloc(bytes.length);
    heap().set(bytes, file);
    const document = wrapped.FPDF_LoadMemDocument(file, bytes.length, "");
    const pages = Array.from({ length: api.FPDF_GetPageCount(document) }, (_, index) => {
      const page = api.FPDF_LoadPage(document, index);
      const text = api.FPDFText_LoadPage(page);
      const count = api.FPDFText_CountChars(text);
      const content = utf16((pointer, size) =>
        size === 0 ? 2 * count + 2 : 2 * api.FPDFText_GetText(text, 0, count, pointer),
      );
      api.FPDFText_ClosePage(text);
      api.FPDF_ClosePage(page);
      return content;
    });
    api.FPDF_CloseDocument(document);
    free(file);
    return pages.join("\n\n");
  },
};

export const baselines: Readonly<Record<string, readonly Baseline[]>> = {
  pdf: [pdfium, unpdf],
  docx: [xmlRuns("w:t runs", /^word\/document\d?\.xml$/, /<\/w:p>/, /<w:t(?: [^>]*)?>([^<]*)<\/w:t>/g)],
  pptx: [xmlRuns("a:t runs", /^ppt\/slides\/slide\d+\.xml$/, /<\/a:p>/, /<a:t>([^<]*)<\/a:t>/g)],
  odf: [xmlRuns("text of content.xml", /^content\.xml$/, /<\/text:[ph]>/, />([^<]+)/g)],
  xlsx: [sheets],
  xls: [sheets],
  html: [html],
  md: [asIs],
  asciidoc: [asIs],
  csv: [csvRows],
  epub: [epub],
};
