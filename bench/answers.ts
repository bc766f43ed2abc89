/**
 * How often the built-in engine answers right, through the product's converter, chunker, retriever, engine and citation
 * code in one process: on the demo documents and on French administrative PDFs with questions written by reading them
 * (`bench/answers-questions`), and on two retrieval sets, where the relevant passage must be the first one cited.
 * A question counts as right when one citation holds the expected words on the expected page; `first` when the first
 * citation does; one without an answer when it is refused (`refusedRightly`: with the relevant passage taken away). One JSON line a set.
 *   npx tsx bench/answers.ts [--only samples] [--misses] [--all] [--boxes] [--ask "…"]
 * `--boxes` also reads the words back from inside the boxes of the PDFs; `--ask` shows one answer of each set.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { Citation } from "@aurora/contracts";
import { chunkForIndex } from "@aurora/conversion";
import { jobScope, sha256Hex } from "@aurora/kernel";
import { inProcess } from "@aurora/llm";
import { loadStaticModel } from "@aurora/llm/static";
import {
  answerExtractively,
  buildCitations,
  createRetriever,
  deliverableSubject,
  detectLanguage,
  type Passage,
} from "@aurora/rag";
import { textInBoxes } from "../apps/nexus/src/demo/box-text.ts";
import { convertFile } from "../packages/conversion/src/convert.ts";
import { passagesOf, pointsOf, readSets, sourceApp } from "./retrieval/corpus.ts";
import { createMemoryIndex } from "./retrieval/memory.ts";
import { mean, percentile } from "./retrieval/metrics.ts";

/** Question, index of its document, page (null where there is none or several hold it), words of the quote; `a|b` = either. */
type Expected = readonly [question: string, document: number, page: number | null, words: readonly string[]];
interface QuestionSet {
  readonly folder: string;
  readonly documents: readonly string[];
  readonly questions: readonly Expected[];
  readonly unanswerable: readonly string[];
}

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    misses: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    boxes: { type: "boolean", default: false },
    ask: { type: "string" },
  },
});
const root = resolve(import.meta.dirname, "..");
const fixtures = resolve(root, process.env.NEXUS_FIXTURES_DIR ?? "../shared/data");
const scope = jobScope("00000000-0000-4000-8000-000000000001", "bench.answers");
const { embedder, wordVectors } = await loadStaticModel({ folder: join(root, "models/static-fr-en-192") });
const setQuestions = 200;
/** What the API asks the retriever for when a summary is wanted. */
const breadth = { k: 24, fetchK: 100, mmrLambda: 0.6 };

async function passagesOfFile(path: string, filename: string): Promise<Passage[]> {
  const file = { filename, bytes: new Uint8Array(readFileSync(path)) };
  const converted = await convertFile(file, { maxPages: 100, pageImageDpi: 0 }, async () => {});
  return chunkForIndex(converted.document).map((chunk) => ({
    ...chunk,
    chunkId: `${filename}#${chunk.ordinal}`,
    documentId: filename,
    externalId: filename,
    title: converted.title?.trim() || filename,
    ...{ sourceApp, workspace: null, packId: null },
    contentHash: sha256Hex(chunk.text),
    language: chunk.language ?? converted.language,
  }));
}

async function answererOver(passages: readonly Passage[]) {
  const index = createMemoryIndex(await pointsOf(passages, embedder), passages);
  const embedders = inProcess(embedder);
  const all = {
    sourceApp: null,
    workspace: null,
    packId: null,
    documentIds: [],
    k: null,
    fetchK: null,
    mmrLambda: null,
  };
  /** @param hidden Documents left out, to see whether a question without an answer is refused. */
  return async (query: string, hidden: (documentId: string) => boolean = () => false) => {
    const reader = {
      load: async (given: typeof scope, ids: readonly string[]) =>
        (await index.passages.load(given, ids)).filter(({ documentId }) => !hidden(documentId)),
    };
    const deps = { ...index, passages: reader, embedders, wordVectors, nowMs: () => performance.now() };
    const retriever = createRetriever(deps);
    const language = detectLanguage(query) ?? "fr";
    const subject = deliverableSubject(query, language);
    const { hits, answerable } = await retriever.retrieve(scope, {
      ...all,
      ...(subject !== null && breadth),
      query: subject ?? query,
    });
    const start = performance.now();
    if (!answerable.isAnswerable) return { refusedBy: "retriever", text: "", citations: [], support: [], hits, ms: 0 };
    const evidence = hits.map(({ passage }) => ({
      title: passage.title,
      headings: passage.headingPath,
      page: passage.pageStart,
      language: passage.language,
      text: passage.text,
    }));
    const { kind, text } = answerExtractively({ question: query, language, evidence, wordVectors });
    const ms = performance.now() - start;
    const cited = buildCitations({
      answer: text,
      passages: hits.map(({ passage, score }) => ({ ...passage, score })),
      urlOf: ({ chunkId }) => chunkId,
    });
    const refusedBy = kind === "answered" ? null : "engine";
    return { refusedBy, text: cited.answer, citations: cited.citations, support: cited.support, hits, ms };
  };
}

/** Letters and digits alone: typography is no matter of right or wrong. */
const squeeze = (text: string) =>
  text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");

