import { wordsOf } from "../../ledger/words.ts";
import { ocrDpi, ocrPage, type RecognisedPage, unsureConfidence } from "../../ocr/index.ts";
import type { ReadContext } from "../reader.ts";
import { encodingRepair } from "./encoding-repair.ts";
import { type Box, height, overlapX, overlapY, width } from "./geometry.ts";
import type { Drop, PageText } from "./page-text.ts";
import { readPageText } from "./page-text.ts";
import type { PdfDocument, Pdfium } from "./pdfium.ts";
import type { SecondParser } from "./pdfjs.ts";
import { isDrawable, paintPage } from "./render.ts";
import { isMisread, soundQuality, textQuality } from "./text-quality.ts";
import type { Word } from "./words.ts";

interface Source {
  readonly pdfium: Pdfium;
  readonly pdf: PdfDocument;
  readonly second: SecondParser;
  readonly context: Pick<ReadContext, "ledger" | "warn" | "ocr" | "language" | "hasTimeLeft">;
}

interface Reading {
  readonly parser: "pdfium" | "pdfjs" | "tesseract";
  readonly words: readonly Word[];
  readonly source: string;
  readonly drops: readonly Drop[];
  /** 0 to 1. */
  readonly quality: number;
  /** Of the recognised page. */
  readonly seen?: Pick<RecognisedPage, "skew" | "rules">;
}

/**
 * One page's text by the first parser that reads it soundly: pdfium; where its text shows a wrong encoding pdf.js,
 * or the letters that the wrong encoding stands for; where that does not help, or the page is a picture, recognition. Tells the ledger which one was kept and what it read.
 * @returns null where the page itself is damaged.
 */
export async function readPage({ pdfium, pdf, second, context }: Source, index: number): Promise<PageText | null> {
  const first = pdf.withPage(index, (page) => readPageText(pdf, page));
  if (!first) return null;
  let reading: Reading = { ...first, parser: "pdfium", quality: textQuality(first.source) };
  const needsSecond = first.words.length > 0 && reading.quality < soundQuality;
  if (needsSecond) {
    const words = await second.readWords(first.page, first.words);
    if (words && words.length >= 0.7 * first.words.length) {
      const source = linesText(words);
      const quality = textQuality(source);
      if (quality > reading.quality + 0.01) reading = { parser: "pdfjs", words, source, drops: [], quality };
    }
  }
  const repair = reading.quality < soundQuality ? encodingRepair(reading.source) : null;
  if (repair) {
    const words = reading.words.map((word) => ({ ...word, text: repair(word.text) }));
    reading = { ...reading, words, source: reading.source.replace(/\S+/g, repair), quality: repairedQuality };
  }
  const isScan = isScanned(first);
  const needsOcr = context.ocr === "auto" && (isScan || (reading.quality < soundQuality && isLatin(reading.source)));
  if (needsOcr && !context.hasTimeLeft())
    context.warn({ code: "document_part_skipped", params: { name: `p. ${first.page}`, reason: "conversion_timeout" } });
  else if (needsOcr) {
    const bitmap = pdf.withPage(index, (page) => (isDrawable(pdfium, page) ? paintPage(pdfium, page, ocrDpi) : null));
    const recognised = bitmap && (await ocrPage(bitmap, first, context.language));
    if (recognised && recognised.words.length > 0) reading = betterOf(reading, recognised, isScan);
  }
  if (reading.words.length > 0 && reading.quality < unsureConfidence)
    context.warn({ code: "ocr_unsure", params: { page: first.page } });
  context.ledger.source(reading.source, first.page);
  for (const drop of reading.drops) context.ledger.drop(drop.text, drop.reason, first.page);
  context.ledger.parser(reading.parser, first.page, round(reading.quality));
  const { words, source, drops, seen } = reading;
  if (!seen) return { ...first, words, source, drops };
  return { ...first, words, source, drops, skew: seen.skew, rules: { ...first.rules, ...seen.rules }, tags: null };
}

/** Most letters are Latin ones, or none is known: recognition reads no other script. */
function isLatin(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return (text.match(/\p{Script=Latin}/gu)?.length ?? 0) >= 0.5 * letters;
}

const repairedQuality = 0.98; // sound, but not what the file says
const fullImage = 0.5; // of the page's area
const fewWords = 12; // a stamp or a page number over a scan
const manyStrokes = 150; // letters drawn as outlines

/** A page whose text is in its image, or in outlines: next to no text layer, and something that covers the page. */
function isScanned({ words, rules, width: across, height: down }: PageText): boolean {
  if (words.length >= fewWords) return false;
  const area = rules.images.reduce((sum, image) => sum + width(image) * height(image), 0);
  return area > fullImage * across * down || (words.length === 0 && (area > 0 || rules.strokes.length >= manyStrokes));
}

/**
 * Recognised words beside those of a text layer. A layer that says the same was sound after all and keeps its exact
 * boxes; the few words of a layer over a scan (a stamp) are kept.
 */
function betterOf(reading: Reading, recognised: RecognisedPage, isScan: boolean): Reading {
  const source = linesText(recognised.words);
  const quality = recognised.confidence * textQuality(source);
  if (isScan) {
    const { words: own } = reading;
    const others = recognised.words.filter((word) => !own.some((other) => isSamePlace(word, other)));
    const isPicture =
      own.length > 0 && (others.length < 2 * own.length + 10 || recognised.confidence < unsureConfidence);
    if (isPicture) return reading; // a cover: what it says is in its text layer
    const words = [...own, ...others];
    return { parser: "tesseract", words, source: linesText(words), drops: reading.drops, quality, seen: recognised };
  }
  if (agreement(reading.source, source) >= 0.9) return { ...reading, quality: 1 };
  if (quality <= reading.quality) return reading;
  const broken = reading.words.filter((word) => isMisread(word.text));
  if (broken.length > 0 && broken.length < 0.5 * reading.words.length) return mended(reading, broken, recognised);
  return { parser: "tesseract", words: recognised.words, source, drops: [], quality, seen: recognised };
}

/** The sound words of a text layer with recognised ones where its own are broken. */
function mended(
  reading: Reading,
  broken: readonly Word[],
  recognised: { readonly words: readonly Word[]; readonly confidence: number },
): Reading {
  const lost = new Set(broken);
  const sound = reading.words.filter((word) => !lost.has(word));
  const found = recognised.words.filter(
    (word) => broken.some((other) => isSamePlace(word, other)) && !sound.some((other) => isSamePlace(word, other)),
  );
  const words = [...sound, ...found];
  const share = found.length / Math.max(1, words.length);
  return {
    parser: "tesseract",
    words,
    source: linesText(words),
    drops: reading.drops,
    quality: 1 - share * (1 - recognised.confidence),
  };
}

/** F1 of the words of both. */
function agreement(one: string, other: string): number {
  const [a, b] = [wordsOf(one), wordsOf(other)];
  const left = new Map<string, number>();
  for (const word of a) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of b) {
    const count = left.get(word) ?? 0;
    if (count > 0) common++;
    left.set(word, count - 1);
  }
  return (2 * common) / Math.max(1, a.length + b.length);
}

const isSamePlace = (a: Box, b: Box): boolean =>
  overlapX(a, b) > 0.5 * Math.min(width(a), width(b)) && overlapY(a, b) > 0.5 * Math.min(height(a), height(b));

const linesText = (words: readonly Word[]): string =>
  words.map((word) => (word.hyphenated ? word.text.replace(/-$/, "\u00ad") : word.text)).join(" ");

const round = (share: number): number => Math.round(share * 1_000) / 1_000;
