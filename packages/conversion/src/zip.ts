import { AppError } from "@aurora/kernel";
import { Inflate } from "fflate";

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
  /**
   * One entry unpacked.
   * @throws AppError `document_too_complex` past a limit, whatever the directory claims; `document_corrupt`.
   */
  read(name: string): Uint8Array;
}

interface Entry {
  readonly method: number;
  readonly offset: number;
  readonly packedBytes: number;
}

const corrupt = (detail: string, cause?: unknown) =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { cause, internal: { detail } });

/**
 * Opens a zip by its central directory (APPNOTE.TXT 4.3.12–4.3.16; no zip64, no multi-volume, stored and deflated
 * entries). Nothing is unpacked before `read`, which counts the bytes as they come.
 * @throws AppError `document_corrupt`, `document_encrypted`, `document_too_complex`.
 */
export function openZip(bytes: Uint8Array, limits: ZipLimits = defaultZipLimits): ZipArchive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEndRecord(view);
  if (end === null) throw corrupt("no end of central directory");
  const entries = readDirectory(view, view.getUint16(end + 10, true), view.getUint32(end + 16, true), limits);
  let unpackedBytes = 0;
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    read(name) {
      const entry = entries.get(name);
      if (!entry) throw corrupt(`no entry ${name}`);
      const packed = entryBytes(view, bytes, entry);
      const data = entry.method === 0 ? packed : inflate(packed, limits.maxBytes - unpackedBytes, limits.maxRatio);
      unpackedBytes += data.length;
      if (unpackedBytes > limits.maxBytes) throw tooComplex("bytes");
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

function readDirectory(view: DataView, count: number, start: number, limits: ZipLimits): Map<string, Entry> {
  if (count > limits.maxEntries) throw tooComplex("entries");
  const entries = new Map<string, Entry>();
  let at = start;
  for (let index = 0; index < count; index++) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== 0x02014b50) throw corrupt("central directory");
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + at + 46, nameBytes));
    if (view.getUint16(at + 8, true) & 1)
      throw new AppError("document_encrypted", "The file is protected by a password.");
    entries.set(name, {
      method: view.getUint16(at + 10, true),
      packedBytes: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    });
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

function entryBytes(view: DataView, bytes: Uint8Array, entry: Entry): Uint8Array {
  const at = entry.offset;
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== 0x04034b50) throw corrupt("local header");
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + entry.packedBytes > bytes.length) throw corrupt("entry past the end");
  if (entry.method !== 0 && entry.method !== 8) throw corrupt(`method ${entry.method}`);
  return bytes.subarray(start, start + entry.packedBytes);
}

function inflate(packed: Uint8Array, maxBytes: number, maxRatio: number): Uint8Array {
  const parts: Uint8Array[] = [];
  let total = 0;
  let finished = false;
  const stream = new Inflate((part, isLast) => {
    total += part.length;
    if (total > maxBytes || (total > 1_048_576 && total > packed.length * maxRatio)) throw tooComplex("bytes");
    parts.push(part);
    finished = isLast;
  });
  const step = 65_536; // a deflated byte can grow about a thousandfold: small steps keep a bomb small
  try {
    for (let at = 0; at < packed.length; at += step)
      stream.push(packed.subarray(at, at + step), at + step >= packed.length);
  } catch (cause) {
    throw AppError.is(cause) ? cause : corrupt("deflate", cause);
  }
  if (packed.length > 0 && !finished) throw corrupt("deflate ended early");
  const data = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    data.set(part, at);
    at += part.length;
  }
  return data;
}
