import { AppError } from "@aurora/kernel";
import { openPdf, type PdfDocument, type Pdfium } from "./pdfium.ts";
import { decodeStream, filtersOf, rawStreams } from "./streams.ts";

/**
 * As `openPdf`; a file that has lost its end (a broken download) or the way to its pages is given another, made of what
 * is found in it.
 * @throws AppError as `openPdf`.
 */
export function openMended(
  pdfium: Pdfium,
  bytes: Uint8Array,
  password: string | null,
): { readonly pdf: PdfDocument; readonly bytes: Uint8Array } {
  try {
    return { pdf: openPdf(pdfium, bytes, password), bytes };
  } catch (error) {
    const mended = AppError.is(error) && error.code === "document_corrupt" ? mendPdf(bytes) : null;
    if (!mended) throw error;
    return { pdf: openPdf(pdfium, mended, password), bytes: mended };
  }
}

const mostUnpacked = 64 * 1_048_576; // of all object streams
const longestObject = 65_536; // between an object's number and its type

/** The file with its catalogue named at the end, or one made anew over its pages; null where it holds no page. */
export function mendPdf(file: Uint8Array): Uint8Array | null {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const plain = plainObjects(bytes);
  const packed = packedObjects(bytes, plain);
  const added = [...packed].map(([object, text]) => `${object} 0 obj\n${text}\nendobj\n`);
  let next = Math.max(0, ...plain, ...packed.keys()) + 1;
  const catalogs = [...objectsOfType(bytes, "Catalog"), ...[...packed].filter(([, text]) => isCatalog.test(text))];
  let root = catalogs.findLast(([, text]) => {
    const pages = Number(/\/Pages\s+(\d+)/.exec(text)?.[1]);
    return plain.has(pages) || packed.has(pages);
  })?.[0];
  if (root === undefined) {
    const pages = [...objectsOfType(bytes, "Page"), ...[...packed].filter(([, text]) => isPage.test(text))].map(
      ([object]) => object,
    );
    if (pages.length === 0) return null;
    const kids = pages.map((object) => `${object} 0 R`).join(" ");
    added.push(`${next} 0 obj\n<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>\nendobj\n`);
    root = next + 1;
    added.push(`${root} 0 obj\n<< /Type /Catalog /Pages ${next} 0 R >>\nendobj\n`);
    next += 2;
  }
  const key = lastMatch(bytes, "/Encrypt", /^\/Encrypt\s+\d+\s+\d+\s+R/) ?? "";
  const identifier = key === "" ? "" : (lastMatch(bytes, "/ID", /^\/ID\s*\[\s*<[^>]*>\s*<[^>]*>\s*\]/) ?? "");
  const trailer = `trailer\n<< /Size ${next} /Root ${root} 0 R ${key} ${identifier} >>\nstartxref\n0\n%%EOF\n`;
  return Buffer.concat([wholeObjects(bytes), Buffer.from(`\n${added.join("")}${trailer}`, "latin1")]);
}

/** Without what follows the last object, or is left of one; a stream that was cut is kept as far as it goes. */
function wholeObjects(bytes: Buffer): Buffer {
  const end = bytes.lastIndexOf("endobj") + "endobj".length;
  const isCutStream = bytes.indexOf("stream", end) >= 0 && bytes.indexOf("xref", end) < 0;
  return isCutStream ? Buffer.concat([bytes, Buffer.from("\nendstream\nendobj")]) : bytes.subarray(0, end);
}

/** Numbers of the objects that stand in the file by themselves. */
function plainObjects(bytes: Buffer): Set<number> {
  const found = new Set<number>();
  for (let at = bytes.indexOf("obj"); at >= 0; at = bytes.indexOf("obj", at + 3)) {
    const object = objectNumber(bytes, at);
    if (object !== null) found.add(object);
  }
  return found;
}

const objectNumber = (bytes: Buffer, at: number): number | null => {
  const number = /(\d{1,8})\s+\d+\s+$/.exec(bytes.toString("latin1", Math.max(0, at - 24), at))?.[1];
  return number === undefined ? null : Number(number);
};

/** Objects of object streams (ISO 32000-1, 7.5.7) that do not stand in the file by themselves: the index to them is lost. */
function packedObjects(bytes: Buffer, plain: ReadonlySet<number>): Map<number, string> {
  const objects = new Map<number, string>();
  let left = mostUnpacked;
  for (const { dictionary, start, end } of rawStreams(bytes)) {
    if (!/\/Type\s*\/ObjStm\b/.test(dictionary) || left <= 0) continue;
    const decoded = decodeStream(bytes.subarray(start, end), filtersOf(dictionary) ?? [], left);
    if (decoded.passed) continue;
    left -= decoded.bytes.length;
    const text = Buffer.from(decoded.bytes).toString("latin1");
    const first = Number(/\/First\s+(\d+)/.exec(dictionary)?.[1] ?? 0);
    const numbers = text.slice(0, first).match(/\d+/g)?.map(Number) ?? [];
    for (let index = 0; index + 1 < numbers.length; index += 2) {
      const [object = 0, from = 0, , to = text.length] = numbers.slice(index, index + 4);
      const body = text.slice(first + from, index + 3 < numbers.length ? first + to : undefined);
      if (!plain.has(object) && body.trim() !== "") objects.set(object, body); // else beyond the cut
    }
  }
  return objects;
}

const isCatalog = /\/Type\s*\/Catalog\b/;
const isPage = /\/Type\s*\/Page\b/;

/** Objects that stand in the file by themselves, with what is said around their type. */
function objectsOfType(bytes: Buffer, type: string): [object: number, text: string][] {
  const found = new Map<number, string>();
  for (let at = bytes.indexOf(`/${type}`), last = 0; at >= 0; at = bytes.indexOf(`/${type}`, at + 1)) {
    const isType = /\/Type\s*$/.test(bytes.toString("latin1", Math.max(0, at - 16), at));
    const isWhole = !/[A-Za-z]/.test(String.fromCharCode(bytes[at + type.length + 1] ?? 0));
    if (!isType || !isWhole) continue;
    const from = Math.max(last, at - longestObject);
    const opened = bytes.subarray(from, at).lastIndexOf("obj");
    const object = opened < 0 ? null : objectNumber(bytes, from + opened);
    if (object !== null)
      found.set(object, bytes.toString("latin1", from + opened, at + 4_096).replace(/endobj[\s\S]*$/, ""));
    last = at;
  }
  return [...found];
}

function lastMatch(bytes: Buffer, word: string, pattern: RegExp): string | null {
  const at = bytes.lastIndexOf(word);
  return at < 0 ? null : (pattern.exec(bytes.toString("latin1", at, at + 512))?.[0] ?? null);
}
