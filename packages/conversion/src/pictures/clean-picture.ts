import { inflateSync } from "node:zlib";
import { AppError } from "@aurora/kernel";
import { readGif } from "../readers/image/gif.ts";
import { readExif, readJpeg } from "../readers/image/jpeg.ts";
import { checkSize, headerOf } from "../readers/image/raster.ts";
import { webpSize } from "../readers/image/webp.ts";
import { encodePng } from "../readers/pdf/png.ts";

export type PictureType = "image/png" | "image/jpeg" | "image/webp";

export interface CleanPicture {
  readonly mediaType: PictureType;
  readonly width: number;
  readonly height: number;
  /** Dots per inch the file claims; null where it is silent. */
  readonly dpi: number | null;
  readonly bytes: Uint8Array;
}

/**
 * A picture as it may be shown: told by its first bytes, its container written anew with nothing but what its pixels
 * need (no comments, no camera's notes, nothing after its end). The first frame of a GIF becomes a PNG. Null for all else:
 * SVG, EMF and WMF are programs; TIFF and BMP no browser need show.
 */
export function cleanPicture(bytes: Uint8Array): CleanPicture | null {
  try {
    const start = Buffer.from(bytes.subarray(0, 12)).toString("latin1");
    if (start.startsWith("\x89PNG\r\n\x1a\n")) return cleanPng(bytes);
    if (start.startsWith("\xff\xd8\xff")) return cleanJpeg(bytes);
    if (start.startsWith("RIFF") && start.endsWith("WEBP")) return cleanWebp(bytes);
    if (start.startsWith("GIF8")) return pngOfGif(bytes);
    return null;
  } catch (error) {
    if (AppError.is(error)) return null; // damaged, or too many pixels
    throw error;
  }
}

const shownChunks = new Set(["IHDR", "PLTE", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "pHYs", "IDAT", "IEND"]);
const inchesOfMetre = 39.37;

/** ISO/IEC 15948, 5.3: length, type, data, checksum. */
function cleanPng(bytes: Uint8Array): CleanPicture | null {
  const at = headerOf(bytes);
  const [width, height] = [at.uint32(16), at.uint32(20)];
  checkSize(width, height);
  const kept: Uint8Array[] = [bytes.subarray(0, 8)];
  let dpi: number | null = null;
  let hasPixels = false;
  for (let place = 8; place + 12 <= bytes.length; ) {
    const [length, type] = [at.uint32(place), at.ascii(place + 4, 4)];
    if (place + 12 + length > bytes.length || (place === 8) !== (type === "IHDR")) return null;
    if (shownChunks.has(type)) kept.push(bytes.subarray(place, place + 12 + length));
    if (type === "pHYs" && at.uint8(place + 16) === 1) dpi = at.uint32(place + 8) / inchesOfMetre;
    hasPixels ||= type === "IDAT";
    place += 12 + length;
    if (type === "IEND") return hasPixels ? { mediaType: "image/png", width, height, dpi, bytes: joined(kept) } : null;
  }
  return null;
}

/** ITU-T T.81, annex B: tables, frames and scans; of the applications' segments those that colours depend on. */
function cleanJpeg(bytes: Uint8Array): CleanPicture | null {
  const { width, height, dpi } = readJpeg(bytes);
  const at = headerOf(bytes);
  const kept: Uint8Array[] = [bytes.subarray(0, 2)];
  for (let place = 2; place + 2 <= bytes.length; ) {
    if (at.uint8(place) !== 0xff) return null;
    const marker = at.uint8(place + 1);
    if (marker === 0xff) {
      place += 1; // filling
      continue;
    }
    if (marker === 0xd9) {
      kept.push(Uint8Array.of(0xff, 0xd9));
      return { mediaType: "image/jpeg", width, height, dpi, bytes: joined(kept) };
    }
    const end = place + 2 + at.uint16(place + 2);
    if (end > bytes.length || end < place + 4) return null;
    const segment = bytes.subarray(place, end);
    if (marker === 0xe1) kept.push(...uprightSegment(segment));
    else if (isShownSegment(marker, segment)) kept.push(segment);
    place = end;
    if (marker !== 0xda) continue;
    while (place + 1 < bytes.length && (bytes[place] !== 0xff || isInScan(bytes[place + 1] ?? 0))) place += 1;
    kept.push(bytes.subarray(end, place));
  }
  return null;
}

/** A stuffed byte or a restart: the scan goes on. */
const isInScan = (marker: number): boolean => marker === 0 || (marker >= 0xd0 && marker <= 0xd7);

function isShownSegment(marker: number, segment: Uint8Array): boolean {
  const name = Buffer.from(segment.subarray(4, 15)).toString("latin1");
  if (marker === 0xe0) return name.startsWith("JFIF\0");
  if (marker === 0xe2) return name.startsWith("ICC_PROFILE");
  if (marker === 0xee) return name.startsWith("Adobe");
  return (marker >= 0xc0 && marker <= 0xcf) || (marker >= 0xda && marker <= 0xdf);
}

/** Of a camera's notes (Exif 2.3, 4.5) only which way is up. */
function uprightSegment(segment: Uint8Array): Uint8Array[] {
  if (Buffer.from(segment.subarray(4, 8)).toString("latin1") !== "Exif") return [];
  const { orientation } = readExif(segment.subarray(10));
  if (orientation === null || orientation === 1) return [];
  const entry = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0];
  const exif = [0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, ...entry, 0, 0, 0, 0];
  return [Uint8Array.of(0xff, 0xe1, 0, exif.length + 2, ...exif)];
}

const shownWebpChunks = new Set(["VP8X", "VP8 ", "VP8L", "ALPH", "ICCP", "ANIM", "ANMF"]);
const notes = 0x08 | 0x04; // VP8X: holds EXIF, holds XMP

/** RFC 9649, 2.3: four letters, length, data, filled to an even length. */
function cleanWebp(bytes: Uint8Array): CleanPicture | null {
  const { width, height } = webpSize(bytes);
  checkSize(width, height);
  const at = headerOf(bytes, true);
  const kept: Uint8Array[] = [];
  const end = Math.min(bytes.length, 8 + at.uint32(4));
  for (let place = 12; place + 8 <= end; ) {
    const [type, length] = [at.ascii(place, 4), at.uint32(place + 4)];
    const next = place + 8 + length + (length % 2);
    if (next > bytes.length) return null;
    const chunk = bytes.slice(place, next);
    if (type === "VP8X") chunk[8] = (chunk[8] ?? 0) & ~notes;
    if (shownWebpChunks.has(type)) kept.push(chunk);
    place = next;
  }
  if (kept.length === 0) return null;
  const header = Buffer.alloc(12);
  header.write("RIFF", 0, "latin1");
  header.writeUInt32LE(4 + kept.reduce((sum, chunk) => sum + chunk.length, 0), 4);
  header.write("WEBP", 8, "latin1");
  return { mediaType: "image/webp", width, height, dpi: null, bytes: joined([header, ...kept]) };
}

function pngOfGif(bytes: Uint8Array): CleanPicture {
  const { width, height, data } = readGif(bytes);
  const rgb = inflateSync(data);
  const pixels = new Uint32Array(width * height);
  for (let at = 0, from = 0; at < pixels.length; at++, from += 3)
    pixels[at] = ((rgb[from] ?? 0) << 16) | ((rgb[from + 1] ?? 0) << 8) | (rgb[from + 2] ?? 0);
  return { mediaType: "image/png", width, height, dpi: null, bytes: encodePng({ width, height, pixels }) };
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
