import type { ConservationReport, DropReason, PageConservation } from "@aurora/contracts";
import { type DoclingDocument, isTable, isTextItem } from "../docling-document.ts";
import { garbledShare, wordsOf } from "./words.ts";

/**
 * What a reader says about its source while it reads: every word of the text layer, once, and the words it leaves out
 * on purpose. Pages from 1; 0 for formats without pages.
 */
export interface SourceLedger {
  /** Text as the source holds it, in any order, taken apart from what the reader makes of it. */
  source(text: string, page?: number): void;
  /** Text of `source` that is left out of the document, and why. */
  drop(text: string, reason: DropReason, page?: number): void;
  /** Who read the page; `quality` 0 to 1 where the parser has an opinion of its own (mean confidence of an OCR). */
  parser(name: string, page?: number, quality?: number): void;
  /** Pages that follow are counted after `pages` others: a file inside a file. */
  shifted(pages: number): SourceLedger;
}

interface PageRecord {
  words: string[];
  garbledWords: number;
  drops: Map<DropReason, string[]>;
  parser: string | null;
  quality: number;
}

export interface Ledger extends SourceLedger {
  /** Compares the source with the document made of it. */
  settle(document: DoclingDocument): ConservationReport;
}

/** Words of one entry of the report's list of what was dropped or missed. */
const sampleWords = 12;
const sampleChars = 200;
const longestJoin = 4;
/** Characters of a word that may stand in more than two pieces: the ways to cut a longer one are too many. */
const longestSplit = 24;

export function createLedger(): Ledger {
  const pages = new Map<number, PageRecord>();
  const pageOf = (page: number): PageRecord => {
    const known = pages.get(page);
    if (known) return known;
    const made: PageRecord = { words: [], garbledWords: 0, drops: new Map(), parser: null, quality: 1 };
    pages.set(page, made);
    return made;
  };
  const at = (shift: number): SourceLedger => ({
    source(text, page = 0) {
      const record = pageOf(page === 0 ? 0 : page + shift);
      const words = wordsOf(text);
      for (const word of words) record.words.push(word);
      record.garbledWords += garbledShare(text) * words.length;
    },
    drop(text, reason, page = 0) {
      const { drops } = pageOf(page === 0 ? 0 : page + shift);
      const words = wordsOf(text);
      const list = drops.get(reason);
      if (list) for (const word of words) list.push(word);
      else if (words.length > 0) drops.set(reason, words);
    },
    parser(name, page = 0, quality = 1) {
      const record = pageOf(page === 0 ? 0 : page + shift);
      record.parser = name;
      record.quality = quality;
    },
    shifted: (more) => at(shift + more),
  });
  return { ...at(0), settle: (document) => settle(pages, document) };
}

/**
 * Every source word must be in the output (any layer: furniture and notes are kept too), or listed as dropped. Words of
 * a page are looked for on that page first, then anywhere; a word cut at a line's end, or two glued together, count as
 * found when their letters stand in the output in a row.
 */
function settle(pages: ReadonlyMap<number, PageRecord>, document: DoclingDocument): ConservationReport {
  const output = outputWords(document);
  const everywhere = new Map<string, number>();
  for (const bag of output.values()) for (const [word, count] of bag) add(everywhere, word, count);

  const rows: PageConservation[] = [];
  const losses: ConservationReport["losses"] = [];
  for (const page of [...pages.keys()].sort((a, b) => a - b)) {
    const record = pages.get(page);
    if (!record) continue;
    const dropped: Partial<Record<DropReason, number>> = {};
    const forgiven = new Map<string, number>();
    for (const [reason, words] of record.drops) {
      dropped[reason] = words.length;
      losses.push({ page: page || null, reason, words: words.length, sample: sampleOf(words) });
      for (const word of words) add(forgiven, word, 1);
    }
    const missing = missingWords(record.words, output.get(page) ?? new Map(), everywhere, forgiven);
    if (missing.length > 0)
      losses.push({ page: page || null, reason: "missing", words: missing.length, sample: sampleOf(missing) });
    const total = record.words.length;
    const coverage = total === 0 ? 1 : (total - missing.length) / total;
    const readable = total === 0 ? 1 : 1 - Math.min(1, record.garbledWords / total);
    rows.push({
      page,
      words: total,
      dropped,
      missing: missing.length,
      coverage: round(coverage),
      quality: round(coverage * readable * record.quality),
      parser: record.parser,
    });
  }
  const words = rows.reduce((sum, row) => sum + row.words, 0);
  const missing = rows.reduce((sum, row) => sum + row.missing, 0);
  const weighted = rows.reduce((sum, row) => sum + row.quality * Math.max(1, row.words), 0);
  const weight = rows.reduce((sum, row) => sum + Math.max(1, row.words), 0);
  return {
    coverage: words === 0 ? 1 : round((words - missing) / words),
    quality: weight === 0 ? 1 : round(weighted / weight),
    words,
    missing,
    pages: rows,
    losses,
  };
}

