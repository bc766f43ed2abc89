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

/** Made `factor` times larger (a whole number), by cubic convolution (Keys 1981, a = −0.5). */
export function enlargeImage(image: GreyImage, factor: number): GreyImage {
  if (factor <= 1) return image;
  const wide = stretchRows(image, factor);
  const tall = stretchRows(transposed(wide), factor);
  return transposed(tall);
}

function transposed({ width, height, pixels }: GreyImage): GreyImage {
  const result = new Uint8Array(pixels.length);
  for (let y = 0, from = 0; y < height; y++)
    for (let x = 0; x < width; x++, from++) result[x * height + y] = pixels[from] ?? 255;
  return { width: height, height: width, pixels: result };
}

function stretchRows({ width, height, pixels }: GreyImage, factor: number): GreyImage {
  const outWidth = width * factor;
  const result = new Uint8ClampedArray(outWidth * height);
  const weights = Array.from({ length: factor }, (_, phase) => {
    const t = (phase + 0.5) / factor - 0.5;
    const shift = t < 0 ? -1 : 0;
    const f = t - shift;
    return { shift, taps: [cubic(1 + f), cubic(f), cubic(1 - f), cubic(2 - f)] as const };
  });
  for (let y = 0, to = 0; y < height; y++) {
    const row = y * width;
    for (let x = 0; x < width; x++)
      for (const { shift, taps } of weights) {
        let sum = 0;
        for (let tap = 0; tap < 4; tap++) {
          const at = Math.min(width - 1, Math.max(0, x + shift + tap - 1));
          sum += (pixels[row + at] ?? 255) * (taps[tap] ?? 0);
        }
        result[to++] = sum;
      }
  }
  return { width: outWidth, height, pixels: new Uint8Array(result.buffer) };
}

const cubic = (x: number): number =>
  x < 1 ? 1.5 * x ** 3 - 2.5 * x ** 2 + 1 : x < 2 ? -0.5 * x ** 3 + 2.5 * x ** 2 - 4 * x + 2 : 0;

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
