import type { DropReason } from "@aurora/contracts";
import { type PageLink, type PageNote, readAnnotations } from "./annotations.ts";
import { type Box, contains, overlapX, overlapY } from "./geometry.ts";
import type { PdfDocument, PdfPage } from "./pdfium.ts";
import type { Bitmap } from "./png.ts";
import { isDrawable, withDrawnPage } from "./render.ts";
import { type Rules, readRules } from "./rules.ts";
import { type PageTags, readTags } from "./structure.ts";
import { readWords, type Word } from "./words.ts";

export interface Drop {
  readonly text: string;
  readonly reason: DropReason;
}

/** What one page shows: its words and drawing, and what the ledger is told of it. */
export interface PageText {
  readonly page: number;
  readonly width: number;
  readonly height: number;
  readonly words: readonly Word[];
  readonly rules: Rules;
  /** Text as the parser puts it together, apart from `words`. */
  readonly source: string;
  readonly drops: readonly Drop[];
  readonly links: readonly PageLink[];
  readonly notes: readonly PageNote[];
  readonly tags: PageTags | null;
  /** Degrees by which the lines of a scan fall to the right once its page is upright; its words stand as if level. */
  readonly skew: number;
}

export function readPageText(pdf: PdfDocument, page: PdfPage): PageText {
  const { pdfium, handle, form } = pdf;
  const rules = readRules(pdfium, page);
  const { words, source, outside } = readWords(pdfium, page);
  const { kept, drops } = withoutHidden(words, rules, () =>
    !isDrawable(pdfium, page)
      ? new Set<Word>()
      : withDrawnPage(pdfium, page, 72, (bitmap) => unseenOf(bitmap, words, page)),
  );
  const { links, notes, words: filled } = readAnnotations(pdfium, handle, form, page);
  if (outside !== "") drops.push({ text: outside, reason: "hidden" });
  return {
    page: page.number,
    width: page.width,
    height: page.height,
    words: [...kept, ...filled],
    rules,
    source: [source, filled.map((word) => word.text).join(" "), ...notes.map((note) => note.text)].join("\n"),
    drops,
    links,
    notes,
    tags: readTags(pdf, page),
    skew: 0,
  };
}

/**
 * Words no reader of the page sees: those without ink (unless an image lies there: the recognised text of a scan),
 * white ones on white, and those painted a second time in the same place (a shadow, a bold made by hand).
 * @param findUnseen Which white words leave no trace on the drawn page; asked only where there are some.
 */
function withoutHidden(
  words: readonly Word[],
  rules: Rules,
  findUnseen: () => ReadonlySet<Word>,
): { kept: Word[]; drops: Drop[] } {
  const kept: Word[] = [];
  const drops: Drop[] = [];
  const places = new Map<string, Word[]>();
  const unseen = words.some((word) => word.isWhite && !word.isInvisible) ? findUnseen() : new Set<Word>();
  for (const word of words) {
    const key = `${word.text} ${Math.round(word.t / 8)}`;
    const twins = places.get(key) ?? [];
    if (unseen.has(word) || (word.isInvisible && !liesOn(word, rules.images)))
      drops.push({ text: word.text, reason: "hidden" });
    else if (twins.some((twin) => isOver(twin, word))) drops.push({ text: word.text, reason: "duplicate" });
    else {
      kept.push(word);
      twins.push(word);
      places.set(key, twins);
    }
  }
  return { kept, drops };
}

const contrast = 24; // steps of 255 by which a channel must differ inside the box for something to be seen there

/** White words in whose boxes the drawn page has one colour. */
function unseenOf({ width, height, pixels }: Bitmap, words: readonly Word[], page: PdfPage): Set<Word> {
  const unseen = new Set<Word>();
  const [acrossScale, downScale] = [width / page.width, height / page.height];
  for (const word of words) {
    if (!word.isWhite) continue;
    const [left, right] = [
      Math.max(0, Math.floor(word.l * acrossScale)),
      Math.min(width, Math.ceil(word.r * acrossScale)),
    ];
    const [top, foot] = [Math.max(0, Math.floor(word.t * downScale)), Math.min(height, Math.ceil(word.b * downScale))];
    const ground = pixels[top * width + left] ?? 0;
    let isSeen = false;
    for (let y = top; y < foot && !isSeen; y++)
      for (let x = left; x < right && !isSeen; x++) isSeen = distanceOf(pixels[y * width + x] ?? 0, ground) > contrast;
    if (!isSeen) unseen.add(word);
  }
  return unseen;
}

/** The largest difference of a channel. */
const distanceOf = (a: number, b: number): number =>
  Math.max(...[0, 8, 16].map((shift) => Math.abs(((a >>> shift) & 255) - ((b >>> shift) & 255))));

const liesOn = (word: Word, grounds: readonly Box[]): boolean =>
  grounds.some((ground) => contains(ground, (word.l + word.r) / 2, (word.t + word.b) / 2));

const isOver = (a: Word, b: Word): boolean =>
  overlapX(a, b) > 0.7 * Math.max(a.r - a.l, b.r - b.l) && overlapY(a, b) > 0.7 * Math.max(a.b - a.t, b.b - b.t);
