import { frameOf } from "../readers/pdf/frame.ts";
import { type Box, median } from "../readers/pdf/geometry.ts";
import type { Bitmap } from "../readers/pdf/png.ts";
import { mapRules, type Rules } from "../readers/pdf/rules.ts";
import type { Word } from "../readers/pdf/words.ts";
import { loadOcr, type OcrLanguage, type OcrLine, type OcrWord, type PixelBox } from "./engine.ts";
import { enlargeImage, greyOf, type QuarterTurn, shrinkImage } from "./grey-image.ts";
import { around, heightOf, type Mark, sharedHeight, touches, widthOf } from "./ink.ts";
import type { Leader } from "./leaders.ts";
import { confidenceOf, readUpright } from "./orientation.ts";
import type { Rulings } from "./rulings.ts";
import { withUnread } from "./unread.ts";

/** What a page is drawn at to be recognised: 300 dpi doubles the time and reads no better. */
export const ocrDpi = 200;
/** Under it the page deserves the warning `ocr_unsure`. */
export const unsureConfidence = 0.7;

export interface RecognisedPage {
  /** As a text layer would give them: boxes on the page as it is shown, `angle` tells where their lines run to. */
  readonly words: readonly Word[];
  /** Clockwise turn that makes the page upright; the words' `angle`. */
  readonly turn: QuarterTurn;
  /** Degrees by which the upright page's lines fall to the right: words and rules stand where they are without it. */
  readonly skew: number;
  readonly rules: Pick<Rules, "horizontal" | "vertical">;
  /** 0 to 1, mean over the letters; 0 for a page without text. */
  readonly confidence: number;
}

const steepest = 0.2; // of a line read as level
const coarseDpi = 150; // under it the image is enlarged
const hopelessConfidence = 0.5;
const maxPixels = 16_000_000; // an A4 page at 400 dpi; Tesseract needs about ten bytes a pixel
const rowHeightOfSize = 0.92; // ascender to descender, of the font size, in the usual fonts
const capitalsOfSize = 0.72;
const ascent = 0.9; // of the font size above and under the baseline: boxes as pdfium gives them
const descent = 0.22;
const sameSize = 0.18; // lines whose sizes differ by less are of one size: heights measured in pixels waver
const noiseConfidence = 25; // signs seen in pictures, stamps and speckles

/**
 * Recognises the words of one page, in French or English, whichever of the four ways it lies.
 * 1–4 s a page of text at 200 dpi; three times as long when it lies on its side or head.
 * @param bitmap The page as it is shown.
 * @param page Its size in points.
 * @param language Of the text, where it is known: half the work, and no word of the other language is read into it.
 */
export async function ocrPage(
  bitmap: Bitmap,
  page: { readonly width: number; readonly height: number },
  language: OcrLanguage | null = null,
): Promise<RecognisedPage> {
  const ocr = await loadOcr(language);
  const factor = Math.ceil(Math.sqrt((bitmap.width * bitmap.height) / maxPixels));
  const drawn = shrinkImage(greyOf(bitmap), factor);
  // the engine wants letters of some 30 pixels
  const image = enlargeImage(drawn, (72 * drawn.width) / page.width < coarseDpi ? 2 : 1);
  const scale = page.width / image.width; // points a pixel
  const dpi = Math.round(72 / scale);
  const { turn, confidence, skew, ...upright } = readUpright(ocr, image, dpi);
  const sound = upright.lines.filter((line) => !isPhantom(line));
  // where the letters are none we know (another script, a photograph) what is left of them is no word either
  const lines = confidence < hopelessConfidence ? sound : withUnread(ocr, upright.image, upright.marks, sound, dpi);
  const frame = frameOf(turn / 90, page.width, page.height);
  const words = wordsOf(
    [...lines, ...upright.leaders.map((leader) => leaderLine(leader, lines))],
    upright.marks,
    scale,
  );
  return {
    words: words.map((word) => ({ ...word, ...frame.toPage(word), angle: (word.angle + turn) % 360 })),
    turn,
    skew,
    rules: mapRules(rulesOf(upright.rulings, scale), (box) => frame.toPage(box)),
    confidence,
  };
}

function rulesOf({ across, down }: Rulings, scale: number): Pick<Rules, "horizontal" | "vertical"> {
  return {
    horizontal: across.map(({ x0, x1, y0, y1 }) => ({ at: ((y0 + y1) / 2) * scale, from: x0 * scale, to: x1 * scale })),
    vertical: down.map(({ x0, x1, y0, y1 }) => ({ at: ((x0 + x1) / 2) * scale, from: y0 * scale, to: y1 * scale })),
  };
}

