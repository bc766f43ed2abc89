import { describe, expect, it } from "vitest";
import { enlargeImage, type GreyImage } from "./grey-image.ts";
import { findMarks, inkLevel } from "./ink.ts";
import { crossing, findRulings, wipeRulings } from "./rulings.ts";
import { skewOf, straightenImage } from "./skew.ts";

const white = (width: number, height: number): GreyImage => ({
  width,
  height,
  pixels: new Uint8Array(width * height).fill(255),
});

function fill(image: GreyImage, x0: number, y0: number, width: number, height: number): void {
  for (let y = y0; y < y0 + height; y++) image.pixels.fill(0, y * image.width + x0, y * image.width + x0 + width);
}

/** Lines of dark boxes, as letters are. */
function page(): GreyImage {
  const image = white(800, 600);
  for (let y = 60; y < 540; y += 30)
    for (let x = 60; x < 740; x += 14)
      fill(image, x, y + ((x / 14) % 3 === 0 ? 4 : 0), 8, 14 - ((x / 14) % 3 === 0 ? 4 : 0));
  return image;
}

const dpi = 200;
const skewed = (degrees: number) => straightenImage(page(), -degrees);
const measured = (image: GreyImage) => skewOf(findMarks(image, inkLevel(image)));

describe("lines of a scan", () => {
  it.each([-4, -1.5, -0.5, 0.5, 2, 5])("that fall by %d degrees are measured to a tenth", (degrees) => {
    expect(measured(skewed(degrees))).toBeCloseTo(degrees, 0);
    expect(Math.abs(measured(skewed(degrees)) - degrees)).toBeLessThanOrEqual(0.1);
  });

  it("that are level are left as they are, and so is a page without text", () => {
    expect(measured(page())).toBe(0);
    expect(measured(white(400, 300))).toBe(0);
  });

  it("stand level once straightened", () => {
    expect(Math.abs(measured(straightenImage(skewed(3), 3)))).toBeLessThanOrEqual(0.2);
  });
});

describe("rules of a scan", () => {
  const grid = () => {
    const image = white(800, 400);
    for (const y of [100, 160, 220]) fill(image, 100, y, 400, 2);
    for (const x of [100, 300, 498]) fill(image, x, 100, 2, 122);
    return image;
  };

  it("are found across and down, with their ends", () => {
    const { across, down } = findRulings(grid(), 128, dpi);
    expect(across.map(({ x0, x1, y0 }) => [x0, x1, y0])).toEqual([100, 160, 220].map((y) => [100, 500, y]));
    expect(down.map(({ y0, y1, x0 }) => [y0, y1, x0])).toEqual([100, 300, 498].map((x) => [100, 222, x]));
  });

  it("are no lines of bold letters, nor a picture's dark", () => {
    const image = page();
    fill(image, 300, 200, 200, 80);
    expect(findRulings(image, 128, dpi)).toEqual({ across: [], down: [] });
  });

  it("are wiped where they form a table, but for letters that touch them; a line under a title stays", () => {
    const image = grid();
    fill(image, 560, 350, 200, 2); // under a title
    fill(image, 150, 90, 6, 10); // a descender's foot on the first rule
    const table = crossing(findRulings(image, 128, dpi), 4);
    expect(table).toHaveLength(6);
    const { pixels, width } = wipeRulings(image, table, 128);
    const darkAt = (x: number, y: number) => (pixels[y * width + x] ?? 255) < 128;
    expect([darkAt(400, 160), darkAt(300, 130), darkAt(153, 101), darkAt(600, 351)]).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

it("enlarges an image without moving what it shows", () => {
  const image = white(20, 10);
  fill(image, 5, 3, 6, 4);
  const large = enlargeImage(image, 2);
  expect([large.width, large.height]).toEqual([40, 20]);
  const at = (x: number, y: number) => large.pixels[y * 40 + x] ?? 255;
  expect([at(15, 10) < 20, at(5, 10) > 235, at(15, 2) > 235, at(30, 10) > 235]).toEqual([true, true, true, true]);
});
