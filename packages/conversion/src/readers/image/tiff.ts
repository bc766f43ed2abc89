import { deflateSync } from "node:zlib";
import { AppError } from "@aurora/kernel";
import UTIF, { type IFD } from "utif2";
import { checkSize, damagedImage, headerOf, type Raster, rgbOnWhite } from "./raster.ts";

/** Tags of a directory by number, their values whole numbers or fractions (TIFF 6.0, section 2). */
type Directory = ReadonlyMap<number, readonly number[]>;

const tag = {
  width: 256,
  height: 257,
  bitsPerSample: 258,
  photometric: 262,
  stripOffsets: 273,
  orientation: 274,
  samplesPerPixel: 277,
  stripLengths: 279,
  xResolution: 282,
  planes: 284,
  resolutionUnit: 296,
  tileWidth: 322,
  tileHeight: 323,
} as const;
const valueBytes: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1 };
const centimetresOfInch = 2.54;
const maxSamples = 8;

/**
 * The pages of a TIFF, unpacked one by one: a pass of a scanner is often one file.
 * @throws AppError `document_too_complex` past `maxPages` or too many pixels, `document_corrupt`.
 */
export function readTiff(bytes: Uint8Array, maxPages: number): Raster[] {
  const pages = readDirectories(bytes, maxPages).filter((page) => page.has(tag.width));
  if (pages.length === 0) throw damagedImage("TIFF without pages");
  for (const page of pages) checkPage(page);
  const buffer = Uint8Array.from(bytes).buffer; // the library reads from the start of a buffer
  return pages.map((page) => unpack(buffer, page));
}

/** The library's own walk follows circles and believes any count: the directories are read here, within the file. */
function readDirectories(bytes: Uint8Array, maxPages: number): Directory[] {
  const at = headerOf(bytes, bytes[0] === 0x49);
  const directories: Directory[] = [];
  const seen = new Set<number>();
  for (let start = at.uint32(4); start !== 0 && !seen.has(start); ) {
    seen.add(start);
    if (directories.length === maxPages)
      throw new AppError("document_too_complex", "The image has too many pages.", { params: { limit: maxPages } });
    const count = at.uint16(start);
    const directory = new Map<number, number[]>();
    for (let index = 0; index < count; index++) {
      const entry = start + 2 + index * 12;
      const [name, type, length] = [at.uint16(entry), at.uint16(entry + 2), at.uint32(entry + 4)];
      const size = valueBytes[type];
      if (size === undefined) continue; // text and signed numbers: nothing of the picture
      if (length * size > bytes.length) throw damagedImage("TIFF values past the end");
      const place = length * size <= 4 ? entry + 8 : at.uint32(entry + 8);
      directory.set(
        name,
        Array.from({ length }, (_, value) => {
          const from = place + value * size;
          if (size === 1) return at.uint8(from);
          if (size === 2) return at.uint16(from);
          return size === 4 ? at.uint32(from) : at.uint32(from) / Math.max(1, at.uint32(from + 4));
        }),
      );
    }
    directories.push(directory);
    const next = start + 2 + count * 12;
    start = next + 4 <= bytes.length ? at.uint32(next) : 0;
  }
  return directories;
}

const first = (page: Directory, name: number, otherwise: number): number => page.get(name)?.[0] ?? otherwise;

function checkPage(page: Directory): void {
  checkSize(first(page, tag.width, 0), first(page, tag.height, 0));
  if (page.has(tag.tileWidth)) checkSize(first(page, tag.tileWidth, 0), first(page, tag.tileHeight, 0));
  const samples = first(page, tag.samplesPerPixel, 1);
  if (samples < 1 || samples > maxSamples || first(page, tag.bitsPerSample, 1) > 32) throw damagedImage("TIFF samples");
}

function unpack(buffer: ArrayBuffer, page: Directory): Raster {
  const values = new Map(page);
  const samples = first(page, tag.samplesPerPixel, 1);
  if (first(page, tag.planes, 1) === 2 && samples > 1) {
    // each colour on a plane of its own: the first alone is read, as grey
    for (const name of [tag.stripOffsets, tag.stripLengths]) {
      const strips = page.get(name) ?? [];
      values.set(name, strips.slice(0, Math.ceil(strips.length / samples)));
    }
    values.set(tag.samplesPerPixel, [1]).set(tag.photometric, [1]).set(tag.planes, [1]);
  }
  const image = Object.fromEntries([...values].map(([name, numbers]) => [`t${name}`, [...numbers]])) as IFD;
  let rgba: Uint8Array;
  try {
    UTIF.decodeImage(buffer, image);
    rgba = UTIF.toRGBA8(image);
  } catch (cause) {
    throw damagedImage("TIFF pixels", cause);
  }
  const resolution = first(page, tag.xResolution, 0);
  const unit = first(page, tag.resolutionUnit, 2);
  return {
    width: image.width,
    height: image.height,
    dpi: resolution > 0 && unit !== 1 ? resolution * (unit === 3 ? centimetresOfInch : 1) : null,
    orientation: first(page, tag.orientation, 1),
    colours: "DeviceRGB",
    filter: "FlateDecode",
    data: deflateSync(rgbOnWhite(rgba), { level: 1 }),
  };
}
