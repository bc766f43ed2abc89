import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { deflateSync } from "node:zlib";
import { readExif } from "./jpeg.ts";
import { checkSize, damagedImage, headerOf, type Raster, rgbOnWhite } from "./raster.ts";

/** The decoder hands its pixels to a browser's class. */
class PlainImageData {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

/** Lossy, lossless and extended WebP; of an animation what the decoder gives, or `document_corrupt`. */
export async function readWebp(bytes: Uint8Array): Promise<Raster> {
  const { width, height } = webpSize(bytes);
  checkSize(width, height);
  const { default: decode, init } = await import("@jsquash/webp/decode.js");
  const wasm = readFileSync(createRequire(import.meta.url).resolve("@jsquash/webp/codec/dec/webp_dec.wasm"));
  if (!("ImageData" in globalThis)) Object.assign(globalThis, { ImageData: PlainImageData });
  await init(new WebAssembly.Module(wasm));
  const image = await decode(Uint8Array.from(bytes).buffer).catch((cause: unknown) => {
    throw damagedImage("WebP data", cause);
  });
  const { orientation, dpi } = exifOf(bytes);
  return {
    width: image.width,
    height: image.height,
    dpi,
    orientation: orientation ?? 1,
    colours: "DeviceRGB",
    filter: "FlateDecode",
    data: deflateSync(rgbOnWhite(new Uint8Array(image.data.buffer)), { level: 1 }),
  };
}

/** Of the canvas, from the first chunk (RFC 9649, 2.4 to 2.7). */
export function webpSize(bytes: Uint8Array): { width: number; height: number } {
  const at = headerOf(bytes, true);
  const uint24 = (place: number) => at.uint16(place) | (at.uint8(place + 2) << 16);
  switch (at.ascii(12, 4)) {
    case "VP8 ":
      return { width: at.uint16(26) & 0x3fff, height: at.uint16(28) & 0x3fff };
    case "VP8L": {
      const packed = at.uint32(21);
      return { width: (packed & 0x3fff) + 1, height: ((packed >>> 14) & 0x3fff) + 1 };
    }
    case "VP8X":
      return { width: uint24(24) + 1, height: uint24(27) + 1 };
    default:
      throw damagedImage("WebP header");
  }
}

function exifOf(bytes: Uint8Array): ReturnType<typeof readExif> {
  const at = headerOf(bytes, true);
  for (let place = 12; place + 8 <= bytes.length; ) {
    const length = at.uint32(place + 4);
    if (at.ascii(place, 4) === "EXIF") return readExif(bytes.subarray(place + 8, place + 8 + length));
    place += 8 + length + (length & 1);
  }
  return { orientation: null, dpi: null };
}
