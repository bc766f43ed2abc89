/**
 * Conversion against Docling's own regression output, by format, mean per file (`conversion/scores.ts` says how), beside
 * each library alone in the same run; ICDAR 2013 tables; places of PDF items; our Markdown and chunks of Docling's own
 * documents; memory. Docling's output is a reference, not the truth.
 *
 * Without arguments: everything, a table on stderr and one JSON line on stdout. `--only FORMAT` (or `icdar`,
 * `provenance`, `chunks`) measures one part for the eye, `--files` with a row a file.
 */
import { existsSync } from "node:fs";
import { chunkFigures, exportFigures } from "./conversion/exports.ts";
import { measureIcdar } from "./conversion/icdar.ts";
import {
  dataFolder,
  type FileResult,
  type FormatResult,
  formats,
  measureFormat,
  pdfPagesPerSecond,
} from "./conversion/measure.ts";
import { mean } from "./conversion/measures.ts";
import { memoryFigures } from "./conversion/memory.ts";
import { measureProvenance } from "./conversion/provenance.ts";
import { type Scores, scoreNames } from "./conversion/scores.ts";
import { atLeast, atMost, type Figure, percentile, plain, report } from "./lib/report.ts";

/** What must be reached on these files (docs/BENCHMARKS.md). */
const targets: Readonly<Record<string, Partial<Record<keyof Scores, number>>>> = {
  pdf: {
    tokens: 0.98,
    sequence: 0.97,
    order: 0.985,
    edit: 0.94,
    headings: 0.8,
    items: 0.7,
    cells: 0.8,
    adjacency: 0.78,
  },
  docx: { tokens: 0.97, headings: 0.98, levels: 0.98, items: 0.95, cells: 0.9 },
  pptx: { tokens: 0.95, headings: 0.95, items: 0.95, cells: 0.9 },
  xlsx: { tokens: 0.97, headings: 1, cells: 0.95 },
  odf: { tokens: 0.93, cells: 0.85 },
  html: { tokens: 0.985, headings: 0.99, items: 0.95, cells: 0.93 },
  md: { tokens: 0.99, headings: 0.99, cells: 0.97 },
  asciidoc: { tokens: 0.98, headings: 0.98, cells: 0.95 },
  csv: { cells: 1 },
  epub: { tokens: 0.98, headings: 0.95 },
};
const slowestMedianMs = 150;

const isForTheEye = process.argv.length > 2;
const only = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1] : undefined;
const withFiles = process.argv.includes("--files");
const isWanted = (part: string) => only === undefined || only === part;
const write = (line: string) => void (isForTheEye ? process.stdout : process.stderr).write(`${line}\n`);

const shown = (value: number | null): string => (value === null ? "–" : value.toFixed(3)).padStart(8);
const row = (name: string, scores: Readonly<Record<keyof Scores, number | null>>, tail: string): string =>
  name.padEnd(40) + scoreNames.map((score) => shown(scores[score])).join("") + tail;
const fileRow = (file: FileResult): string =>
  row(
    `  ${file.name}`.slice(0, 39),
    file.scores,
    file.failure ? ` ${file.failure}` : `  cover ${shown(file.coverage)}`,
  );