/** In points of the page turned upright. */
function wordsOf(lines: readonly OcrLine[], marks: readonly Mark[], scale: number): Word[] {
  const kept = lines
    .map((line) => ({ ...line, words: line.words.filter(isText) }))
    .filter((line) => line.words.length > 0);
  const sizes = commonSizes(kept.map((line) => ({ size: sizeOf(line, marks) * scale, weight: lettersOf(line) })));
  return kept.flatMap((line, index) => {
    const size = Math.round((sizes[index] ?? 10) * 100) / 100;
    return line.words.map(
      ({ text, box }, place): Word => ({
        text: text.normalize("NFC"),
        ...placeOf(line, box, size, scale),
        size,
        bold: false,
        italic: false,
        monospace: false,
        hyphenated: place === line.words.length - 1 && /\p{L}[-\u2010\u00ad]$/u.test(text),
        glued: false,
        rtl: false,
        isInvisible: false,
        isWhite: false,
      }),
    );
  });
}

/** From ascender to descender, as pdfium boxes words; those of a line on end keep the box of their ink. */
function placeOf(line: OcrLine, box: PixelBox, size: number, scale: number): Box & { angle: number } {
  const { x0, y0, x1, y1 } = line.baseline;
  const [l, r] = [box.x0 * scale, box.x1 * scale];
  if (isOnEnd(line)) return { l, r, t: box.y0 * scale, b: box.y1 * scale, angle: runsUp(line) ? 90 : 270 };
  const slope = x1 > x0 ? (y1 - y0) / (x1 - x0) : 0;
  const isLevel = Math.abs(slope) < steepest; // else the engine took letters for a line that are none
  const base = (isLevel ? y0 + slope * ((box.x0 + box.x1) / 2 - x0) : box.y1) * scale;
  return { l, r, t: base - ascent * size, b: base + descent * size, angle: 0 };
}

/** A line whose words stand over each other. */
function isOnEnd({ words }: OcrLine): boolean {
  const whole = around(words.map((word) => word.box));
  return (
    heightOf(whole) > 2 * widthOf(whole) &&
    words.some(({ box, text }) => text.length > 1 && heightOf(box) > widthOf(box))
  );
}

function runsUp({ words, baseline }: OcrLine): boolean {
  const [first, last] = [words[0], words.at(-1)];
  if (!first || !last || first === last) return baseline.y0 >= baseline.y1;
  return first.box.y0 > last.box.y0;
}

/** Figures of a narrow column one under another, taken for letters of a line on end. */
const isPhantom = (line: OcrLine): boolean =>
  isOnEnd(line) && (lettersOf(line) < 8 || confidenceOf([line]) < unsureConfidence);

/** Dots as a text layer has them, so that the layout knows a table of contents. */
function leaderLine({ box, dots }: Leader, lines: readonly OcrLine[]): OcrLine {
  const beside = lines.find((line) => sharedHeight(around(line.words.map((word) => word.box)), box) > 0.5);
  return {
    words: [{ text: ".".repeat(dots.length), box, confidence: 100 }],
    baseline: { x0: box.x0, x1: box.x1, y0: box.y1, y1: box.y1 },
    rowHeight: beside?.rowHeight ?? heightOf(box) * 6,
  };
}

const isText = (word: OcrWord): boolean =>
  word.text !== "" &&
  (/[.\u2022]/.test(word.text) || word.confidence >= noiseConfidence || /[\p{L}\p{N}]{3}/u.test(word.text));

const lettersOf = (line: OcrLine): number => line.words.reduce((sum, word) => sum + word.text.length, 0);

/** Font size in pixels; a row's height far from its words' is a guess that failed (one sign, a drawing). */
function sizeOf({ words, rowHeight }: OcrLine, marks: readonly Mark[]): number {
  const text = words.map((word) => word.text).join("");
  if (!/[\p{L}\p{N}]/u.test(text)) return rowHeight / rowHeightOfSize; // bullets and leaders: their line's
  if (/^[^\p{Ll}]*$/u.test(text)) {
    // the engine takes capitals alone for small letters of a larger size
    const own = marks.filter((mark) => words.some(({ box }) => touches(box, mark)));
    const height = median(own.map(heightOf).filter((value) => value > 0.3 * rowHeight));
    if (height > 0) return height / capitalsOfSize;
  }
  const tallest = Math.max(...words.map(({ box }) => heightOf(box)));
  const middle = median(words.map(({ box }) => heightOf(box)));
  const isLikely = rowHeight >= 0.7 * middle && rowHeight <= 2.2 * tallest;
  return (isLikely ? rowHeight : tallest) / rowHeightOfSize;
}

/** Each size replaced by the one most letters have among those near it. */
function commonSizes(lines: readonly { readonly size: number; readonly weight: number }[]): number[] {
  const centres: number[] = [];
  for (const { size } of [...lines].sort((a, b) => b.weight - a.weight))
    if (!centres.some((centre) => Math.abs(centre - size) < sameSize * Math.max(centre, size))) centres.push(size);
  return lines.map(({ size }) =>
    centres.reduce(
      (best, centre) => (Math.abs(centre - size) < Math.abs(best - size) ? centre : best),
      centres[0] ?? size,
    ),
  );
}
