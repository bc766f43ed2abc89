import type { Ocr, OcrLine, OcrWord, PixelBox } from "./engine.ts";
import type { GreyImage } from "./grey-image.ts";
import { around, heightOf, type Mark, sharedHeight, touches, widthOf } from "./ink.ts";

const maxMarks = 3_000; // left unread: more is a picture's grain
const maxGroups = 80;
const wordConfidence = 60; // of a word read alone
const bullet = "\u2022";

/**
 * The engine passes over what stands alone: numbers and bullets before a list, figures of a table's narrow column. The
 * ink of a letter's size that no word covers is gathered into groups, and each is read as a line of its own.
 * @returns The lines given, bullets taken for letters set right, and those found.
 */
export function withUnread(
  ocr: Ocr,
  image: GreyImage,
  marks: readonly Mark[],
  lines: readonly OcrLine[],
  dpi: number,
): readonly OcrLine[] {
  const words = lines.flatMap((line) => line.words);
  const size = middleOf(words.map(({ box }) => heightOf(box)));
  if (size === 0) return lines;
  const mended = lines.map((line) => withBullet(line, marks, size));
  const pictures = marks.filter(
    (mark) =>
      widthOf(mark) > 5 * size && heightOf(mark) > 5 * size && mark.area > 0.15 * widthOf(mark) * heightOf(mark),
  );
  const unread = marks.filter(
    (mark) =>
      heightOf(mark) < 1.8 * size &&
      widthOf(mark) < 3 * size &&
      mark.area >= 4 &&
      !words.some((word) => touches(word.box, mark)) &&
      !pictures.some((picture) => touches(picture, mark)),
  );
  if (unread.length > maxMarks) return mended;
  const groups = groupsOf(unread, size);
  const found: OcrLine[] = [];
  let readings = 0;
  for (const group of groups) {
    const box = around(group);
    const beside = lineBeside(mended, box, size);
    const rowHeight = beside?.rowHeight ?? size * 1.2;
    const level = beside ? baselineAt(beside, (box.x0 + box.x1) / 2) : box.y1;
    const lineOf = (these: readonly OcrWord[]): OcrLine => ({
      words: these,
      baseline: { x0: box.x0, x1: box.x1, y0: level, y1: level },
      rowHeight,
    });
    const [only] = group;
    if (group.length === 1 && only && isBullet(only, size, level)) {
      if (beside && box.x1 < (beside.words[0]?.box.x0 ?? 0))
        found.push(lineOf([{ text: bullet, box, confidence: 100 }]));
    } else if (heightOf(box) >= 0.45 * size && readings++ < maxGroups) {
      const read = readAlone(ocr, image, box, size, dpi);
      if (read.length > 0) found.push(lineOf(read));
    }
  }
  return [...mended, ...found];
}

const middleOf = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const baselineAt = ({ baseline: { x0, y0, x1, y1 } }: OcrLine, x: number): number =>
  x1 > x0 ? y0 + ((y1 - y0) * (x - x0)) / (x1 - x0) : y0;

/** A disc or a square, about the middle of small letters, not on the line as a full stop is. */
function isBullet(mark: Mark, size: number, baseline: number): boolean {
  const [width, height] = [widthOf(mark), heightOf(mark)];
  const isSmall = height >= 0.12 * size && height <= 0.7 * size;
  const isSquare = width >= 0.75 * height && width <= 1.35 * height;
  return isSmall && isSquare && mark.area >= 0.68 * width * height && baseline - mark.y1 >= 0.08 * size;
}

/** A bullet read as a letter (e, «, ¢) at the start of its line. */
function withBullet(line: OcrLine, marks: readonly Mark[], size: number): OcrLine {
  const [first, ...rest] = line.words;
  if (!first || rest.length === 0 || [...first.text].length !== 1) return line;
  const own = marks.filter((mark) => touches(mark, first.box));
  const [only] = own;
  if (own.length !== 1 || !only || !isBullet(only, size, baselineAt(line, only.x0))) return line;
  return { ...line, words: [{ ...first, text: bullet, confidence: 100 }, ...rest] };
}

/** Marks side by side, nearer than a letter's height. */
function groupsOf(marks: readonly Mark[], size: number): Mark[][] {
  const groups: { marks: Mark[]; box: PixelBox }[] = [];
  for (const mark of [...marks].sort((a, b) => a.x0 - b.x0)) {
    const group = groups.find(
      ({ box }) => mark.x0 - box.x1 < 0.7 * size && (sharedHeight(box, mark) > 0.3 || isAccent(box, mark, size)),
    );
    if (group) {
      group.marks.push(mark);
      group.box = around([group.box, mark]);
    } else groups.push({ marks: [mark], box: mark });
  }
  return groups.map((group) => group.marks).filter((group) => heightOf(around(group)) < 2 * size);
}

/** Small, close over or under the letters: the dot of an i, a comma. */
const isAccent = (box: PixelBox, mark: Mark, size: number): boolean =>
  heightOf(mark) < 0.4 * size && Math.max(mark.y0 - box.y1, box.y0 - mark.y1) < 0.35 * size;

function lineBeside(lines: readonly OcrLine[], box: PixelBox, size: number): OcrLine | null {
  const near = lines.filter((line) => {
    const whole = around(line.words.map((word) => word.box));
    return sharedHeight(whole, box) > 0.5 && Math.max(whole.x0 - box.x1, box.x0 - whole.x1) < 5 * size;
  });
  return near[0] ?? null;
}

/** Put on white ground of its own: the engine wants room around a line. */
function readAlone(ocr: Ocr, image: GreyImage, box: PixelBox, size: number, dpi: number): OcrWord[] {
  const pad = Math.round(0.6 * size);
  const width = widthOf(box) + 2 * pad;
  const height = heightOf(box) + 2 * pad;
  const pixels = new Uint8Array(width * height).fill(255);
  const bleed = 2; // the letters' soft edges
  for (let y = Math.max(0, box.y0 - bleed); y < Math.min(image.height, box.y1 + bleed); y++) {
    const from = y * image.width + Math.max(0, box.x0 - bleed);
    const row = image.pixels.subarray(from, y * image.width + Math.min(image.width, box.x1 + bleed));
    pixels.set(row, (y - box.y0 + pad) * width + pad - Math.min(bleed, box.x0));
  }
  const [dx, dy] = [box.x0 - pad, box.y0 - pad];
  return ocr
    .recognise({ width, height, pixels }, dpi, "line")
    .flatMap((line) => line.words)
    .filter((word) => word.confidence >= wordConfidence && /[\p{L}\p{N}]/u.test(word.text))
    .map((word) => ({
      ...word,
      box: { x0: word.box.x0 + dx, y0: word.box.y0 + dy, x1: word.box.x1 + dx, y1: word.box.y1 + dy },
    }));
}
