import { inflateSync, constants as zlib } from "node:zlib";

/** One stream of a file, found by its keyword: no cross-reference is asked, damaged and hostile files have none to trust. */
export interface RawStream {
  readonly object: number;
  /** What stands between `obj` and `stream`. */
  readonly dictionary: string;
  readonly start: number;
  readonly end: number;
}

const keyword = Buffer.from("stream");
const longestDictionary = 65_536; // of bytes; one that is longer is no stream's

/** Every stream of the file, in the order of the bytes; each byte is looked at once. */
export function* rawStreams(bytes: Buffer): Generator<RawStream> {
  let seen = 0;
  let hasEnds = true;
  for (let at = bytes.indexOf(keyword); at >= 0; at = bytes.indexOf(keyword, seen)) {
    const before = bytes.subarray(Math.max(seen, at - longestDictionary), at);
    seen = at + keyword.length;
    const start = dataStart(bytes, seen);
    const opened = before.lastIndexOf("obj", undefined, "latin1");
    const numbers = before.toString("latin1", Math.max(0, opened - 24), Math.max(0, opened));
    const object = /(\d+)\s+\d+\s+$/.exec(numbers)?.[1];
    if (start === null || opened < 0 || object === undefined) continue;
    const dictionary = before.toString("latin1", opened + 3);
    const found: number = hasEnds ? bytes.indexOf("endstream", start, "latin1") : -1;
    hasEnds = found >= 0;
    const claimed = Number(/\/Length\s+(\d+)(?!\d*\s+\d+\s+R)/.exec(dictionary)?.[1] ?? 0);
    const end = hasEnds ? Math.min(bytes.length, Math.max(found, start + claimed)) : bytes.length;
    if (hasEnds) seen = found + "endstream".length;
    yield { object: Number(object), dictionary, start, end };
  }
}

/** The keyword is followed by a line's end (ISO 32000-1, 7.3.8.1); a lone CR is taken as readers take it. */
function dataStart(bytes: Buffer, at: number): number | null {
  if (bytes[at] === 0x0d) return bytes[at + 1] === 0x0a ? at + 2 : at + 1;
  if (bytes[at] === 0x0a) return at + 1;
  return bytes[at] === 0x20 ? dataStart(bytes, at + 1) : null;
}

/** Names of its packings, outermost first (long or, as some write, short ones); null where the entry leads elsewhere. */
export function filtersOf(dictionary: string): readonly string[] | null {
  const entry = /\/Filter\s*(\[[^\]]*\]|\/[^\s/<>[\]()]+|\d+\s+\d+\s+R)/.exec(dictionary)?.[1];
  if (entry === undefined) return [];
  const names = [...entry.matchAll(/\/([^\s/<>[\]()]+)/g)].map(([, name]) => name ?? "");
  return names.length === 0 && entry !== "[]" ? null : names;
}

export type Decoded = { readonly bytes: Uint8Array; readonly passed: false } | { readonly passed: true };

const passed: Decoded = { passed: true };

/**
 * The stream unpacked as far as Flate, hexadecimal and base 85 go: a picture's own coding (DCT, JPX …) ends it.
 * @param most Bytes that no step may pass: `passed` then, and nothing kept.
 */
export function decodeStream(data: Uint8Array, filters: readonly string[], most: number): Decoded {
  let bytes = data;
  for (const filter of filters) {
    if (filter === "FlateDecode" || filter === "Fl") {
      const inflated = inflateAtMost(bytes, most);
      if (inflated === null) return passed;
      bytes = inflated;
    } else if (filter === "ASCIIHexDecode" || filter === "AHx")
      bytes = Buffer.from(latin1(bytes).replace(/>[\s\S]*$|[^\da-fA-F]+/g, ""), "hex");
    else if (filter === "ASCII85Decode" || filter === "A85") bytes = fromBase85(bytes);
    else if (filter === "LZWDecode" || filter === "LZW" || filter === "RunLengthDecode" || filter === "RL")
      return unpackedLength(bytes, filter) > most ? passed : { bytes: new Uint8Array(), passed: false };
    else break;
  }
  return { bytes, passed: false };
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** null past the limit; what is damaged gives what came before. */
function inflateAtMost(bytes: Uint8Array, maxOutputLength: number): Uint8Array | null {
  try {
    return inflateSync(bytes, { maxOutputLength, finishFlush: zlib.Z_SYNC_FLUSH, chunkSize: 65_536 });
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE" ? null : new Uint8Array();
  }
}

function fromBase85(bytes: Uint8Array): Uint8Array {
  const out = Buffer.alloc(Math.ceil(bytes.length / 5) * 4 + 4 * bytes.length);
  let [length, value, count] = [0, 0, 0];
  for (const byte of bytes) {
    if (byte === 0x7e) break;
    if (byte === 0x7a && count === 0) length = out.writeUInt32BE(0, length);
    if (byte < 0x21 || byte > 0x75) continue;
    value = value * 85 + (byte - 0x21);
    if (++count === 5) {
      length = out.writeUInt32BE(value % 2 ** 32, length);
      [value, count] = [0, 0];
    }
  }
  if (count > 1) {
    for (let left = count; left < 5; left++) value = value * 85 + 84;
    out.writeUInt32BE(value % 2 ** 32, length);
    length += count - 1;
  }
  return out.subarray(0, length);
}

/** Counted without unpacking: of an LZW code the length alone is followed (ISO 32000-1, 7.4.4). */
function unpackedLength(bytes: Uint8Array, filter: string): number {
  let total = 0;
  if (filter.startsWith("R")) {
    for (let at = 0; at < bytes.length && bytes[at] !== 128; ) {
      const run = bytes[at] ?? 0;
      total += run < 128 ? run + 1 : 257 - run;
      at += run < 128 ? run + 2 : 2;
    }
    return total;
  }
  const lengths = new Uint16Array(4_096).fill(1, 0, 256);
  let [next, width, last, held, bits] = [258, 9, 0, 0, 0];
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xffffff;
    bits += 8;
    if (bits < width) continue;
    bits -= width;
    const code = (held >> bits) & ((1 << width) - 1);
    if (code === 257) break;
    if (code === 256) {
      [next, width, last] = [258, 9, 0];
      continue;
    }
    const length = code < next ? (lengths[code] ?? 0) : last + 1;
    total += length;
    if (last > 0 && next < 4_096) lengths[next++] = last + 1;
    last = length;
    width = next + 1 >= 2_048 ? 12 : next + 1 >= 1_024 ? 11 : next + 1 >= 512 ? 10 : 9;
  }
  return total;
}
