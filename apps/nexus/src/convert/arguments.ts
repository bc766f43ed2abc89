import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

export const outputKinds = ["json", "md", "chunks"] as const;
export type OutputKind = (typeof outputKinds)[number];

export interface ConvertArguments {
  readonly paths: readonly string[];
  readonly out: string;
  readonly to: ReadonlySet<OutputKind>;
  readonly reportPath: string | null;
  readonly maxTokens: number;
  readonly tokenizerPath: string | null;
  readonly password: string | null;
  readonly jobs: number;
  readonly timeoutMs: number;
  readonly language: "fr" | "en" | null;
}

/** What is wrong with the command line, in one sentence: exit 2. */
export class UsageError extends Error {}

const standard = { maxTokens: 256, timeoutS: 300, mostJobs: 4 };

/** @throws UsageError */
export function readArguments(args: readonly string[]): ConvertArguments {
  const text = { type: "string" } as const;
  const options = {
    out: text,
    to: text,
    report: text,
    "max-tokens": text,
    tokenizer: text,
    password: text,
    jobs: text,
    "timeout-s": text,
    lang: text,
  };
  const parsed = (() => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true });
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
  })();
  const { values, positionals } = parsed;
  if (positionals.length === 0) throw new UsageError("Name at least one file or folder to convert.");
  if (!values.out) throw new UsageError("Name the folder for the results with --out DIR.");
  if (values.lang !== undefined && values.lang !== "fr" && values.lang !== "en")
    throw new UsageError(`--lang is fr or en, not “${values.lang}”.`);
  return {
    paths: positionals,
    out: values.out,
    to: kindsOf(values.to ?? outputKinds.join(",")),
    reportPath: values.report ?? null,
    maxTokens: whole("max-tokens", values["max-tokens"], standard.maxTokens, 1_000_000),
    tokenizerPath: values.tokenizer ?? null,
    password: values.password ?? null,
    jobs: whole("jobs", values.jobs, Math.min(standard.mostJobs, availableParallelism()), 64),
    timeoutMs: 1_000 * whole("timeout-s", values["timeout-s"], standard.timeoutS, 86_400),
    language: values.lang ?? null,
  };
}

function kindsOf(list: string): Set<OutputKind> {
  const kinds = list.split(",").map((kind) => kind.trim());
  const isKind = (kind: string): kind is OutputKind => (outputKinds as readonly string[]).includes(kind);
  const unknown = kinds.find((kind) => !isKind(kind));
  if (unknown !== undefined) throw new UsageError(`--to knows ${outputKinds.join(", ")}, not “${unknown}”.`);
  return new Set(kinds.filter(isKind));
}

function whole(name: string, given: string | undefined, standardValue: number, most: number): number {
  if (given === undefined) return standardValue;
  const value = Number(given);
  if (!/^\d+$/.test(given) || value < 1 || value > most)
    throw new UsageError(`--${name} is a whole number from 1 to ${most}, not “${given}”.`);
  return value;
}
