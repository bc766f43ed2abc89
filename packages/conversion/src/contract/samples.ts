import { strToU8, zipSync } from "fflate";
import { convertFile } from "../convert.ts";
import type { ConvertedDocument, SourceFile } from "../port.ts";

/** Converts in the test's own process. */
export const convertHere = (file: SourceFile, maxPages = 100): Promise<ConvertedDocument> =>
  convertFile(file, { maxPages, pageImageDpi: 0 }, async () => {});

export const textFile = (filename: string, text: string): SourceFile => ({ filename, bytes: strToU8(text) });

/** A Word file around `body` (WordprocessingML) and further parts by name. */
export function docx(body: string, parts: Readonly<Record<string, string>> = {}): Uint8Array {
  const namespaces = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  const wrapped = Object.entries(parts).map(([name, xml]) => [
    name,
    strToU8(xml.replace(/^<([\w:]+)/, `<$1 ${namespaces}`)),
  ]);
  return zipSync({
    "[Content_Types].xml": strToU8('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'),
    "word/document.xml": strToU8(`<w:document ${namespaces}><w:body>${body}</w:body></w:document>`),
    ...Object.fromEntries(wrapped),
  });
}

export const paragraph = (text: string, properties = ""): string =>
  `<w:p><w:pPr>${properties}</w:pPr><w:r><w:t xml:space="preserve">${text}</w:t></w:r></w:p>`;
