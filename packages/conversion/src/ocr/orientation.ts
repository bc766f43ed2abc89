import type { Ocr, OcrLine, OcrWord } from "./engine.ts";
import { cropImage, type GreyImage, type QuarterTurn, turnImage } from "./grey-image.ts";
import { findMarks, inkLevel, type Mark } from "./ink.ts";
import { findLeaders, type Leader, wipe } from "./leaders.ts";
import { crossing, findRulings, type Rulings, wipeRulings } from "./rulings.ts";
import { skewOf, straightenImage } from "./skew.ts";

export interface UprightText {
  readonly lines: readonly OcrLine[];
  /** Turn of the image that made its text upright. */
  readonly turn: QuarterTurn;
  /** The image so turned, without leaders. */
  readonly image: GreyImage;
  readonly marks: readonly Mark[];
  readonly leaders: readonly Leader[];
  readonly rulings: Rulings;
  /** Degrees by which its lines fell to the right before the image was straightened. */
  readonly skew: number;
  /** 0 to 1: mean over the letters; 0 without any. */
  readonly confidence: number;
}

const turns: readonly QuarterTurn[] = [0, 90, 180, 270];
const goodConfidence = 0.75; // text read upside down comes to .3–.5, a poor scan read the right way to .6
const clearGain = 0.1; // what another orientation must bring: it is not taken for a word of chance
const trialPixels = 700; // side of the part that is tried

/**
 * Reads the image as it stands, dotted leaders wiped out; where that brings words standing on end, little certainty or nothing, a part of it full
 * of text is read in each of the four orientations, and the whole in the best of them.
 */
export function readUpright(ocr: Ocr, image: GreyImage, dpi: number): UprightText {
  const read = (turn: QuarterTurn): UprightText => {
    const asTurned = turnImage(image, turn);
    const level = inkLevel(asTurned);
    const slanted = findMarks(asTurned, level);
    const skew = skewOf(slanted);
    const turned = skew === 0 ? asTurned : straightenImage(asTurned, skew);
    const marks = skew === 0 ? slanted : findMarks(turned, level);
    const leaders = findLeaders(marks, dpi);
    const rulings = findRulings(turned, level, dpi);
    const dots = new Set(leaders.flatMap((leader) => leader.dots));
    // the engine takes a table's lines for letters
    const grid = crossing(rulings, dpi / 25);
    const unruled = grid.length > 0 ? wipeRulings(turned, grid, level) : turned;
    const clean = dots.size > 0 ? wipe(unruled, [...dots]) : unruled;
    const lines = ocr.recognise(clean, dpi);
    return {
      image: clean,
      marks: marks.filter((mark) => !dots.has(mark)),
      leaders,
      rulings,
      skew,
      lines,
      turn,
      confidence: confidenceOf(lines),
    };
  };
  const first = read(0);
  if (first.confidence >= goodConfidence && !isOnEnd(first.lines)) return first;
  const part = densestPart(image, first.lines);
  const trials = turns
    .map((turn) => {
      const lines = ocr.recognise(turnImage(part, turn), dpi);
      return { turn, score: isOnEnd(lines) ? 0 : confidenceOf(lines) };
    })
    .sort((a, b) => b.score - a.score);
  const best = trials[0];
  const upright = trials.find((trial) => trial.turn === 0);
  if (!best || best.turn === 0 || best.score < (upright?.score ?? 0) + clearGain) return first;
  return read(best.turn);
}

const letters = (word: OcrWord): number => word.text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;

/** Of Tesseract's confidence in each word, weighted by its letters; one letter alone proves nothing. */
export function confidenceOf(lines: readonly OcrLine[]): number {
  let [sum, weight] = [0, 0];
  for (const word of lines.flatMap((line) => line.words)) {
    const count = letters(word);
    if (count < 2) continue;
    sum += count * word.confidence;
    weight += count;
  }
  return weight === 0 ? 0 : sum / weight / 100;
}

/** Most longer words are higher than wide: Tesseract reads text that stands on end, but in a wrong order. */
function isOnEnd(lines: readonly OcrLine[]): boolean {
  const words = lines.flatMap((line) => line.words).filter((word) => letters(word) >= 3);
  const onEnd = words.filter(({ box }) => box.y1 - box.y0 > box.x1 - box.x0);
  return words.length > 0 && onEnd.length > words.length / 2;
}

/** The part around most of the words found, however badly they were read; the middle when there are none. */
function densestPart(image: GreyImage, lines: readonly OcrLine[]): GreyImage {
  const boxes = lines.flatMap((line) => line.words.map((word) => word.box));
  const middle = (values: readonly number[], otherwise: number): number =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? otherwise;
  const centreX = middle(
    boxes.map((box) => (box.x0 + box.x1) / 2),
    image.width / 2,
  );
  const centreY = middle(
    boxes.map((box) => (box.y0 + box.y1) / 2),
    image.height / 2,
  );
  const width = Math.min(trialPixels, image.width);
  const height = Math.min(trialPixels, image.height);
  const clamp = (start: number, most: number): number => Math.round(Math.max(0, Math.min(most, start)));
  const left = clamp(centreX - width / 2, image.width - width);
  const top = clamp(centreY - height / 2, image.height - height);
  return cropImage(image, left, top, width, height);
}
