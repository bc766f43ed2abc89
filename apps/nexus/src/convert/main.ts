import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTokenCounter } from "@aurora/conversion";
import { bundledChild, createLocalConverter } from "@aurora/conversion/local";
import { AppError } from "@aurora/kernel";
import { type ConvertArguments, readArguments, UsageError } from "./arguments.ts";
import { convertToFolder, failureOf, type ReportRow } from "./convert-file.ts";
import { runInOrder } from "./in-order.ts";
import { type InputFile, listInputs } from "./inputs.ts";
import type { Chunking } from "./outputs.ts";

/**
 * The door `./nexus convert`: each file in a process of its own, without network; outputs under `--out`, a report row a
 * file on stdout in the order of the inputs. @returns 0 when every file was read, 1 when some failed, 2 for usage.
 */
export async function runConvert(root: string, args: readonly string[]): Promise<number> {
  try {
    const options = readArguments(args);
    const chunking = readChunking(root, options);
    const files = listInputs(options.paths, options.out);
    if (files.length === 0) throw new UsageError("There is no file in what you named.");
    prepare(options);
    return await convertAll(root, files, options, chunking);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n./nexus convert --help shows how it is used.\n`);
    return 2;
  }
}

async function convertAll(
  root: string,
  files: readonly InputFile[],
  options: ConvertArguments,
  chunking: Chunking,
): Promise<number> {
  const converter = createLocalConverter(bundledChild(root));
  const taken = new Set<string>();
  let failed = 0;
  const convertOne = async (file: InputFile): Promise<ReportRow> => {
    if (taken.has(file.name)) return nameTaken(file);
    taken.add(file.name);
    return convertToFolder(file, converter, options, chunking);
  };
  try {
    await runInOrder(files, options.jobs, convertOne, (row) => {
      if (row.status === "failed") failed += 1;
      const line = `${JSON.stringify(row)}\n`;
      process.stdout.write(line);
      if (options.reportPath !== null) writeFileSync(options.reportPath, line, { flag: "a" });
    });
  } finally {
    converter.close();
  }
  return failed > 0 ? 1 : 0;
}

function nameTaken(file: InputFile): ReportRow {
  const error = new AppError("conflict", "Another file named before this one has the same output name.");
  return { file: file.name, ...failureOf(error), seconds: 0, peak_rss_bytes: null };
}

function readChunking(root: string, { tokenizerPath, maxTokens }: ConvertArguments): Chunking {
  const path = tokenizerPath ?? join(root, "models/all-MiniLM-L6-v2-tokenizer/tokenizer.json");
  try {
    return { tokenizer: createTokenCounter(readFileSync(path, "utf8")), maxTokens };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    throw new UsageError(`The tokenizer “${path}” cannot be used: ${detail}`);
  }
}

/** Makes the folder of the results and an empty report, so that what cannot be written is told before the work. */
function prepare({ out, reportPath }: ConvertArguments): void {
  try {
    mkdirSync(out, { recursive: true });
    if (reportPath !== null) writeFileSync(reportPath, "");
  } catch (error) {
    throw new UsageError(`Results cannot be written there: ${error instanceof Error ? error.message : String(error)}`);
  }
}
