/**
 * Conversion against Docling's own regression output: one row a format with the mean per file of
 * token F1 (bag of words), order (longest common token subsequence over common tokens), and heading, list item and
 * table cell F1 (headings and items match at 85 % likeness, cells by equal text). Both sides are read by one Markdown
 * parser. Docling's output is a reference, not the truth. `--files` prints one row a file, `--only pdf` one format.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Nodes, Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { convertFile } from "../packages/conversion/src/convert.ts";

const root = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents/docling");
const formats = ["pdf", "docx", "pptx", "xlsx", "odf", "html", "md", "asciidoc", "csv", "epub"] as const;

interface Parts {
  readonly tokens: readonly string[];
  readonly headings: readonly string[];
  readonly items: readonly string[];
  readonly cells: readonly string[];
}

interface Scores {
  readonly tokens: number;
  readonly order: number;
  readonly headings: number | null;
  readonly items: number | null;
  readonly cells: number | null;
}

const textOf = (node: Nodes): string =>
  "value" in node
    ? node.type === "html"
      ? ""
      : node.value
    : "children" in node
      ? node.children
          .map((child) => textOf(child))
          .join(node.type === "paragraph" || node.type === "heading" ? "" : " ")
      : "";
const normal = (text: string): string => text.normalize("NFKC").replace(/\s+/g, " ").trim().toLowerCase();
const tokensOf = (text: string): string[] => normal(text).match(/[\p{L}\p{N}]+/gu) ?? [];

function partsOf(markdown: string): Parts {
  const source = markdown.replace(/<!--[\s\S]*?-->/g, "").replaceAll("\\_", "_");
  const tree: Root = fromMarkdown(source, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  const parts = { tokens: [] as string[], headings: [] as string[], items: [] as string[], cells: [] as string[] };
  const visit = (node: Nodes) => {
    if (node.type === "heading") parts.headings.push(normal(textOf(node)));
    if (node.type === "listItem")
      parts.items.push(
        normal(
          node.children
            .filter((child) => child.type !== "list")
            .map((child) => textOf(child))
            .join(" "),
        ),
      );
    if (node.type === "tableCell") parts.cells.push(normal(textOf(node)));
    if ("children" in node) for (const child of node.children) visit(child);
  };
  visit(tree);
  return { ...parts, tokens: tokensOf(textOf(tree)), cells: parts.cells.filter((cell) => cell !== "") };
}

/** F1 of two bags; null where both are empty. */
function bagF1(found: readonly string[], wanted: readonly string[]): number | null {
  if (found.length === 0 && wanted.length === 0) return null;
  const left = new Map<string, number>();
  for (const item of wanted) left.set(item, (left.get(item) ?? 0) + 1);
  let common = 0;
  for (const item of found) {
    const count = left.get(item) ?? 0;
    if (count > 0) {
      common++;
      left.set(item, count - 1);
    }
  }
  return (2 * common) / (found.length + wanted.length);
}

function fuzzyF1(found: readonly string[], wanted: readonly string[]): number | null {
  if (found.length === 0 && wanted.length === 0) return null;
  const left = [...wanted];
  let common = 0;
  for (const item of found) {
    const index = left.findIndex((other) => likeness(item, other) >= 0.85);
    if (index < 0) continue;
    common++;
    left.splice(index, 1);
  }
  return (2 * common) / (found.length + wanted.length);
}

/** 1 − edit distance over the longer length. */
function likeness(a: string, b: string): number {
  if (a === b) return 1;
  const longest = Math.max(a.length, b.length);
  if (Math.abs(a.length - b.length) > 0.15 * longest) return 0;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return 1 - (row[b.length] ?? longest) / Math.max(1, longest);
}

/** Longest common subsequence over common tokens: the share of the common words that stand in the same order. */
function orderScore(found: readonly string[], wanted: readonly string[]): number {
  const common = ((bagF1(found, wanted) ?? 1) * (found.length + wanted.length)) / 2;
  if (common === 0) return 1;
  let row = new Uint32Array(wanted.length + 1);
  for (const token of found) {
    const next = new Uint32Array(wanted.length + 1);
    for (let j = 1; j <= wanted.length; j++)
      next[j] = token === wanted[j - 1] ? (row[j - 1] ?? 0) + 1 : Math.max(row[j] ?? 0, next[j - 1] ?? 0);
    row = next;
  }
  return (row[wanted.length] ?? 0) / common;
}

function score(found: Parts, wanted: Parts): Scores {
  return {
    tokens: bagF1(found.tokens, wanted.tokens) ?? 1,
    order: orderScore(found.tokens, wanted.tokens),
    headings: fuzzyF1(found.headings, wanted.headings),
    items: fuzzyF1(found.items, wanted.items),
    cells: bagF1(found.cells, wanted.cells),
  };
}

const mean = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value): value is number => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
};
const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(3)).padStart(8);
const line = (name: string, scores: Scores, tail: string): string =>
  name.padEnd(44) +
  [scores.tokens, scores.order, scores.headings, scores.items, scores.cells].map(shown).join("") +
  tail;

