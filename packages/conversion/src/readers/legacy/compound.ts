import { AppError } from "@aurora/kernel";
import { CFB } from "@e965/xlsx";
import { decodeWindows1252 } from "../../decode-text.ts";

/** The part of SheetJS's compound file reader used here; the package declares no types for it. */
const parser: {
  read(bytes: Uint8Array, options: { type: "array" }): object;
  find(file: object, path: string): { content?: Uint8Array | number[] } | null;
} = CFB;

export interface CompoundFile {
  /** Bytes of a stream in the root storage; null where there is none. */
  stream(name: string): Uint8Array | null;
}

/** Opens a compound file (MS-CFB), the folder of streams that Office files were until 2007. @throws AppError `document_corrupt`. */
export function openCompound(bytes: Uint8Array): CompoundFile {
  try {
    const file = parser.read(bytes, { type: "array" });
    return {
      stream(name) {
        const entry = parser.find(file, `Root Entry/${name}`) ?? parser.find(file, `/${name}`);
        return entry?.content ? Uint8Array.from(entry.content) : null;
      },
    };
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
