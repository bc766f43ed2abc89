import { inflateRawSync } from "node:zlib";
import { AppError } from "@aurora/kernel";

export interface ZipLimits {
  readonly maxEntries: number;
  /** Of all entries read, unpacked. */
  readonly maxBytes: number;
  /** Unpacked size over packed size of one entry; small entries (under 1 MB unpacked) are let through. */
  readonly maxRatio: number;
}

export const defaultZipLimits: ZipLimits = { maxEntries: 20_000, maxBytes: 512 * 1024 * 1024, maxRatio: 200 };

export interface ZipArchive {
  readonly names: readonly string[];
  has(name: string): boolean;
  isEncrypted(name: string): boolean;
  /**
   * One entry unpacked.
   * @param maxBytes Of this entry, where less than the archive's own limit is wanted.
   * @throws AppError `document_too_complex` past a limit, whatever the directory claims; `document_encrypted`;
   *   `document_corrupt`.
   */
  read(name: string, maxBytes?: number): Uint8Array;
}

interface Entry {
  readonly method: number;
  readonly offset: number;
  readonly packedBytes: number;
  readonly isEncrypted: boolean;
}

const full32 = 0xffffffff; // “see zip64”

const corrupt = (detail: string, cause?: unknown) =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { cause, internal: { detail } });

/**
 * Opens a zip by its central directory (APPNOTE.TXT 4.3.12–4.3.16, zip64 too; no multi-volume; stored and deflated
 * entries). Nothing is unpacked before `read`, which counts the bytes as they come.
 * @throws AppError `document_corrupt`, `document_too_complex`.
 */
export function openZip(bytes: Uint8Array, limits: ZipLimits = defaultZipLimits): ZipArchive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEndRecord(view);
  if (end === null) throw corrupt("no end of central directory");
  const { count, start } = directoryPlace(view, end);
  const entries = readDirectory(view, count, start, limits);
  let unpackedBytes = 0;
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    isEncrypted: (name) => entries.get(name)?.isEncrypted ?? false,
    read(name, maxBytes = limits.maxBytes) {
      const entry = entries.get(name);
      if (!entry) throw corrupt(`no entry ${name}`);
      if (entry.isEncrypted) throw new AppError("document_encrypted", "The file is protected by a password.");
      const packed = entryBytes(view, bytes, entry);
      const left = Math.min(maxBytes, limits.maxBytes - unpackedBytes);
      const most = entry.method === 0 ? left : Math.min(left, Math.max(1_048_576, packed.length * limits.maxRatio));
      if (most <= 0) throw tooComplex("bytes");
      const data = entry.method === 0 ? packed : inflate(packed, most);
      unpackedBytes += Math.min(data?.length ?? most, most); // what was refused has been unpacked so far: a thousand bombs count as well
      if (data === null || data.length > left) throw tooComplex("bytes");
      return data;
    },
  };
}

const tooComplex = (limit: string) =>
  new AppError("document_too_complex", "The file unpacks to more than is allowed.", { params: { limit } });

function findEndRecord(view: DataView): number | null {
  const lowest = Math.max(0, view.byteLength - 22 - 0xffff);
  for (let at = view.byteLength - 22; at >= lowest; at--) if (view.getUint32(at, true) === 0x06054b50) return at;
  return null;
}

/** Of a directory too large for the old record, zip64 keeps the place in one of its own, named just before the old. */
function directoryPlace(view: DataView, end: number): { count: number; start: number } {
  const [count, start] = [view.getUint16(end + 10, true), view.getUint32(end + 16, true)];
  const locator = end - 20;
  if ((count !== 0xffff && start !== full32) || locator < 0 || view.getUint32(locator, true) !== 0x07064b50)
    return { count, start };
  const record = Number(view.getBigUint64(locator + 8, true));
  if (record + 56 > view.byteLength || view.getUint32(record, true) !== 0x06064b50) throw corrupt("zip64 record");
  return {
    count: Number(view.getBigUint64(record + 32, true)),
    start: Number(view.getBigUint64(record + 48, true)),
  };
}

function readDirectory(view: DataView, count: number, start: number, limits: ZipLimits): Map<string, Entry> {
  if (count > limits.maxEntries) throw tooComplex("entries");
  const entries = new Map<string, Entry>();
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) throw corrupt("central directory");
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + 46 + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > view.byteLength) throw corrupt("central directory");
    const name = entryName(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameBytes));
    const large = zip64Values(view, at + 46 + nameBytes, extraBytes);
    // in this order and only where the old field is full: unpacked size, packed size, offset (4.5.3)
    const value = (place: number): number => {
      const old = view.getUint32(at + place, true);
      return old === full32 ? (large.shift() ?? old) : old;
    };
    value(24);
    const packedBytes = value(20);
    const offset = value(42);
    entries.set(name, {
      method: view.getUint16(at + 10, true),
      packedBytes,
      offset,
      isEncrypted: (view.getUint16(at + 8, true) & 1) === 1,
    });
    at = next;
  }
  return entries;
}

function zip64Values(view: DataView, start: number, length: number): number[] {
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const count = Math.floor(Math.min(view.getUint16(at + 2, true), start + length - at - 4) / 8);
    return Array.from({ length: count }, (_, index) => Number(view.getBigUint64(at + 4 + index * 8, true)));
  }
  return [];
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
/** The upper half of code page 437, what DOS and Windows wrote names in before UTF-8. */
const codePage437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** The flag that promises UTF-8 is often forgotten: bytes that are UTF-8 are taken for it. */
function entryName(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return Array.from(bytes, (byte) => (byte < 128 ? String.fromCharCode(byte) : codePage437.charAt(byte - 128))).join(
      "",
    );
  }
}

function entryBytes(view: DataView, bytes: Uint8Array, entry: Entry): Uint8Array {
  const at = entry.offset;
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== 0x04034b50) throw corrupt("local header");
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + entry.packedBytes > bytes.length) throw corrupt("entry past the end");
  if (entry.method !== 0 && entry.method !== 8) throw corrupt(`method ${entry.method}`);
  return bytes.subarray(start, start + entry.packedBytes);
}

/** null past the limit, beyond which nothing is unpacked. */
function inflate(packed: Uint8Array, maxBytes: number): Uint8Array | null {
  if (packed.length === 0) return packed;
  try {
    const { buffer, byteOffset, byteLength } = inflateRawSync(packed, { maxOutputLength: maxBytes });
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return null;
    throw corrupt("deflate", cause);
  }
}
