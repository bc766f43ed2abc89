/**
 * The semantic cache's decision on near misses and paraphrases, per set, language and kind of change, and what a pair costs.
 * `npx tsx bench/semantic-cache.ts [--quick]` (quick: without STS-B): a table on stderr, one JSON line on stdout, code 1 on
 * any false hit or where fewer than a quarter of the paraphrases are found.
 */
import { join } from "node:path";
import { decide, readForCache, staticThreshold } from "@aurora/answer-cache";
import { productRoot } from "@aurora/config";
import type { Embedder } from "@aurora/llm";
import { loadStaticModel } from "@aurora/llm/static";
import { materialPairs, ownPairs, type Pair } from "./semantic-cache/pairs.ts";

interface Count {
  pairs: number;
  hits: number;
}
export interface SemanticCacheReport {
  /** `set lang category` → pairs that differ in meaning, and how many of them were called the same. */
  readonly falseHits: Readonly<Record<string, Count>>;
  /** `set lang` → paraphrases, and how many were found. */
  readonly found: Readonly<Record<string, Count>>;
  readonly totalFalseHits: number;
  readonly microsecondsAPair: number;
}

const leastRecall = 0.25;

/** Rows of two languages have to miss and count in no recall. */
async function judge(pairs: readonly Pair[], embedder: Embedder): Promise<SemanticCacheReport> {
  const falseHits: Record<string, Count> = {};
  const found: Record<string, Count> = {};
  let totalFalseHits = 0;
  const startedMs = performance.now();
  for (const { a, b, category, lang, same, set } of pairs) {
    const [one, other] = await embedder.embed([a, b], "query");
    const similarity = one && other ? one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0) : 0;
    const { hit } = decide(readForCache(a, lang), readForCache(b, lang), similarity, staticThreshold);
    const isParaphrase = same && lang !== "x";
    const counts = isParaphrase ? found : falseHits;
    const key = isParaphrase ? `${set} ${lang}` : `${set} ${lang} ${category}`;
    counts[key] ??= { pairs: 0, hits: 0 };
    const count = counts[key];
    count.pairs += 1;
    count.hits += hit ? 1 : 0;
    if (hit && !isParaphrase) {
      totalFalseHits += 1;
      process.stderr.write(`FALSE HIT (${category}) ${a} | ${b}\n`);
    }
  }
  const microsecondsAPair = ((performance.now() - startedMs) * 1_000) / Math.max(1, pairs.length);
  return { falseHits, found, totalFalseHits, microsecondsAPair: Math.round(microsecondsAPair) };
}

/** @param root Of the product. @returns The report, and whether both targets are met. */
export async function run(root: string, isQuick = false): Promise<{ report: SemanticCacheReport; isMet: boolean }> {
  const { embedder } = await loadStaticModel({ folder: join(root, "models/static-fr-en-192") });
  const material = process.env.NEXUS_FIXTURES_DIR ?? join(root, "../shared/data");
  const pairs = [...ownPairs(), ...materialPairs(join(material, "paraphrase"))].filter(
    ({ set }) => !isQuick || set !== "sts-b",
  );
  const report = await judge(pairs, embedder);
  for (const [title, counts] of [["false hits", report.falseHits] as const, ["found", report.found] as const])
    for (const [key, { hits, pairs: of }] of Object.entries(counts))
      process.stderr.write(`${title.padEnd(11)} ${key.padEnd(38)} ${String(hits).padStart(4)} of ${of}\n`);
  process.stderr.write(
    `${report.totalFalseHits} false hits of ${pairs.length} pairs; ${report.microsecondsAPair} µs a pair\n`,
  );
  // STS-B only calibrates: half of its pairs of 4.5 and more say a little more or less than each other
  const judged = Object.entries(report.found).filter(([key]) => !key.startsWith("sts-b"));
  const isFound = judged.every(([, { hits, pairs: of }]) => hits / of >= leastRecall);
  return { report, isMet: report.totalFalseHits === 0 && isFound };
}

if (process.argv[1] === import.meta.filename) {
  const { report, isMet } = await run(productRoot(import.meta.dirname), process.argv.includes("--quick"));
  process.stdout.write(`${JSON.stringify(report)}\n`);
  process.exitCode = isMet ? 0 : 1;
}
