import type { Bitmap } from "../readers/pdf/png.ts";

/** One byte a pixel, 0 black, rows one after the other. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** Clockwise, in degrees. */
export type QuarterTurn = 0 | 90 | 180 | 270;

export function greyOf({ width, height, pixels }: Bitmap): GreyImage {
  const grey = new Uint8Array(width * height);
  for (let index = 0; index < grey.length; index++) {
    const colour = pixels[index] ?? 0;
    grey[index] = (77 * ((colour >>> 16) & 255) + 150 * ((colour >>> 8) & 255) + 29 * (colour & 255)) >>> 8;
  }
  return { width, height, pixels: grey };
}

/** The image turned clockwise. */
export function turnImage(image: GreyImage, turn: QuarterTurn): GreyImage {
  if (turn === 0) return image;
  const { width, height } = image;
  const isSideways = turn !== 180;
  const pixels = new Uint8Array(image.pixels.length);
  const outWidth = isSideways ? height : width;
  for (let y = 0, from = 0; y < height; y++)
    for (let x = 0; x < width; x++, from++) {
      const to =
        turn === 180
          ? pixels.length - 1 - from
          : turn === 90
            ? x * outWidth + (height - 1 - y)
            : (width - 1 - x) * outWidth + y;
      pixels[to] = image.pixels[from] ?? 0;
    }
  return { width: outWidth, height: isSideways ? width : height, pixels };
}

export function cropImage(image: GreyImage, left: number, top: number, width: number, height: number): GreyImage {
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * image.width + left;
    pixels.set(image.pixels.subarray(from, from + width), y * width);
  }
  return { width, height, pixels };
}

/** Made `factor` times smaller (a whole number), each pixel the mean of those it stands for. */
export function shrinkImage(image: GreyImage, factor: number): GreyImage {
  if (factor <= 1) return image;
  const width = Math.max(1, Math.floor(image.width / factor));
  const height = Math.max(1, Math.floor(image.height / factor));
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      let sum = 0;
      for (let dy = 0; dy < factor; dy++) {
        const from = (y * factor + dy) * image.width + x * factor;
        for (let dx = 0; dx < factor; dx++) sum += image.pixels[from + dx] ?? 255;
      }
      pixels[y * width + x] = sum / (factor * factor);
    }
  return { width, height, pixels };
}