async function measure(format: (typeof formats)[number], showFiles: boolean): Promise<void> {
  const sources = join(root, format, "sources");
  const truth = join(root, format, "groundtruth");
  const rows: Scores[] = [];
  let [seconds, pages] = [0, 0];
  for (const name of readdirSync(sources).sort()) {
    const expected = [join(truth, `${name}.md`), join(truth, `${name.replace(/\.[^.]+$/, "")}.md`)].find(existsSync);
    if (expected === undefined || name.startsWith("right_to_left")) continue; // right-to-left scripts are not aimed at yet
    const started = performance.now();
    let markdown = "";
    let failure = "";
    try {
      const file = { filename: name, bytes: readFileSync(join(sources, name)) };
      const result = await convertFile(file, { maxPages: 1_000, pageImageDpi: 0 }, async () => {});
      markdown = result.markdown;
      pages += result.pages.length;
    } catch (error) {
      failure = ` ${error instanceof Error ? error.message : error}`;
    }
    seconds += (performance.now() - started) / 1_000;
    const scores = score(partsOf(markdown), partsOf(readFileSync(expected, "utf8")));
    rows.push(scores);
    if (showFiles) console.log(line(`  ${name}`, scores, failure));
  }
  const all = {
    tokens: mean(rows.map((row) => row.tokens)) ?? 0,
    order: mean(rows.map((row) => row.order)) ?? 0,
    headings: mean(rows.map((row) => row.headings)),
    items: mean(rows.map((row) => row.items)),
    cells: mean(rows.map((row) => row.cells)),
  };
  const speed =
    pages > 0 ? `${(pages / seconds).toFixed(1)} pages/s` : `${((seconds * 1_000) / rows.length).toFixed(0)} ms a file`;
  console.log(line(`${format} (${rows.length} files)`, all, `  ${speed}`));
}

/** Cells of an ICDAR 2013 table file, a list a table (a table may go on over several regions). */
function icdarTables(xml: string): string[][] {
  return xml
    .split(/<table\b/)
    .slice(1)
    .map((table) =>
      [...table.matchAll(/<content>([\s\S]*?)<\/content>/g)].map((match) => cellText(unescapeXml(match[1] ?? ""))),
    )
    .map((cells) => cells.filter((cell) => cell !== ""));
}

const unescapeXml = (text: string): string =>
  text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&amp;", "&");
/** Spaces and marks aside, which the ground truth sets at will. */
const cellText = (text: string): string => normal(text).replace(/[^\p{L}\p{N}]+/gu, "");

/** Born-digital PDFs of ICDAR 2013: tables matched greedily by their cells; a table counts as found at cell F1 ≥ .5. */
async function measureIcdar(showFiles: boolean): Promise<void> {
  const folder = join(root, "../icdar2013-odd");
  let [found, wanted, tables] = [0, 0, 0];
  let [common, foundCells, wantedCells] = [0, 0, 0];
  for (const name of readdirSync(folder)
    .filter((file) => file.endsWith("-str.xml"))
    .sort()) {
    const pdf = join(folder, name.replace("-str.xml", ".pdf"));
    if (!existsSync(pdf)) continue;
    const truth = icdarTables(readFileSync(join(folder, name), "utf8"));
    const file = { filename: "a.pdf", bytes: readFileSync(pdf) };
    const { document } = await convertFile(file, { maxPages: 1_000, pageImageDpi: 0 }, async () => {});
    const own = document.tables
      .filter((table) => table.label === "table")
      .map((table) => table.data.table_cells.map((cell) => cellText(cell.text)).filter((cell) => cell !== ""));
    const left = [...own];
    let [fileCommon, fileFound] = [0, 0];
    for (const cells of truth) {
      const best = left.map((table) => ({ table, f1: bagF1(table, cells) ?? 0 })).sort((a, b) => b.f1 - a.f1)[0];
      if (!best || best.f1 === 0) continue;
      left.splice(left.indexOf(best.table), 1);
      fileCommon += (best.f1 * (best.table.length + cells.length)) / 2;
      if (best.f1 >= 0.5) fileFound++;
    }
    const [foundHere, wantedHere] = [own.flat().length, truth.flat().length];
    if (showFiles)
      console.log(
        `  ${name.padEnd(24)} tables ${fileFound}/${truth.length} (ours ${own.length})  cell F1 ${((2 * fileCommon) / Math.max(1, foundHere + wantedHere)).toFixed(3)}`,
      );
    [found, wanted, tables] = [found + fileFound, wanted + truth.length, tables + own.length];
    [common, foundCells, wantedCells] = [common + fileCommon, foundCells + foundHere, wantedCells + wantedHere];
  }
  const f1 = (2 * common) / (foundCells + wantedCells);
  console.log(
    `icdar2013 odd half: ${found}/${wanted} tables found (ours ${tables}), cell P ${(common / foundCells).toFixed(3)} R ${(common / wantedCells).toFixed(3)} F1 ${f1.toFixed(3)}`,
  );
}

if (!existsSync(root)) console.log("skipped: no data (set NEXUS_FIXTURES_DIR)");
else {
  const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : null;
  console.log(`${"".padEnd(44)}  tokens   order   heads   items   cells`);
  for (const format of formats) if (!only || only === format) await measure(format, process.argv.includes("--files"));
  if (!only || only === "icdar") await measureIcdar(process.argv.includes("--files"));
}
