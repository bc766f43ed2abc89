/**
 * Recognition of pages that are drawn from PDFs with a text layer, which is the truth: token F1 (bag of words) and
 * characters (1 − edit distance over length, both sides row by row), processor time a page and peak memory; and Docling's page
 * that lies four ways. `--pages 2` sets how many pages of each file are read.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ocrDpi, ocrPage } from "../packages/conversion/src/ocr/index.ts";
import { loadPdfium, openPdf, type PdfPage } from "../packages/conversion/src/readers/pdf/pdfium.ts";
import { paintPage } from "../packages/conversion/src/readers/pdf/render.ts";
import { readWords, type Word } from "../packages/conversion/src/readers/pdf/words.ts";
import { atLeast, atMost, type Figure, report } from "./lib/report.ts";

const documents = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents");
const sets: readonly { readonly name: string; readonly dpi: number; readonly files: readonly string[] }[] = [
  {
    name: "French",
    dpi: ocrDpi,
    files: ["fr/pdf.pdf", "fr/tuto-import.pdf", "fr/domifa_declaration-d-accessibilite.pdf"],
  },
  { name: "French, 100 dpi", dpi: 100, files: ["fr/pdf.pdf", "fr/domifa_declaration-d-accessibilite.pdf"] },
  {
    name: "English",
    dpi: ocrDpi,
    files: [
      "docling/pdf/sources/multi_page.pdf",
      "docling/pdf/sources/amt_handbook_sample.pdf",
      "icdar2013-odd/us-017.pdf",
    ],
  },
];
const turnedPages = [0, 90, 180, 270].map((turn) => ({
  path: `docling/ocr/sources/ocr_test${turn === 0 ? "" : `_rotated_${turn}`}.pdf`,
  turn,
}));
const turnedText = "Docling bundles PDF document conversion to JSON and Markdown in an easy self contained package";

const { values } = parseArgs({ options: { pages: { type: "string", default: "2" } } });
const pagesEach = Number(values.pages);
const pdfium = await loadPdfium();

const normal = (text: string): string => text.normalize("NFKC").toLowerCase();
const tokensOf = (text: string): string[] => normal(text).match(/[\p{L}\p{N}]+/gu) ?? [];
const mean = (numbers: readonly number[]): number => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** Words row by row, so that the order two parsers give their blocks does not count. */
function rowsText(words: readonly Word[]): string {
  const rows: Word[][] = [];
  for (const word of [...words].sort((a, b) => a.b - b.b)) {
    const row = rows.at(-1);
    const isSame = row?.some(
      (other) => Math.min(other.b, word.b) - Math.max(other.t, word.t) > 0.5 * (word.b - word.t),
    );
    if (row && isSame) row.push(word);
    else rows.push([word]);
  }
  return rows
    .map((row) =>
      row
        .sort((a, b) => a.l - b.l)
        .map((word) => word.text)
        .join(" "),
    )
    .join(" ");
}

function bagF1(found: readonly string[], wanted: readonly string[]): number {
  const left = new Map<string, number>();
  for (const item of wanted) left.set(item, (left.get(item) ?? 0) + 1);
  let common = 0;
  for (const item of found) {
    const count = left.get(item) ?? 0;
    if (count === 0) continue;
    common++;
    left.set(item, count - 1);
  }
  return (2 * common) / Math.max(1, found.length + wanted.length);
}

function characterAccuracy(found: string, wanted: string): number {
  let row = Uint32Array.from({ length: wanted.length + 1 }, (_, index) => index);
  for (let i = 1; i <= found.length; i++) {
    const next = new Uint32Array(wanted.length + 1);
    next[0] = i;
    for (let j = 1; j <= wanted.length; j++) {
      const change = (row[j - 1] ?? 0) + (found[i - 1] === wanted[j - 1] ? 0 : 1);
      next[j] = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, change);
    }
    row = next;
  }
  return 1 - (row[wanted.length] ?? 0) / Math.max(1, wanted.length, found.length);
}

async function recognise(page: PdfPage, dpi: number) {
  const bitmap = paintPage(pdfium, page, dpi);
  const before = process.cpuUsage();
  const result = await ocrPage(bitmap, page);
  const { user, system } = process.cpuUsage(before);
  return { ...result, seconds: (user + system) / 1_000_000 };
}

function* pagesOf(path: string): Generator<number> {
  const pdf = openPdf(pdfium, readFileSync(join(documents, path)));
  const { pageCount } = pdf;
  pdf.close();
  for (let index = 0; index < Math.min(pagesEach, pageCount); index++) yield index;
}

/** The page stays open while it is recognised: `use` is waited for. */
async function onPage<T>(path: string, index: number, use: (page: PdfPage) => Promise<T>): Promise<T> {
  const pdf = openPdf(pdfium, readFileSync(join(documents, path)));
  try {
    const work = pdf.withPage(index, use);
    if (work === null) throw new Error(`${path}: page ${index + 1} cannot be read`);
    return await work;
  } finally {
    pdf.close();
  }
}

if (!existsSync(documents)) {
  console.log("skipped: no data (documents with a text layer)");
  process.exit(0);
}
const figures: Figure[] = [];
for (const { name, dpi, files } of sets) {
  const [tokens, characters, seconds]: [number[], number[], number[]] = [[], [], []];
  for (const path of files)
    for (const index of pagesOf(path))
      await onPage(path, index, async (page) => {
        const wanted = rowsText(readWords(pdfium, page).words.filter((word) => word.angle === 0));
        if (wanted.length < 40) return;
        const { words, seconds: taken, confidence, turn } = await recognise(page, dpi);
        const found = rowsText(words);
        tokens.push(bagF1(tokensOf(found), tokensOf(wanted)));
        characters.push(characterAccuracy(normal(found), normal(wanted)));
        seconds.push(taken);
        const shown = [tokens.at(-1), characters.at(-1), confidence].map((value) => value?.toFixed(3)).join("  ");
        console.error(`${`${path} p${index + 1}`.padEnd(56)} ${shown}  ${taken.toFixed(1)} s  ${turn}°`);
      });
  figures.push(
    atLeast(`${name}: token F1`, mean(tokens), "", 0.97),
    atLeast(`${name}: characters`, mean(characters), "", 0.97),
    atMost(`${name}: slowest page`, Math.max(...seconds), "s", 5),
  );
}
let upright = 0;
for (const { path, turn } of turnedPages)
  await onPage(path, 0, async (page) => {
    const { words, turn: found } = await recognise(page, ocrDpi);
    const text = words.map((word) => word.text).join(" ");
    if (found === turn && characterAccuracy(normal(text), normal(turnedText)) >= 0.97) upright++;
  });
figures.push(atLeast("Orientations", upright, "of 4", 4));
figures.push(atMost("Peak memory", process.resourceUsage().maxRSS / 1024, "MB", 500));
report("ocr", figures);
