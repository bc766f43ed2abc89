import type { Reader } from "./reader.ts";

/**
 * Every kind of file we read, by the format `detectType` names. A new kind is one reader more in this list. Each is
 * loaded when its first file comes: a process that reads one short text must not wait for the parsers of all others.
 */
export const readers: ReadonlyMap<string, () => Promise<Reader>> = new Map<string, () => Promise<Reader>>([
  ["pdf", async () => (await import("./pdf/reader.ts")).pdfReader],
  ["docx", async () => (await import("./docx/reader.ts")).docxReader],
  ["pptx", async () => (await import("./pptx/reader.ts")).pptxReader],
  ["xlsx", async () => (await import("./xlsx/reader.ts")).xlsxReader],
  ["doc", async () => (await import("./legacy/doc.ts")).docReader],
  ["ppt", async () => (await import("./legacy/ppt.ts")).pptReader],
  ["xls", async () => (await import("./legacy/xls.ts")).xlsReader],
  ["html", async () => (await import("./html/reader.ts")).htmlReader],
  ["md", async () => (await import("./markdown.ts")).markdownReader],
  ["txt", async () => (await import("./text.ts")).textReader],
  ["adoc", async () => (await import("./asciidoc/reader.ts")).asciidocReader],
  ...["odt", "ods", "odp"].map((format) => [format, async () => (await import("./odf/reader.ts")).odfReader] as const),
  ["epub", async () => (await import("./epub/reader.ts")).epubReader],
  ["json", async () => (await import("./json.ts")).jsonReader],
  ["xml", async () => (await import("./xml-document/reader.ts")).xmlReader],
  ["rtf", async () => (await import("./rtf/reader.ts")).rtfReader],
  ["csv", async () => (await import("./csv.ts")).csvReader],
  ...["png", "jpeg", "tiff", "webp", "gif"].map(
    (format) => [format, async () => (await import("./image/reader.ts")).imageReader] as const,
  ),
  ["eml", async () => (await import("./mail/reader.ts")).mailReader],
  ["msg", async () => (await import("./mail/reader.ts")).mailReader],
  ["zip", async () => (await import("./archive.ts")).archiveReader],
  ["docling", async () => (await import("./docling.ts")).doclingReader],
]);
