import { expect, it } from "vitest";
import { pdfOf } from "../contract/pdf-samples.ts";
import { convertFile } from "../convert.ts";
import { tableGrid } from "../markdown-export.ts";
import { loadPdfium, openPdf } from "../readers/pdf/pdfium.ts";
import { encodePng } from "../readers/pdf/png.ts";
import { paintPage } from "../readers/pdf/render.ts";
import { greyOf } from "./grey-image.ts";
import { straightenImage } from "./skew.ts";

const dpi = 150;
const degrees = 1.5;

const rows = [
  ["Commune", "Population", "Surface"],
  ["Besançon", "118 000", "65 km"],
  ["Quimper", "63 000", "84 km"],
  ["Bourges", "64 000", "69 km"],
];

/** A page with a ruled table, drawn, and laid askew as a scanner does. */
async function scan(): Promise<Uint8Array> {
  const texts = rows.flatMap((cells, row) =>
    cells.map((text, column) => ({ text, x: 90 + 150 * column, y: 606 - 30 * row, size: 12 })),
  );
  const prose = Array.from({ length: 8 }, (_, nth) => ({
    text: "Le rapport rappelle la population et la surface de chaque commune du territoire.",
    x: 80,
    y: 460 - 18 * nth,
    size: 11,
  }));
  const across = [630, 600, 570, 540, 510].map((y) => `80 ${y - 4} m 530 ${y - 4} l S`);
  const down = [80, 230, 380, 530].map((x) => `${x} 626 m ${x} 506 l S`);
  const pdfium = await loadPdfium();
  const pdf = openPdf(pdfium, pdfOf([[...texts, ...prose]], [...across, ...down].join("\n")));
  const bitmap = pdf.withPage(0, (page) => paintPage(pdfium, page, dpi));
  pdf.close();
  if (!bitmap) throw new Error("the page cannot be drawn");
  const { width, height, pixels } = straightenImage(greyOf(bitmap), -degrees);
  const colours = Uint32Array.from(pixels, (grey) => (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0);
  return encodePng({ width, height, pixels: colours });
}

it("reads the table of a scan that lies askew as cells, and boxes its text where it is on the page shown", {
  timeout: 120_000,
}, async () => {
  const file = { filename: "a.png", bytes: await scan() };
  const { document, conservation } = await convertFile(file, { maxPages: 5, pageImageDpi: 0 }, async () => {});
  expect(document.tables).toHaveLength(1);
  expect(document.tables[0] && tableGrid(document.tables[0])).toEqual(rows);
  expect(conservation.missing).toBe(0);
  const [page] = Object.values(document.pages);
  const scale = (page?.size.width ?? 0) / 612;
  const box = document.texts.find(({ text }) => text.startsWith("Le rapport"))?.prov[0]?.bbox;
  const top = ((page?.size.height ?? 0) - (box?.t ?? 0)) / scale;
  // on the page as drawn the first line's top stands at 322; it falls to the right about the page's middle
  expect(Math.abs(top - (322 - Math.sin((degrees * Math.PI) / 180) * (306 - 80)))).toBeLessThan(6);
});