function formatFigures(format: string, { files, means, baselines }: FormatResult): Figure[] {
  const seconds = files.reduce((sum, file) => sum + file.seconds, 0);
  const pages = files.reduce((sum, file) => sum + file.pages, 0);
  const coverages = files.flatMap((file) => file.coverage ?? []);
  const medianMs =
    1_000 *
    percentile(
      files.map((file) => file.seconds),
      0.5,
    );
  const known = scoreNames.flatMap((name): Figure[] => {
    const [value, target] = [means[name], targets[format]?.[name]];
    if (value === null) return [];
    const figure = `${format}: ${name}`;
    return [target === undefined ? plain(figure, value, "") : atLeast(figure, value, "", target)];
  });
  return [
    plain(`${format}: files`, files.length, ""),
    plain(`${format}: files that could not be read`, files.filter((file) => file.failure !== null).length, ""),
    ...known,
    plain(`${format}: words kept, mean`, mean(coverages) ?? 0, ""),
    atLeast(`${format}: words kept, least`, Math.min(1, ...coverages), "", 1),
    format === "pdf"
      ? plain(`${format}: pages/s, recognition of pictures included`, pages / seconds, "")
      : atMost(`${format}: median time of a file`, medianMs, "ms", slowestMedianMs),
    ...baselines.flatMap((library) =>
      (["tokens", "order", "headings", "items", "cells"] as const).flatMap((name) =>
        library.means[name] === null
          ? []
          : [plain(`${format}: ${name}, ${library.name} alone`, library.means[name], "")],
      ),
    ),
  ];
}

const figures: Figure[] = [];
if (!existsSync(dataFolder)) write("skipped: no data (set NEXUS_FIXTURES_DIR)");
else {
  if (formats.some(isWanted))
    write(`${"".padEnd(40)}${scoreNames.map((name) => name.slice(0, 7).padStart(8)).join("")}`);
  for (const format of formats.filter(isWanted)) {
    const result = await measureFormat(format, !isForTheEye, (file) => withFiles && write(fileRow(file)));
    if (result.files.length === 0) continue;
    const seconds = result.files.reduce((sum, file) => sum + file.seconds, 0);
    const pages = result.files.reduce((sum, file) => sum + file.pages, 0);
    const speed =
      pages > 0
        ? `${(pages / seconds).toFixed(1)} pages/s`
        : `${((1_000 * seconds) / result.files.length).toFixed(0)} ms a file`;
    const cover = mean(result.files.map((file) => file.coverage));
    write(row(`${format} (${result.files.length} files)`, result.means, `  cover ${shown(cover)}  ${speed}`));
    for (const library of result.baselines) write(row(`  ${library.name} alone`, library.means, ""));
    figures.push(...formatFigures(format, result));
    if (format === "pdf" && !isForTheEye)
      figures.push(atLeast("pdf: pages/s by the text layer", await pdfPagesPerSecond(), "", 15));
  }
  if (isWanted("icdar")) {
    const icdar = await measureIcdar((line) => withFiles && write(line));
    write(
      `icdar2013 odd half: ${icdar.found}/${icdar.tables} tables found (ours ${icdar.ours}), cell P ${icdar.precision.toFixed(3)} R ${icdar.recall.toFixed(3)} F1 ${icdar.cells.toFixed(3)}, adjacency F1 ${icdar.adjacency.toFixed(3)}`,
    );
    figures.push(
      atLeast("ICDAR 2013: tables found", icdar.found / icdar.tables, "", 0.88),
      atLeast("ICDAR 2013: cells", icdar.cells, "", 0.82),
      atLeast("ICDAR 2013: adjacency", icdar.adjacency, "", 0.78),
    );
  }
  if (isWanted("provenance")) {
    const places = await measureProvenance((line) => withFiles && write(line));
    write(
      `provenance of ${places.items} PDF items: text on its page ${places.onPage.toFixed(3)}, box IoU ≥ .5 ${places.boxed.toFixed(3)}`,
    );
    figures.push(
      atLeast("PDF items: text on its page", places.onPage, "", 0.95),
      atLeast("PDF items: box IoU ≥ .5", places.boxed, "", 0.75),
    );
  }
  if (isWanted("chunks")) {
    const parts = [...exportFigures(), ...chunkFigures((line) => withFiles && write(line))];
    if (isForTheEye) for (const { name, value, unit } of parts) write(`${name}: ${value.toFixed(4)} ${unit}`);
    figures.push(...parts);
  }
  if (!isForTheEye) {
    figures.push(...(await memoryFigures()));
    report("conversion", figures);
  }
}
