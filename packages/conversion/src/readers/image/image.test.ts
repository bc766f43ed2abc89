import { inflateSync } from "node:zlib";
import { AppError } from "@aurora/kernel";
import { expect, it } from "vitest";
import { readGif } from "./gif.ts";
import { readJpeg } from "./jpeg.ts";
import { readPng } from "./png.ts";
import { readTiff } from "./tiff.ts";
import { readWebp } from "./webp.ts";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
const word16 = (value: number): string => value.toString(16).padStart(4, "0");
const word32 = (value: number): string => value.toString(16).padStart(8, "0");

const pngOf = (width: number, height: number): Uint8Array =>
  hex(`89504e470d0a1a0a 0000000d 49484452 ${word32(width)} ${word32(height)} 0802000000 00000000`);
const jpegOf = (width: number, height: number): Uint8Array =>
  hex(`ffd8 ffc0 0011 08 ${word16(height)} ${word16(width)} 03 011100 021100 031100 ffda`);
const gifOf = (width: number, height: number): Uint8Array => {
  const bytes = Uint8Array.from(Buffer.from("GIF89a......\0\0", "latin1"));
  new DataView(bytes.buffer).setUint16(6, width, true);
  new DataView(bytes.buffer).setUint16(8, height, true);
  return bytes;
};
/** One directory of width and height; `next` is where the following one is said to be. */
const tiffOf = (width: number, height: number, next = 0): Uint8Array =>
  hex(
    `4d4d002a 00000008 0002 0100 0004 00000001 ${word32(width)} 0101 0004 00000001 ${word32(height)} ${word32(next)}`,
  );
const webpOf = (width: number, height: number): Uint8Array => {
  const bytes = Uint8Array.from(Buffer.alloc(40));
  bytes.set(Buffer.from("RIFF....WEBPVP8X", "latin1"));
  const view = new DataView(bytes.buffer);
  view.setUint32(24, width - 1, true);
  view.setUint32(27, height - 1, true);
  return bytes;
};

const codeOf = async (read: () => unknown): Promise<unknown> => {
  try {
    await read();
    return "read";
  } catch (error) {
    return AppError.is(error) ? error.code : error;
  }
};

it.each([
  ["PNG", () => readPng(pngOf(30_000, 30_000))],
  ["JPEG", () => readJpeg(jpegOf(30_000, 30_000))],
  ["GIF", () => readGif(gifOf(30_000, 30_000))],
  ["TIFF", () => readTiff(tiffOf(30_000, 30_000), 10)],
  ["WebP", () => readWebp(webpOf(30_000, 30_000))],
])("a %s of 30,000 pixels a side is refused from its header alone", async (_, read) => {
  expect(await codeOf(read)).toBe("document_too_complex");
});

it.each([
  ["PNG", () => readPng(pngOf(10, 10))],
  ["PNG of no pixels", () => readPng(pngOf(0, 10))],
  ["JPEG", () => readJpeg(jpegOf(10, 10).subarray(0, 9))],
  ["GIF", () => readGif(gifOf(10, 10).subarray(0, 12))],
  ["TIFF", () => readTiff(tiffOf(10, 10).subarray(0, 20), 10)],
  ["WebP", () => readWebp(webpOf(10, 10).subarray(0, 20))],
])("a %s cut after its header is damaged", async (_, read) => {
  expect(await codeOf(read)).toBe("document_corrupt");
});

it("a TIFF whose pages lead in a circle ends", async () => {
  expect(await codeOf(() => readTiff(tiffOf(10, 10, 8), 10))).toBe("document_corrupt"); // its only page holds no pixels
});

it("a TIFF entry of four billion values is damaged", async () => {
  const bytes = tiffOf(10, 10);
  bytes.set([0xff, 0xff, 0xff, 0xff], 14);
  expect(await codeOf(() => readTiff(bytes, 10))).toBe("document_corrupt");
});

it("a GIF's first frame is unpacked, interlaced rows put in order", () => {
  // codes as [value, bits], least significant bit first: clear, rows 0, 2, 1, 3, end; the table's growth makes them wider
  const codes = [
    [4, 3],
    [0, 3],
    [2, 3],
    [1, 3],
    [3, 4],
    [5, 4],
  ] as const;
  const bits = codes
    .reduce((all, [value, width]) => value.toString(2).padStart(width, "0") + all, "")
    .padStart(24, "0");
  const packed = [16, 8, 0].map((from) => Number.parseInt(bits.slice(from, from + 8), 2));
  const bytes = Uint8Array.from([
    ...hex("474946383961 0100 0400 81 00 00 000000 010101 020202 030303 2c 0000 0000 0100 0400 40 02 03"),
    ...packed,
    0,
    0x3b,
  ]);
  const raster = readGif(bytes);
  expect([raster.width, raster.height]).toEqual([1, 4]);
  expect([...inflateSync(raster.data)]).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]);
});
