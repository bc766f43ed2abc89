import type { Box } from "./geometry.ts";
import type { Word } from "./words.ts";

/** The second parser: asked for single pages whose text the first one could not decode. */
export interface SecondParser {
  /** @returns null when it cannot read the page. */
  readWords(page: number, first: readonly Word[]): Promise<Word[] | null>;
  close(): Promise<void>;
}

/** Opens nothing before the first page is asked for. */
export function createSecondParser(bytes: Uint8Array, password: string | null): SecondParser {
  type Loaded = Awaited<ReturnType<typeof load>>;
  let opened: Promise<Loaded | null> | undefined;
  const load = async () => {
    const { getDocument } = await import("unpdf/pdfjs");
    return getDocument({
      data: new Uint8Array(bytes), // a copy: it takes the buffer for itself, and no Buffer
      ...(password !== null && { password }),
      disableFontFace: true,
      useSystemFonts: false,
      verbosity: 0,
    }).promise;
  };
  return {
    async readWords(page, first) {
      opened ??= load().catch(() => null);
      const document = await opened;
      if (!document) return null;
      try {
        const view = await document.getPage(page);
        const { items } = await view.getTextContent();
        const transform = view.getViewport({ scale: 1 }).transform as Matrix;
        const styleAt = wordsByPlace(first);
        const words = items.flatMap((item) => ("str" in item ? wordsOf(item as TextItem, transform, styleAt) : []));
        view.cleanup();
        return words;
      } catch {
        return null; // a page it cannot read is left to the others
      }
    },
    async close() {
      const document = await opened;
      await document?.loadingTask.destroy();
    },
  };
}

type Matrix = [a: number, b: number, c: number, d: number, e: number, f: number];

interface TextItem {
  readonly str: string;
  /** Along the text, in points. */
  readonly width: number;
  readonly transform: readonly number[];
}

/** Words of a stretch set in one go; its width is shared out by characters. Style is taken from the first parser's word there. */
function wordsOf(item: TextItem, view: Matrix, styleAt: (box: Box) => Word | undefined): Word[] {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = item.transform;
  const [ux, uy] = [view[0] * a + view[2] * b, view[1] * a + view[3] * b];
  const length = Math.hypot(ux, uy) || 1;
  const [vx, vy] = [view[0] * c + view[2] * d, view[1] * c + view[3] * d];
  const size = Math.hypot(vx, vy) || length;
  const x = view[0] * e + view[2] * f + view[4];
  const y = view[1] * e + view[3] * f + view[5];
  const [dx, dy] = [ux / length, uy / length];
  const angle = (Math.round((Math.atan2(-dy, dx) * 180) / Math.PI) + 360) % 360;
  const step = item.width / Math.max(1, item.str.length);
  return [...item.str.matchAll(/\S+/g)].map(({ 0: text, index }) => {
    const box = boxOf(x, y, dx, dy, index * step, (index + text.length) * step, size);
    const style = styleAt(box);
    return {
      text: text.normalize("NFC"),
      ...box,
      size: style?.size ?? Math.round(size * 100) / 100,
      bold: style?.bold ?? false,
      italic: style?.italic ?? false,
      monospace: style?.monospace ?? false,
      angle,
      hyphenated: false,
      glued: false,
      rtl: /[\u0590-\u08ff]/.test(text),
      isInvisible: style?.isInvisible ?? false,
      isWhite: style?.isWhite ?? false,
    };
  });
}

const ascent = 0.9; // of the size above and under the baseline: boxes as the first parser gives them
const descent = 0.22;

/** From `from` to `to` points along the line that starts at (x, y) and runs to (dx, dy). */
function boxOf(x: number, y: number, dx: number, dy: number, from: number, to: number, size: number): Box {
  // up from the baseline is the direction of the line turned a quarter counter-clockwise, y growing downwards
  const corners = [from, to].flatMap((along) =>
    [ascent * size, -descent * size].map((up) => [x + along * dx + up * dy, y + along * dy - up * dx] as const),
  );
  const [xs, ys] = [corners.map(([left]) => left), corners.map(([, top]) => top)];
  return { l: Math.min(...xs), r: Math.max(...xs), t: Math.min(...ys), b: Math.max(...ys) };
}

const bandHeight = 10; // points
const maxBand = 1_440; // a page has 14,400 points at most; what a damaged file places beyond has no style to give

/** The word that stands where a box has its middle; looked up by its height, since a page may hold 100,000. */
function wordsByPlace(words: readonly Word[]): (box: Box) => Word | undefined {
  const bands = new Map<number, Word[]>();
  for (const word of words)
    for (let band = bandOf(word.t); band <= bandOf(word.b); band++) {
      const own = bands.get(band);
      if (own) own.push(word);
      else bands.set(band, [word]);
    }
  return (box) => bands.get(bandOf((box.t + box.b) / 2))?.find((word) => isOver(word, box));
}

const bandOf = (y: number): number => Math.min(maxBand, Math.max(0, Math.floor(y / bandHeight) || 0));

const isOver = (word: Box, box: Box): boolean => {
  const [middle, centre] = [(box.l + box.r) / 2, (box.t + box.b) / 2];
  return middle >= word.l - 1 && middle <= word.r + 1 && centre >= word.t && centre <= word.b;
};
