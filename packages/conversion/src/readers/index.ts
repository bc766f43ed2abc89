import { csvReader } from "./csv.ts";
import { docxReader } from "./docx/reader.ts";
import { htmlReader } from "./html/reader.ts";
import { markdownReader } from "./markdown.ts";
import { pdfReader } from "./pdf/reader.ts";
import type { Reader } from "./reader.ts";
import { textReader } from "./text.ts";

/** Every kind of file we read, by the format `detectType` names. A new kind is one reader more in this list. */
export const readers: ReadonlyMap<string, Reader> = new Map(
  [pdfReader, docxReader, htmlReader, markdownReader, textReader, csvReader].map((reader) => [reader.format, reader]),
);
