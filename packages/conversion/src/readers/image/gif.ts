import { deflateSync } from "node:zlib";
import { checkSize, damagedImage, headerOf, type Raster } from "./raster.ts";

const maxCodes = 4_096;

/** The first frame of a GIF (GIF89a): what a page shows before anything moves. */
export function readGif(bytes: Uint8Array): Raster {
  const at = headerOf(bytes, true);
  checkSize(at.uint16(6), at.uint16(8));
  const flags = at.uint8(10);
  const tableBytes = (packed: number): number => (packed & 0x80 ? 3 * 2 ** ((packed & 7) + 1) : 0);
  let palette = bytes.subarray(13, 13 + tableBytes(flags));
  let place = 13 + tableBytes(flags);
  while (at.uint8(place) === 0x21) place = skipBlocks(bytes, place + 2); // extensions
  if (at.uint8(place) !== 0x2c) throw damagedImage("GIF without a frame");
  const [width, height, local] = [at.uint16(place + 5), at.uint16(place + 7), at.uint8(place + 9)];
  checkSize(width, height);
  place += 10;
  if (tableBytes(local) > 0) palette = bytes.subarray(place, place + tableBytes(local));
  place += tableBytes(local);
  const indices = unpack(bytes, place + 1, at.uint8(place), width * height);
  const rgb = new Uint8Array(width * height * 3);
  const rows = rowOrder(height, (local & 0x40) !== 0);
  for (let row = 0; row < height; row++) {
    const to = (rows[row] ?? row) * width;
    for (let x = 0; x < width; x++) {
      const colour = (indices[row * width + x] ?? 0) * 3;
      const pixel = (to + x) * 3; // byte by byte: a view for each pixel takes twenty times as long
      rgb[pixel] = palette[colour] ?? 0;
      rgb[pixel + 1] = palette[colour + 1] ?? 0;
      rgb[pixel + 2] = palette[colour + 2] ?? 0;
    }
  }
  return {
    width,
    height,
    dpi: null,
    orientation: 1,
    colours: "DeviceRGB",
    filter: "FlateDecode",
    data: deflateSync(rgb, { level: 1 }),
  };
}

/** Place after a chain of sub-blocks, each led by its length. */
function skipBlocks(bytes: Uint8Array, start: number): number {
  let place = start;
  while ((bytes[place] ?? 0) !== 0) place += (bytes[place] ?? 0) + 1;
  return place + 1;
}

/** Row of the picture each stored row is (interlaced frames: appendix E). */
function rowOrder(height: number, isInterlaced: boolean): number[] {
  if (!isInterlaced) return Array.from({ length: height }, (_, row) => row);
  const passes = [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const;
  return passes.flatMap(([from, step]) => {
    const rows: number[] = [];
    for (let row = from; row < height; row += step) rows.push(row);
    return rows;
  });
}

/** LZW with codes that grow (appendix F); data cut short leaves the rest of the picture empty. */
function unpack(bytes: Uint8Array, start: number, minBits: number, pixels: number): Uint8Array {
  if (minBits < 1 || minBits > 8) throw damagedImage("GIF code size");
  const out = new Uint8Array(pixels);
  const prefix = new Uint16Array(maxCodes);
  const suffix = new Uint8Array(maxCodes);
  const stack = new Uint8Array(maxCodes + 1);
  const clear = 1 << minBits;
  let [bits, next, previous, first] = [minBits + 1, clear + 2, -1, 0];
  let [buffer, held, place, left, written] = [0, 0, start, 0, 0];
  while (written < pixels) {
    while (held < bits) {
      if (left === 0) {
        left = bytes[place++] ?? 0;
        if (left === 0) return out;
      }
      buffer |= (bytes[place++] ?? 0) << held;
      held += 8;
      left--;
    }
    let code = buffer & ((1 << bits) - 1);
    buffer >>>= bits;
    held -= bits;
    if (code === clear) {
      [bits, next, previous] = [minBits + 1, clear + 2, -1];
      continue;
    }
    if (code === clear + 1) return out;
    if (code > next || (previous < 0 && code > clear)) throw damagedImage("GIF code");
    const current = code;
    let depth = 0;
    if (code === next) {
      stack[depth++] = first;
      code = previous;
    }
    while (code > clear && depth < maxCodes) {
      stack[depth++] = suffix[code] ?? 0;
      code = prefix[code] ?? 0;
    }
    first = code;
    stack[depth++] = first;
    if (previous >= 0 && next < maxCodes) {
      prefix[next] = previous;
      suffix[next] = first;
      next++;
      if (next === 1 << bits && bits < 12) bits++;
    }
    previous = current;
    while (depth > 0 && written < pixels) out[written++] = stack[--depth] ?? 0;
  }
  return out;
}
