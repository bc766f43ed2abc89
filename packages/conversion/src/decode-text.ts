import { AppError } from "@aurora/kernel";

/**
 * Bytes of a text file to a string without byte order mark, line ends as \n. In this order: a byte order mark
 * (UTF-8, UTF-16 LE/BE) is believed; UTF-16 without one is told by the side its zero bytes stand on; strict UTF-8;
 * Windows-1252 when it reads like a European text in it (`isPlausibleWindows1252`).
 * @throws AppError `document_encoding_invalid` for anything else: other zero bytes, broken UTF-8, binary.
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decode(bytes);
  return text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

function decode(bytes: Uint8Array): string {
  if (isUtf32(bytes)) throw encodingError(); // its mark begins as that of UTF-16 LE, and every other letter would be a zero
  const encoding = encodingByMark(bytes) ?? encodingByZeros(bytes);
  try {
    if (encoding) return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    if (!hasBinaryControls(bytes)) {
      const utf8 = decodeUtf8(bytes);
      if (utf8 !== null) return utf8;
      if (isPlausibleWindows1252(bytes)) return decodeWindows1252(bytes);
    }
  } catch (cause) {
    throw encodingError(cause);
  }
  throw encodingError();
}

/**
 * A web page or XML: a byte order mark, then UTF-8 where the bytes are that, then the encoding the file names, then as
 * `decodeText`. Of a page that says it is UTF-8 single broken bytes are shown as U+FFFD, as a browser does.
 */
export function decodeHtml(bytes: Uint8Array): string {
  const named = encodingNamedIn(bytes);
  const isPlain = encodingByMark(bytes) !== null || bytes.includes(0) || named === null;
  if (isPlain || (named !== "iso-2022-jp" && decodeUtf8(bytes) !== null)) return decodeText(bytes);
  return decodeAs(named, bytes).replace(/\r\n?/g, "\n");
}

/** The encoding a `meta` element or an XML declaration names, where we know it. */
function encodingNamedIn(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 2048)).toString("latin1");
  const name = (/<meta[^>]+charset\s*=\s*["']?\s*([\w.:-]+)/i.exec(head) ??
    /^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)/i.exec(head))?.[1];
  if (name === undefined) return null;
  try {
    const { encoding } = new TextDecoder(name);
    return encoding.startsWith("utf-16") ? null : encoding; // a name that could be read is in no UTF-16
  } catch {
    return null;
  }
}

export const decodeWindows1252 = (bytes: Uint8Array): string => decodeAs("windows-1252", bytes);

/** In two steps: given all bytes at once, Node before 24 takes Windows-1252 for Latin-1 and loses “€” and the quotes. */
export function decodeAs(encoding: string, bytes: Uint8Array): string {
  const decoder = new TextDecoder(encoding);
  return decoder.decode(bytes, { stream: true }) + decoder.decode();
}

const encodingError = (cause?: unknown) =>
  new AppError("document_encoding_invalid", "The text is in no encoding we know; save it as UTF-8.", { cause });

function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

function encodingByMark(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return "utf-8";
  if (a === 0xff && b === 0xfe) return "utf-16le";
  if (a === 0xfe && b === 0xff) return "utf-16be";
  return null;
}

const isUtf32 = ([a, b, c, d]: Uint8Array): boolean => a === 0xff && b === 0xfe && c === 0 && d === 0;

/** Western text in UTF-16 has a zero in nearly every other byte, always on the same side. */
function encodingByZeros(bytes: Uint8Array): string | null {
  const sample = bytes.subarray(0, 4096);
  const zeros = [0, 0];
  for (const [index, byte] of sample.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const half = sample.length / 2;
  if (bytes.length % 2 !== 0 || half < 2) return null;
  if (odd > half * 0.7 && even < half * 0.05) return "utf-16le";
  if (even > half * 0.7 && odd < half * 0.05) return "utf-16be";
  return null;
}

/** Zero and other control bytes that no text file holds (tab, line ends, form feed, escape and end-of-file aside). */
function hasBinaryControls(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte < 0x20 && ![0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x1a, 0x1b].includes(byte));
}

export const looksLikeText = (bytes: Uint8Array): boolean => {
  const sample = bytes.subarray(0, 8192);
  return encodingByMark(sample) !== null || encodingByZeros(sample) !== null || !hasBinaryControls(sample);
};

/**
 * Every byte string is valid Windows-1252, so plausibility decides: no byte that the code page leaves undefined, no
 * intact UTF-8 sequence (then it is damaged UTF-8), and accented letters that stand in words: next to an ASCII
 * letter, with at most one in ten after another accented letter; only "à" and its kind stand alone.
 */
function isPlausibleWindows1252(bytes: Uint8Array): boolean {
  let letters = 0;
  let astray = 0;
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    if ([0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte)) return false;
    if (byte < 0xc0) continue;
    const before = bytes[index - 1] ?? 0x20;
    const after = bytes[index + 1] ?? 0x20;
    if (byte >= 0xc3 && byte <= 0xf4 && isUtf8Sequence(bytes, index)) return false;
    letters++;
    const standsAlone = byte === 0xe0 || byte === 0xc0 || byte === 0xf3 || byte === 0xe9;
    if (!isAsciiLetter(before) && !isAsciiLetter(after) && !standsAlone) astray++;
    else if (before >= 0xc0) astray++;
  }
  return astray <= letters * 0.1;
}

function isUtf8Sequence(bytes: Uint8Array, index: number): boolean {
  const byte = bytes[index] ?? 0;
  const length = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
  for (let offset = 1; offset < length; offset++) if (((bytes[index + offset] ?? 0) & 0xc0) !== 0x80) return false;
  // one "é»"-like pair is possible in Windows-1252 too, but a letter in front and behind makes it a broken UTF-8 word
  return length > 2 || isAsciiLetter(bytes[index - 1] ?? 0) || isAsciiLetter(bytes[index + length] ?? 0);
}

const isAsciiLetter = (byte: number): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