/** Words of each page of the document, every layer, counted; 0 holds those without a page. */
function outputWords(document: DoclingDocument): Map<number, Map<string, number>> {
  const bags = new Map<number, Map<string, number>>();
  const put = (page: number, text: string) => {
    const bag = bags.get(page) ?? new Map<string, number>();
    bags.set(page, bag);
    for (const word of wordsOf(text)) add(bag, word, 1);
  };
  for (const item of document.texts) {
    if (!isTextItem(item)) continue;
    const page = item.prov[0]?.page_no ?? 0;
    put(page, item.text);
    if (item.marker && item.label === "list_item") put(page, item.marker);
    if (item.orig !== item.text) put(page, item.orig);
  }
  for (const table of document.tables)
    if (isTable(table)) for (const cell of table.data.table_cells) put(table.prov[0]?.page_no ?? 0, cell.text);
  for (const picture of document.pictures) {
    const page = picture.prov[0]?.page_no ?? 0;
    put(page, picture.meta?.description?.text ?? "");
    for (const cell of picture.meta?.tabular_chart?.chart_data.table_cells ?? []) put(page, cell.text);
  }
  for (const group of document.groups) put(0, group.name);
  return bags;
}

/** Takes what is found out of the bags, so that no output word vouches for two source words. */
function missingWords(
  words: readonly string[],
  here: Map<string, number>,
  everywhere: Map<string, number>,
  forgiven: Map<string, number>,
): string[] {
  const take = (word: string): boolean => {
    if ((everywhere.get(word) ?? 0) === 0) return false;
    if ((here.get(word) ?? 0) > 0) add(here, word, -1);
    add(everywhere, word, -1);
    return true;
  };
  // what stands on this page, what was left out here, then anywhere: a word left out must not take another page's
  const left = words.filter((word) => {
    if ((here.get(word) ?? 0) > 0 && take(word)) return false;
    if ((forgiven.get(word) ?? 0) === 0) return !take(word);
    add(forgiven, word, -1);
    return false;
  });
  const missing: string[] = [];
  for (let index = 0; index < left.length; index++) {
    const joined = joinLength(left, index, everywhere);
    if (joined > 1) {
      take(left.slice(index, index + joined).join(""));
      index += joined - 1;
      continue;
    }
    const word = left[index] ?? "";
    // a word left out may have taken the output's: then its own pieces stand for it
    const inOutput = (part: string) => everywhere.get(part) ?? 0;
    const parts = splitOf(word, inOutput) ?? splitOf(word, (part) => inOutput(part) + (forgiven.get(part) ?? 0));
    if (!parts) missing.push(word);
    for (const part of parts ?? []) if (!take(part)) add(forgiven, part, -1);
  }
  return missing;
}

/** How many words from `index` on stand as one in the output; 1 when none. */
function joinLength(words: readonly string[], index: number, bag: ReadonlyMap<string, number>): number {
  for (let length = longestJoin; length > 1; length--)
    if (index + length <= words.length && (bag.get(words.slice(index, index + length).join("")) ?? 0) > 0)
      return length;
  return 1;
}

/** The words of the output, in a row, that make this one (H, 2 and O of "H2O"); null when there are none. */
function splitOf(
  word: string,
  count: (part: string) => number,
  mostParts = word.length > longestSplit ? 2 : 4,
): string[] | null {
  for (let at = word.length - 1; at > 0; at--) {
    const [head, tail] = [word.slice(0, at), word.slice(at)];
    if (count(head) === 0) continue;
    const left = (part: string) => count(part) - (part === head ? 1 : 0);
    const rest = left(tail) > 0 ? [tail] : mostParts > 2 ? splitOf(tail, left, mostParts - 1) : null;
    if (rest) return [head, ...rest];
  }
  return null;
}

const add = (bag: Map<string, number>, word: string, count: number): void => {
  bag.set(word, (bag.get(word) ?? 0) + count);
};
/** A word may be the whole file: what has no blank in it. No character is cut in two: no database takes the half of one. */
const sampleOf = (words: readonly string[]): string => {
  const sample = words
    .slice(0, sampleWords)
    .map((word) => word.slice(0, sampleChars))
    .join(" ");
  return sample.slice(0, sampleChars).replace(/\p{Surrogate}/gu, "");
};
const round = (share: number): number => Math.round(share * 10_000) / 10_000;
