import { deflateSync, inflateSync } from "node:zlib";
import { checkSize, damagedImage, headerOf, type Raster, rgbOnWhite } from "./raster.ts";

/** Channels of each colour type (ISO/IEC 15948, 11.2.2). */
const channelsOf: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** The seven passes of Adam7: where each begins and how far its pixels stand apart (8.2). */
const adam7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
const inchesOfMetre = 39.37;

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly type: number;
  readonly isInterlaced: boolean;
}

/** Every kind of PNG; a file cut short keeps the rows that are there. */
export function readPng(bytes: Uint8Array): Raster {
  const at = headerOf(bytes);
  const header: Header = {
    width: at.uint32(16),
    height: at.uint32(20),
    depth: at.uint8(24),
    type: at.uint8(25),
    isInterlaced: at.uint8(28) === 1,
  };
  checkSize(header.width, header.height);
  if (at.ascii(12, 4) !== "IHDR" || channelsOf[header.type] === undefined || ![1, 2, 4, 8, 16].includes(header.depth))
    throw damagedImage("PNG header");
  const packed: Uint8Array[] = [];
  let palette: Uint8Array = new Uint8Array();
  let transparency: Uint8Array = new Uint8Array();
  let dpi: number | null = null;
  for (let place = 8; place + 12 <= bytes.length; ) {
    const length = at.uint32(place);
    const kind = at.ascii(place + 4, 4);
    const data = bytes.subarray(place + 8, place + 8 + length);
    if (kind === "IDAT") packed.push(data);
    else if (kind === "PLTE") palette = data;
    else if (kind === "tRNS") transparency = data;
    else if (kind === "pHYs" && length === 9 && data[8] === 1) dpi = at.uint32(place + 8) / inchesOfMetre;
    else if (kind === "IEND") break;
    place += 12 + length;
  }
  const samples = samplesOf(header, Buffer.concat(packed));
  // grey and colours without transparency go as they are: a large scan need not stand in memory four times
  const isGrey = header.type === 0;
  const pixels =
    isGrey && header.depth < 8
      ? samples.map((sample) => (sample * 255) / ((1 << header.depth) - 1))
      : isGrey || header.type === 2
        ? samples
        : rgbOnWhite(toRgba(header, samples, palette, transparency));
  return {
    width: header.width,
    height: header.height,
    dpi,
    orientation: 1,
    colours: isGrey ? "DeviceGray" : "DeviceRGB",
    filter: "FlateDecode",
    data: deflateSync(pixels, { level: 1 }),
  };
}

/** One byte a sample: of 16 bits the high byte; smaller ones as they are. */
function samplesOf(header: Header, packed: Uint8Array): Uint8Array {
  const { width, height, depth } = header;
  const channels = channelsOf[header.type] ?? 1;
  const passes = header.isInterlaced ? adam7 : ([[0, 0, 1, 1]] as const);
  const sizes = passes.map(([x0, y0, dx, dy]) => {
    const columns = Math.ceil((width - x0) / dx);
    const rows = columns > 0 ? Math.max(0, Math.ceil((height - y0) / dy)) : 0;
    return { columns: Math.max(0, columns), rows, rowBytes: Math.ceil((Math.max(0, columns) * channels * depth) / 8) };
  });
  const wanted = sizes.reduce((sum, { rows, rowBytes }) => sum + rows * (rowBytes + 1), 0);
  const raw = inflated(packed, wanted);
  const samples = new Uint8Array(width * height * channels);
  const pixelBytes = Math.max(1, (channels * depth) / 8);
  let at = 0;
  for (const [index, [x0, y0, dx, dy]] of passes.entries()) {
    const { columns, rows, rowBytes } = sizes[index] ?? { columns: 0, rows: 0, rowBytes: 0 };
    let above: Uint8Array = new Uint8Array(rowBytes);
    for (let row = 0; row < rows && at + rowBytes < raw.length; row++, at += rowBytes + 1) {
      const line = raw.subarray(at + 1, at + 1 + rowBytes);
      unfilter(line, above, raw[at] ?? 0, pixelBytes);
      above = line;
      for (let column = 0; column < columns; column++) {
        const to = ((y0 + row * dy) * width + x0 + column * dx) * channels;
        for (let channel = 0; channel < channels; channel++)
          samples[to + channel] = sampleAt(line, column * channels + channel, depth);
      }
    }
  }
  return samples;
}

/** @throws AppError `document_corrupt` where not one byte can be unpacked. */
function inflated(packed: Uint8Array, wanted: number): Uint8Array {
  if (packed.length === 0) throw damagedImage("PNG without pixels");
  try {
    // past what the header promises nothing is read: a bomb ends here
    return inflateSync(packed, { maxOutputLength: wanted + 1_024, finishFlush: 2 });
  } catch (cause) {
    throw damagedImage("PNG data", cause);
  }
}

function sampleAt(line: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return line[index] ?? 0;
  if (depth === 16) return line[index * 2] ?? 0;
  const bit = index * depth;
  return ((line[bit >> 3] ?? 0) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/** In place (9.2): each byte is kept as its difference from what its neighbours foretell. */
function unfilter(line: Uint8Array, above: Uint8Array, filter: number, pixelBytes: number): void {
  if (filter === 0) return;
  for (let index = 0; index < line.length; index++) {
    const left = index >= pixelBytes ? (line[index - pixelBytes] ?? 0) : 0;
    const up = above[index] ?? 0;
    const upLeft = index >= pixelBytes ? (above[index - pixelBytes] ?? 0) : 0;
    const foretold =
      filter === 1 ? left : filter === 2 ? up : filter === 3 ? (left + up) >> 1 : paeth(left, up, upLeft);
    line[index] = (line[index] ?? 0) + foretold;
  }
}

function paeth(left: number, up: number, upLeft: number): number {
  const estimate = left + up - upLeft;
  const [a, b, c] = [Math.abs(estimate - left), Math.abs(estimate - up), Math.abs(estimate - upLeft)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : upLeft;
}

/** Of the kinds with a palette (3) or transparency (4, 6). */
function toRgba(header: Header, samples: Uint8Array, palette: Uint8Array, transparency: Uint8Array): Uint8Array {
  const { type } = header;
  const pixels = header.width * header.height;
  const channels = channelsOf[type] ?? 1;
  const rgba = new Uint8Array(pixels * 4);
  for (let index = 0, from = 0, to = 0; index < pixels; index++, from += channels, to += 4) {
    const first = samples[from] ?? 0;
    if (type === 3) {
      for (let channel = 0; channel < 3; channel++) rgba[to + channel] = palette[first * 3 + channel] ?? 0;
      rgba[to + 3] = transparency[first] ?? 255;
    } else if (type === 4) {
      for (let channel = 0; channel < 3; channel++) rgba[to + channel] = first;
      rgba[to + 3] = samples[from + 1] ?? 255;
    } else {
      rgba[to] = first;
      rgba[to + 1] = samples[from + 1] ?? 0;
      rgba[to + 2] = samples[from + 2] ?? 0;
      rgba[to + 3] = samples[from + 3] ?? 255;
    }
  }
  return rgba;
}
