import { crc32, inflateSync } from "node:zlib";
import { expect, it } from "vitest";
import { encodePng } from "./png.ts";

/** Reads what `encodePng` writes (8 bits, no filter) by PNG's own rules; checks every chunk's sum. */
function decode(png: Uint8Array): { width: number; height: number; colourType: number; pixels: number[] } {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const data = bytes.subarray(at + 8, at + 8 + length);
    expect(bytes.readUInt32BE(at + 8 + length)).toBe(crc32(bytes.subarray(at + 4, at + 8 + length)));
    chunks.set(bytes.toString("latin1", at + 4, at + 8), data);
    at += 12 + length;
  }
  expect([...chunks.keys()].at(-1)).toBe("IEND");
  const part = (name: string) => chunks.get(name) ?? Buffer.alloc(0);
  const [width, height] = [part("IHDR").readUInt32BE(0), part("IHDR").readUInt32BE(4)];
  const colourType = part("IHDR").readUInt8(9);
  const rows = inflateSync(part("IDAT"));
  const size = colourType === 3 ? 1 : 3;
  const pixels: number[] = [];
  for (let y = 0; y < height; y++) {
    expect(rows[y * (width * size + 1)]).toBe(0);
    for (let x = 0; x < width; x++) {
      const at = y * (width * size + 1) + 1 + x * size;
      pixels.push(size === 3 ? rows.readUIntBE(at, 3) : part("PLTE").readUIntBE(rows.readUInt8(at) * 3, 3));
    }
  }
  return { width, height, colourType, pixels };
}

it("keeps a page of few colours as it is, in a palette; the fourth byte of a pixel is no colour", () => {
  const pixels = Uint32Array.of(0xffffffff, 0x00ffffff, 0xff000000, 0xff1a2b8c, 0xffffffff, 0x00ff0000);
  expect(decode(encodePng({ width: 3, height: 2, pixels }))).toEqual({
    width: 3,
    height: 2,
    colourType: 3,
    pixels: [0xffffff, 0xffffff, 0x000000, 0x1a2b8c, 0xffffff, 0xff0000],
  });
});

it("moves the greys of smoothed text by less than eight of 255, black and white not at all", () => {
  const greys = Array.from({ length: 256 }, (_, index) => 255 - index);
  const pixels = Uint32Array.from([255, 0, ...greys], (grey) => grey * 0x010101);
  const { colourType, pixels: found } = decode(encodePng({ width: 258, height: 1, pixels }));
  expect(colourType).toBe(3);
  const differences = found.map((colour, index) => Math.abs((colour & 0xff) - ((pixels[index] ?? 0) % 256)));
  expect(differences.slice(0, 2)).toEqual([0, 0]);
  expect(Math.max(...differences)).toBeLessThan(8);
});

it("keeps every colour of a page that has too many for a palette", () => {
  const pixels = Uint32Array.from({ length: 4_096 }, (_, index) => index * 4_095);
  const { colourType, pixels: found } = decode(encodePng({ width: 64, height: 64, pixels }));
  expect(colourType).toBe(2);
  expect(found).toEqual([...pixels]);
});
