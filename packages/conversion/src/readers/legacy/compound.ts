import { AppError } from "@aurora/kernel";
import { CFB } from "@e965/xlsx";
import { checkCompoundFile } from "../../compound-file.ts";
import { decodeWindows1252 } from "../../decode-text.ts";

/** The part of SheetJS's compound file reader used here; the package declares no types for it. */
const parser: {
  read(bytes: Uint8Array, options: { type: "array" }): object;
  find(file: object, path: string): { content?: Uint8Array | number[] } | null;
} = CFB;

export interface CompoundFile {
  /** Bytes of a stream in the root storage; null where there is none. */
  stream(name: string): Uint8Array | null;
  /** What the file's own properties call its title. */
  readonly title: string | null;
}

/** Opens a compound file (MS-CFB), the folder of streams that Office files were until 2007. @throws AppError `document_corrupt`. */
export function openCompound(bytes: Uint8Array): CompoundFile {
  checkCompoundFile(bytes);
  try {
    const file = parser.read(bytes, { type: "array" });
    const stream = (name: string) => {
      const entry = parser.find(file, `Root Entry/${name}`) ?? parser.find(file, `/${name}`);
      return entry?.content ? Uint8Array.from(entry.content) : null;
    };
    const summary = stream("!SummaryInformation"); // the parser's way to write the control character names begin with
    return { stream, title: summary ? readTitle(summary) : null };
  } catch (cause) {
    throw new AppError("document_corrupt", "The file is damaged or incomplete.", { cause });
  }
}

/** Little-endian numbers of a stream. What lies outside it reads as zero: offsets of damaged files point anywhere. */
export function createByteView(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isInside = (at: number, size: number) => at >= 0 && at + size <= view.byteLength;
  return {
    length: bytes.length,
    u8: (at: number): number => (isInside(at, 1) ? view.getUint8(at) : 0),
    u16: (at: number): number => (isInside(at, 2) ? view.getUint16(at, true) : 0),
    i16: (at: number): number => (isInside(at, 2) ? view.getInt16(at, true) : 0),
    u32: (at: number): number => (isInside(at, 4) ? view.getUint32(at, true) : 0),
    i32: (at: number): number => (isInside(at, 4) ? view.getInt32(at, true) : 0),
    utf16(at: number, units: number): string {
      if (units <= 0 || !isInside(at, units * 2)) return "";
      return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(bytes.subarray(at, at + units * 2));
    },
    windows1252(at: number, count: number): string {
      if (count <= 0 || !isInside(at, count)) return "";
      return decodeWindows1252(bytes.subarray(at, at + count));
    },
  };
}

export type ByteView = ReturnType<typeof createByteView>;

const [codePageProperty, titleProperty] = [1, 2];
const [narrowText, wideText] = [0x1e, 0x1f];
const wideCodePage = 1200;

/** The title of a property set (MS-OLEPS 2.20, 2.25.1), in the code page the set names. */
function readTitle(bytes: Uint8Array): string | null {
  const view = createByteView(bytes);
  const section = view.u32(44);
  const places = new Map<number, number>();
  for (let index = 0; index < Math.min(view.u32(section + 4), 64); index++)
    places.set(view.u32(section + 8 + index * 8), section + view.u32(section + 12 + index * 8));
  const at = places.get(titleProperty);
  if (at === undefined) return null;
  const [type, length] = [view.u32(at), view.u32(at + 4)];
  const codePage = view.u16((places.get(codePageProperty) ?? -4) + 4);
  const isWide = type === wideText || codePage === wideCodePage;
  if (!isWide && type !== narrowText) return null;
  const text = isWide
    ? view.utf16(at + 8, type === wideText ? length : length >> 1)
    : decodedIn(codePage, bytes.subarray(at + 8, at + 8 + length));
  return text.replace(/\0[\s\S]*$/, "").trim() || null;
}

function decodedIn(codePage: number, bytes: Uint8Array): string {
  if (codePage === 65001) return new TextDecoder().decode(bytes);
  if (codePage === 10000) return new TextDecoder("macintosh").decode(bytes);
  if (codePage >= 1250 && codePage <= 1258 && codePage !== 1252)
    return new TextDecoder(`windows-${codePage}`).decode(bytes);
  return decodeWindows1252(bytes);
}
