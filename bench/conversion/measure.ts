import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { convertFile } from "../../packages/conversion/src/convert.ts";
import type { DoclingDocument, TableItem } from "../../packages/conversion/src/docling-document.ts";
import type { ConvertedDocument } from "../../packages/conversion/src/port.ts";
import { type Baseline, baselines } from "./baselines.ts";
import { normal, partsOf } from "./markdown-parts.ts";
import { mean } from "./measures.ts";
import { type Scores, score, scoreNames } from "./scores.ts";
import { matchTables, meanTeds } from "./table-scores.ts";
import { cellNode, type TableTree, tableNode } from "./teds.ts";

export const dataFolder = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents");
export const formats = [
  ...["pdf", "docx", "pptx", "xlsx", "odf", "html", "md", "asciidoc", "csv", "epub"],
  ...["doc", "ppt", "xls"],
] as const;

export interface FileResult {
  readonly name: string;
  readonly scores: Scores;
  readonly coverage: number | null;
  readonly pages: number;
  readonly seconds: number;
  /** Null where it was read. */
  readonly failure: string | null;
}

export interface FormatResult {
  readonly files: readonly FileResult[];
  readonly means: Readonly<Record<keyof Scores, number | null>>;
  readonly baselines: readonly { readonly name: string; readonly means: FormatResult["means"] }[];
}

interface Sample {
  readonly name: string;
  readonly path: string;
  readonly truth: string;
  readonly document: DoclingDocument | null;
}

/** Docling's sources that have a ground truth; right-to-left scripts are not aimed at yet. */
export function samplesOf(format: string): Sample[] {
  const folder = join(dataFolder, "docling", format);
  if (!existsSync(join(folder, "sources"))) return [];
  const names = readdirSync(join(folder, "sources")).sort();
  return names
    .filter((name) => !names.includes(name.replace(/\.[^.]+$/, ""))) // a PDF printed of another source
    .flatMap((name) => {
      const path = (stem: string, extension: string) => join(folder, "groundtruth", `${stem}.${extension}`);
      const stem = [name, name.replace(/\.[^.]+$/, "")].find((one) => existsSync(path(one, "md")));
      if (stem === undefined || name.startsWith("right_to_left")) return [];
      const json = path(stem, "json");
      return {
        name,
        path: join(folder, "sources", name),
        truth: readFileSync(path(stem, "md"), "utf8"),
        document: existsSync(json) ? (JSON.parse(readFileSync(json, "utf8")) as DoclingDocument) : null,
      };
    });
}

export async function convertSample(path: string, name: string): Promise<ConvertedDocument> {
  const file = { filename: name, bytes: readFileSync(path) };
  return convertFile(file, { maxPages: 1_000, pageImageDpi: 0 }, async () => {});
}

/** Pages of the PDFs a second by their text layer alone, once everything is loaded: recognition has its own bench. */
export async function pdfPagesPerSecond(): Promise<number> {
  let [pages, seconds] = [0, 0];
  for (const { path, name } of samplesOf("pdf")) {
    const file = { filename: name, bytes: readFileSync(path) };
    const startedAt = performance.now();
    const result = await convertFile(file, { maxPages: 1_000, pageImageDpi: 0, ocr: "off" }, async () => {});
    seconds += (performance.now() - startedAt) / 1_000;
    pages += result.pages.length;
  }
  return pages / seconds;
}

/** Our conversion of every sample and, where asked, each library alone; `onFile` sees each result as it comes. */
export async function measureFormat(
  format: string,
  withBaselines: boolean,
  onFile: (file: FileResult) => void,
): Promise<FormatResult> {
  const samples = samplesOf(format);
  const files: FileResult[] = [];
  for (const sample of samples) {
    const file = await measureSample(sample);
    files.push(file);
    onFile(file);
  }
  const libraries = withBaselines ? (baselines[format] ?? []) : [];
  const alone: FormatResult["baselines"][number][] = [];
  for (const library of libraries) alone.push({ name: library.name, means: await measureBaseline(library, samples) });
  return { files, means: meansOf(files.map((file) => file.scores)), baselines: alone };
}

async function measureSample({ name, path, truth, document }: Sample): Promise<FileResult> {
  const startedAt = performance.now();
  const result = await convertSample(path, name).catch((error: unknown) => error);
  const seconds = (performance.now() - startedAt) / 1_000;
  const wanted = partsOf(truth);
  if (!isConverted(result)) {
    const failure = result instanceof Error ? result.message : String(result);
    return { name, scores: score(partsOf(""), wanted), coverage: null, pages: 0, seconds, failure };
  }
  const scores = score(partsOf(result.markdown), wanted);
  const structured = document && tedsOfDocuments(result.document, document);
  return {
    name,
    scores: document ? { ...scores, teds: structured } : scores,
    coverage: result.conservation.coverage,
    pages: result.pages.length,
    seconds,
    failure: null,
  };
}

const isConverted = (result: unknown): result is ConvertedDocument =>
  typeof result === "object" && result !== null && "markdown" in result;

async function measureBaseline(library: Baseline, samples: readonly Sample[]): Promise<FormatResult["means"]> {
  const rows: Scores[] = [];
  for (const { path, truth } of samples) {
    const markdown = await library.read(readFileSync(path)).catch(() => "");
    rows.push(score(partsOf(markdown), partsOf(truth)));
  }
  return meansOf(rows);
}

export const meansOf = (rows: readonly Scores[]): FormatResult["means"] =>
  Object.fromEntries(scoreNames.map((name) => [name, mean(rows.map((row) => row[name]))])) as FormatResult["means"];

/** With spans, which Markdown cannot show. */
function tedsOfDocuments(found: DoclingDocument, wanted: DoclingDocument): number | null {
  const [ours, theirs] = [found, wanted].map((document) =>
    document.tables.filter((table) => (table.content_layer ?? "body") === "body" && table.label === "table"),
  ) as [TableItem[], TableItem[]];
  const cells = (table: TableItem) =>
    table.data.table_cells.map((cell) => normal(cell.text)).filter((text) => text !== "");
  return meanTeds(ours.map(treeOfTable), theirs.map(treeOfTable), matchTables(ours.map(cells), theirs.map(cells)));
}

function treeOfTable({ data }: TableItem): TableTree {
  const rows = Array.from({ length: data.num_rows }, (_, row) =>
    data.table_cells
      .filter((cell) => cell.start_row_offset_idx === row)
      .sort((a, b) => a.start_col_offset_idx - b.start_col_offset_idx)
      .map((cell) => cellNode(normal(cell.text), cell.row_span, cell.col_span)),
  );
  return tableNode(rows);
}