async function isRight(citation: Citation, [, document, page, words]: Expected, set: QuestionSet): Promise<boolean> {
  const filename = set.documents[document] ?? "";
  const { page_start: start, page_end: end, bboxes, quote } = citation;
  const holds = (text: string, wanted: string) => wanted.split("|").some((one) => squeeze(text).includes(squeeze(one)));
  if (citation.document_id !== filename || !words.every((wanted) => holds(quote, wanted))) return false;
  if (page !== null && !(start !== null && end !== null && start <= page && page <= end)) return false;
  if (!filename.endsWith(".pdf")) return true;
  if (bboxes.length === 0 || (page !== null && !bboxes.some((box) => box.page === page))) return false;
  if (!values.boxes) return true;
  const boxed = squeeze(await textInBoxes(readFileSync(join(folderOf(set), filename)), bboxes));
  return words.every((wanted) =>
    wanted.split("|").some((one) => one.split(/\s+/).every((w) => boxed.includes(squeeze(w)))),
  );
}

const folderOf = (set: QuestionSet) => (set.folder === "samples" ? join(root, "samples") : join(fixtures, set.folder));
const round = (value: number) => Math.round(value * 1_000) / 1_000;
const show = (question: string, label: string, text: string) =>
  process.stderr.write(`${label} ${question}\n${text.replace(/^/gm, "      ")}\n`);

async function benchDocuments(name: string, set: QuestionSet): Promise<void> {
  const passages = (
    await Promise.all(set.documents.map((filename) => passagesOfFile(join(folderOf(set), filename), filename)))
  ).flat();
  const answer = await answererOver(passages);
  if (values.ask) {
    const { text, citations, refusedBy } = await answer(values.ask);
    const quotes = citations.map(({ marker, page_start, quote }) => `${marker} p.${page_start} ${quote}`);
    show(values.ask, refusedBy ?? "answered", [text, ...quotes].join("\n"));
    return;
  }
  const counts = { right: 0, first: 0, refused: 0, supported: 0, sentences: 0 };
  const lengths: number[] = [];
  const ms: number[] = [];
  for (const expected of set.questions) {
    const given = await answer(expected[0]);
    const [first] = given.citations;
    const isFirst = first !== undefined && (await isRight(first, expected, set));
    let right = isFirst;
    for (const citation of given.citations.slice(1)) right ||= await isRight(citation, expected, set);
    if (right) counts.right++;
    if (isFirst) counts.first++;
    counts.sentences += given.support.length;
    counts.supported += given.support.filter(({ level }) => level === "supported").length;
    if (given.refusedBy === null) lengths.push(given.text.length);
    ms.push(given.ms);
    if (values.all || (values.misses && !isFirst))
      show(
        expected[0],
        isFirst ? "✓" : right ? "~" : `✗ ${given.refusedBy ?? ""}`,
        given.text || `(best: ${given.hits[0]?.passage.text.slice(0, 200)})`,
      );
  }
  for (const question of set.unanswerable) {
    const given = await answer(question);
    if (given.refusedBy !== null) counts.refused++;
    else if (values.misses || values.all) show(question, "✗ not refused", given.text);
  }
  console.log(
    JSON.stringify({
      set: name,
      questions: set.questions.length,
      right: round(counts.right / set.questions.length),
      first: round(counts.first / set.questions.length),
      refused: `${counts.refused}/${set.unanswerable.length}`,
      supported: round(counts.supported / counts.sentences),
      median_chars: percentile(lengths, 0.5),
      longest_chars: Math.max(...lengths),
      p95_ms: round(percentile(ms, 0.95)),
    }),
  );
}

/** Questions in a fixed shuffled order: by the hash of their id. */
async function benchSet(name: string): Promise<void> {
  const set = readSets(join(fixtures, "retrieval")).find((one) => one.name === name);
  if (!set) throw new Error(`no set ${name}`);
  const answer = await answererOver(passagesOf(set));
  const order = (id: string) => sha256Hex(`answers:${id}`);
  const queries = set.queries.toSorted((a, b) => (order(a.id) < order(b.id) ? -1 : 1)).slice(0, setQuestions);
  const scores = {
    first: [] as number[],
    any: [] as number[],
    refused: [] as number[],
    refusedRightly: [] as number[],
  };
  const lengths: number[] = [];
  for (const { text, rel } of queries) {
    const given = await answer(text);
    const cited = given.citations.map(({ document_id }) => rel[document_id] !== undefined);
    scores.first.push(cited[0] ? 1 : 0);
    scores.any.push(cited.some(Boolean) ? 1 : 0);
    scores.refused.push(given.refusedBy === null ? 0 : 1);
    const without = await answer(text, (documentId) => rel[documentId] !== undefined);
    scores.refusedRightly.push(without.refusedBy === null ? 0 : 1);
    if (given.refusedBy === null) lengths.push(given.text.length);
    if (values.all) show(text, cited[0] ? "✓" : "✗", given.text);
  }
  const shares = Object.fromEntries(Object.entries(scores).map(([key, list]) => [key, round(mean(list))]));
  console.log(
    JSON.stringify({ set: name, questions: queries.length, ...shares, median_chars: percentile(lengths, 0.5) }),
  );
}

for (const file of readdirSync(join(import.meta.dirname, "answers-questions")).sort()) {
  const name = file.slice(0, -".json".length);
  if (values.only && values.only !== name) continue;
  const set = JSON.parse(readFileSync(join(import.meta.dirname, "answers-questions", file), "utf8")) as QuestionSet;
  if (existsSync(folderOf(set))) await benchDocuments(name, set);
  else process.stderr.write(`${name}: skipped: no data (NEXUS_FIXTURES_DIR)\n`);
}
for (const name of values.ask ? [] : ["fr_piaf", "en_xquad"]) {
  if (values.only && values.only !== name) continue;
  if (existsSync(join(fixtures, "retrieval", `${name}.json`))) await benchSet(name);
  else process.stderr.write(`${name}: skipped: no data (NEXUS_FIXTURES_DIR)\n`);
}
