import type { Reader } from "./reader.ts";

/**
 * Every kind of file we read, by the format `detectType` names. A new kind is one reader more in this list. Each is
 * loaded when its first file comes: a process that reads one short text must not wait for the parsers of all others.
 */
export const readers: ReadonlyMap<string, () => Promise<Reader>> = new Map<string, () => Promise<Reader>>([
  ["pdf", async () => (await import("./pdf/reader.ts")).pdfReader],
  ["docx", async () => (await import("./docx/reader.ts")).docxReader],
  ["html", async () => (await import("./html/reader.ts")).htmlReader],
  ["md", async () => (await import("./markdown.ts")).markdownReader],
  ["txt", async () => (await import("./text.ts")).textReader],
  ["csv", async () => (await import("./csv.ts")).csvReader],
]);
