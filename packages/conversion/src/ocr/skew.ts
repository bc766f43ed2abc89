import type { GreyImage } from "./grey-image.ts";
import { heightOf, type Mark, widthOf } from "./ink.ts";

const maxDegrees = 6;
const coarse = 0.25; // degrees a step
const fine = 0.05;
const least = 0.2; // under it Tesseract's own lines are level enough
const clearGain = 1.08; // what straightening must bring
const fewestMarks = 60;

/**
 * Degrees by which the lines of text fall to the right (negative: rise), 0 where they are level or none is seen. The
 * feet of the letters, thrown on the page's side at each angle, gather best in the lines' own.
 */
export function skewOf(marks: readonly Mark[]): number {
  const heights = marks.map(heightOf).filter((height) => height >= 6);
  const middle = [...heights].sort((a, b) => a - b)[Math.floor(heights.length / 2)] ?? 0;
  const letters = marks.filter(
    (mark) => heightOf(mark) >= 0.5 * middle && heightOf(mark) <= 2 * middle && widthOf(mark) <= 8 * middle,
  );
  if (middle === 0 || letters.length < fewestMarks) return 0;
  const feet = letters.map((mark) => ({ x: (mark.x0 + mark.x1) / 2, y: mark.y1 }));
  const scoreAt = (degrees: number) => gathering(feet, Math.tan((degrees * Math.PI) / 180), Math.max(1, middle / 8));
  const bestOf = (from: number, to: number, step: number) => {
    let best = { degrees: 0, score: 0 };
    for (let degrees = from; degrees <= to + step / 2; degrees += step) {
      const score = scoreAt(degrees);
      if (score > best.score) best = { degrees, score };
    }
    return best;
  };
  const rough = bestOf(-maxDegrees, maxDegrees, coarse);
  const { degrees, score } = bestOf(rough.degrees - coarse, rough.degrees + coarse, fine);
  return Math.abs(degrees) >= least && score > clearGain * scoreAt(0) ? degrees : 0;
}

/** Sum of squares of how many feet stand at each height. */
function gathering(feet: readonly { readonly x: number; readonly y: number }[], slope: number, step: number): number {
  const counts = new Map<number, number>();
  for (const { x, y } of feet) {
    const height = Math.round((y - slope * x) / step);
    counts.set(height, (counts.get(height) ?? 0) + 1);
  }
  let sum = 0;
  for (const count of counts.values()) sum += count * count;
  return sum;
}

/** The image turned about its middle so that lines falling by these degrees stand level; what comes in is white. */
export function straightenImage(image: GreyImage, degrees: number): GreyImage {
  const { width, height, pixels } = image;
  const result = new Uint8Array(pixels.length).fill(255);
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [cx, cy] = [width / 2, height / 2];
  for (let y = 0, to = 0; y < height; y++) {
    let fromX = cx + (0 - cx) * cos - (y - cy) * sin;
    let fromY = cy + (0 - cx) * sin + (y - cy) * cos;
    for (let x = 0; x < width; x++, to++, fromX += cos, fromY += sin) {
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      if (left < 0 || top < 0 || left + 1 >= width || top + 1 >= height) continue;
      const at = top * width + left;
      const [dx, dy] = [fromX - left, fromY - top];
      const upper = (pixels[at] ?? 255) * (1 - dx) + (pixels[at + 1] ?? 255) * dx;
      const lower = (pixels[at + width] ?? 255) * (1 - dx) + (pixels[at + width + 1] ?? 255) * dx;
      result[to] = upper * (1 - dy) + lower * dy;
    }
  }
  return { width, height, pixels: result };
}
