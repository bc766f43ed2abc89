import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { ConvertedDocument, DocumentConverter } from "@aurora/conversion";
import { formatMessage } from "@aurora/i18n";
import { AppError } from "@aurora/kernel";
import type { ConvertArguments } from "./arguments.ts";
import type { InputFile } from "./inputs.ts";
import { type Chunking, outputsOf, writeOutputs } from "./outputs.ts";

/** One line of the report; null where a field has no meaning. */
export interface ReportRow {
  readonly file: string;
  readonly status: "success" | "partial" | "failed";
  readonly code: string | null;
  /** A sentence in English. */
  readonly reason: string | null;
  readonly format: string | null;
  readonly pages: number | null;
  readonly seconds: number;
  readonly peak_rss_bytes: number | null;
  readonly coverage: number | null;
  readonly quality: number | null;
  readonly parsers: readonly string[] | null;
}

/** Limits of one conversion, as those of a standard installation. */
const limits = { maxMemoryMb: 1_024, maxPages: 2_000 };
const maxFileBytes = 1024 ** 3;

/** Converts one file and writes its outputs. Never throws: what went wrong is in the row, and then nothing was written. */
export async function convertToFolder(
  file: InputFile,
  converter: DocumentConverter,
  options: Pick<ConvertArguments, "out" | "to" | "password" | "language" | "timeoutMs">,
  chunking: Chunking,
): Promise<ReportRow> {
  const startedAt = performance.now();
  let peakBytes: number | null = null;
  const measured = () => ({
    seconds: Math.round(performance.now() - startedAt) / 1_000,
    peak_rss_bytes: peakBytes,
  });
  try {
    if (statSync(file.path).size > maxFileBytes)
      throw new AppError("payload_too_large", "The file is larger than one gigabyte.");
    const source = { filename: basename(file.path), bytes: readFileSync(file.path) };
    const result = await converter.convert(
      source,
      {
        ...limits,
        timeoutMs: options.timeoutMs,
        pageImageDpi: 0,
        password: options.password,
        language: options.language,
        onPeakMemory: (bytes) => {
          peakBytes = bytes;
        },
      },
      async () => {},
    );
    writeOutputs(options.out, file.name, outputsOf(result, options.to, chunking));
    return { file: file.name, ...outcomeOf(result), ...measured() };
  } catch (error) {
    return { file: file.name, ...failureOf(error), ...measured() };
  }
}

type Outcome = Omit<ReportRow, "file" | "seconds" | "peak_rss_bytes">;

function outcomeOf({ format, pages, conservation, warnings }: ConvertedDocument): Outcome {
  const [first] = warnings;
  const sentences = warnings.map(({ code, params }) => formatMessage("en", `errors.${code}`, params));
  const parsers = conservation.pages.flatMap(({ parser }) => (parser === null ? [] : [parser]));
  return {
    status: first ? "partial" : "success",
    code: first?.code ?? null,
    reason: first ? [...new Set(sentences)].join(" ") : null,
    format,
    pages: pages.length || null,
    coverage: conservation.coverage,
    quality: conservation.quality,
    parsers: [...new Set(parsers)],
  };
}

export function failureOf(error: unknown): Outcome {
  const [code, reason] = explained(error);
  const nothing = { format: null, pages: null, coverage: null, quality: null, parsers: null };
  return { status: "failed", code, reason, ...nothing };
}

function explained(error: unknown): [code: string, reason: string] {
  if (AppError.is(error)) return [error.code, error.message];
  if (error instanceof RangeError) return ["document_too_complex", "The document's structure is too large."];
  const system = (error as NodeJS.ErrnoException).code;
  if (system === "ENOSPC") return ["store_full", "There is no room left on the disk of the results."];
  if (system !== undefined) return ["internal", `The file could not be read or its results written (${system}).`];
  return ["internal", error instanceof Error ? error.message : String(error)];
}
