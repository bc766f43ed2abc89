import { readStyle, type TextStyle } from "./fonts.ts";
import { type Frame, frameOf, isSlanted, quarterOf } from "./frame.ts";
import type { Box } from "./geometry.ts";
import type { Pdfium, PdfPage } from "./pdfium.ts";

/** Characters between two spaces, of one text style and on one line. */
export interface Word extends Box {
  readonly text: string;
  /** Points as shown, the text matrix applied. */
  readonly size: number;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly monospace: boolean;
  /** Degrees, a multiple of 90 nearly always; 0 reads left to right. */
  readonly angle: number;
  /** Its last character is a hyphen that only the line's end brought. */
  readonly hyphenated: boolean;
  /** The source goes on to the next word without a space (a change of style inside a word). */
  readonly glued: boolean;
  /** Of a script written from right to left. */
  readonly rtl: boolean;
  /** In no ink, as the recognised text behind a scan. */
  readonly isInvisible: boolean;
  readonly isWhite: boolean;
  /** Id of the marked content it stands in, -1 where it stands in none; of a text layer only. */
  readonly mark?: number;
}

export interface PageWords {
  readonly words: readonly Word[];
  /** The page's characters, blanks and line ends as pdfium puts them: what the ledger counts. Signs are no letters. */
  readonly source: string;
  /** Text outside the page's box, so that no viewer shows it. */
  readonly outside: string;
}

export const maxCharsPerPage = 200_000;
const wordBullet = "o"; // in a typewriter face: Word's bullet of the second level
const loneSign = /^[\uf000-\uf0ff]$/; // of a symbol font under an unknown name: a bullet nearly always
const rtlLetter = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;

/** Words of a page in the order of its content stream; boxes as the page is shown. */
export function readWords(pdfium: Pdfium, page: PdfPage): PageWords {
  const { api } = pdfium;
  const textPage = api.FPDFText_LoadPage(page.handle);
  if (textPage === 0) return { words: [], source: "", outside: "" };
  const scratch = pdfium.malloc(256);
  const styles = new Map<number, TextStyle>();
  const words: Word[] = [];
  const frames = [0, 1, 2, 3].map((quarter) => frameOf(quarter, page.width, page.height));
  const source: string[] = [];
  let outside = "";
  let open: OpenWord | null = null;
  let afterBreak = false;
  const pitches = new Map<string, Pitch>();
  const fonts: (string | undefined)[] = []; // of each word
  const close = (glued: boolean) => {
    if (open && open.text.trim() !== "") fonts[words.push(finish(open, glued)) - 1] = open.style.font;
    if (open?.text === wordBullet && open.style.monospace) source[open.at] = "\u25e6";
    open = null;
  };
  const count = Math.min(api.FPDFText_CountChars(textPage), maxCharsPerPage);
  for (let index = 0; index < count; index++) {
    let code = api.FPDFText_GetUnicode(textPage, index);
    if (isHalf(code)) {
      const next = api.FPDFText_GetUnicode(textPage, index + 1);
      const isPair = code < 0xdc00 && next >= 0xdc00 && isHalf(next);
      if (isPair) index++;
      code = isPair ? 0x10000 + ((code - 0xd800) << 10) + (next - 0xdc00) : 0xfffd;
    }
    if (isLost(code) && !api.FPDFText_IsGenerated(textPage, index)) code = 0xfffd;
    if ((code === 0x0a || code === 0x0d) && api.FPDFText_IsGenerated(textPage, index)) {
      afterBreak = true; // pdfium guesses lines; where each glyph is painted alone it guesses wrong, so the place decides
      continue;
    }
    if (afterBreak && !open) source.push(" ");
    source.push(isBlank(code) ? " " : code === 2 ? "\u00ad" : String.fromCodePoint(code));
    if (isBlank(code)) {
      close(false);
      if (outside !== "") outside += " ";
      continue;
    }
    if (!api.FPDFText_GetLooseCharBox(textPage, index, scratch)) continue;
    const floats = pdfium.floats();
    const at = scratch >> 2;
    const box = page.boxToTopLeft(floats[at] ?? 0, floats[at + 3] ?? 0, floats[at + 2] ?? 0, floats[at + 1] ?? 0);
    const object = api.FPDFText_GetTextObject(textPage, index);
    let style = styles.get(object);
    if (!style) {
      style = readStyle(pdfium, textPage, index, object, scratch, page);
      styles.set(object, style);
    }
    measure(pitches, style, code, box);
    const character = characterText(code, style.isSymbolic);
    if (style.isSymbolic) source[source.length - 1] = ` ${character} `;
    if (character === "") continue;
    if (box.r < 0 || box.b < 0 || box.l > page.width || box.t > page.height) {
      outside += character;
      continue;
    }
    const frame: Frame = frames[quarterOf(style.angle)] as Frame;
    const own = style.angle === 0 ? box : frame.toFrame(box);
    const rtl: boolean = code >= 0x590 && rtlLetter.test(character);
    const isNext = open !== null && follows(open, own, style, rtl, afterBreak);
    if (afterBreak && !isNext) source[source.length - 1] = ` ${source.at(-1)}`;
    if (open && (!isNext || isNewStyle(open.style, style))) close(isNext);
    afterBreak = false;
    if (open) {
      open.text += character;
      open.l = Math.min(open.l, own.l);
      open.t = Math.min(open.t, own.t);
      open.r = Math.max(open.r, own.r);
      open.b = Math.max(open.b, own.b);
      open.rtl ||= rtl;
    } else open = { text: character, ...own, style, frame, rtl, at: source.length - 1 };
  }
  close(false);
  pdfium.free(scratch);
  api.FPDFText_ClosePage(textPage);
  const even = new Set([...pitches].filter(([, pitch]) => isEven(pitch)).map(([font]) => font));
  const isTyped = (index: number) => even.has(fonts[index] ?? "") && !/\p{Lo}/u.test(words[index]?.text ?? "");
  return {
    words: even.size === 0 ? words : words.map((word, index) => (isTyped(index) ? { ...word, monospace: true } : word)),
    source: source.join(""),
    outside,
  };
}

/** Widths of a font's characters, of its size. */
interface Pitch {
  least: number;
  most: number;
  readonly codes: Set<number>;
}

function measure(pitches: Map<string, Pitch>, { font, size, angle }: TextStyle, code: number, box: Box): void {
  if (angle !== 0 || size <= 0 || code > 0x7f) return;
  const width = (box.r - box.l) / size;
  const pitch = pitches.get(font);
  if (!pitch) pitches.set(font, { least: width, most: width, codes: new Set([code]) });
  else {
    pitch.least = Math.min(pitch.least, width);
    pitch.most = Math.max(pitch.most, width);
    pitch.codes.add(code);
  }
}

const narrow = new Set([..."iljtfIr.,:;'|"].map((sign) => sign.charCodeAt(0)));
const wide = new Set([..."mwMWNOQ@"].map((sign) => sign.charCodeAt(0)));

/** All characters of one width, narrow and wide ones among them: a typewriter face, whatever its name. */
const isEven = ({ least, most, codes }: Pitch): boolean =>
  codes.size >= 12 &&
  most - least < 0.02 &&
  least > 0.3 &&
  [...codes].some((code) => narrow.has(code)) &&
  [...codes].some((code) => wide.has(code));

interface OpenWord extends Box {
  text: string;
  l: number;
  t: number;
  r: number;
  b: number;
  rtl: boolean;
  readonly style: TextStyle;
  readonly frame: Frame;
  /** Index of its first character in the source. */
  readonly at: number;
}

const isBlank = (code: number): boolean =>
  (code <= 0x20 && code !== 2) ||
  code === 0xa0 ||
  code === 0x202f ||
  code === 0x3000 ||
  (code >= 0x2000 && code <= 0x200a);

const isHalf = (code: number): boolean => code >= 0xd800 && code <= 0xdfff; // of a pair beyond the basic plane

/** A glyph whose letter the file does not tell. */
const isLost = (code: number): boolean => code < 0x20 && code !== 2 && code !== 9 && code !== 10 && code !== 13;

const ligatures: Record<number, string> = {
  64256: "ff",
  64257: "fi",
  64258: "fl",
  64259: "ffi",
  64260: "ffl",
  64261: "st",
  64262: "st",
};

/** Of Wingdings, by the low byte of the code; its other signs are bullets nearly always. */
const signs: Record<number, string> = {
  111: "\u2610",
  113: "\u2610",
  114: "\u2610",
  120: "\u2612",
  168: "\u2610",
  252: "\u2713",
  253: "\u2612",
  254: "\u2611",
};

/** pdfium marks a line-end hyphen as U+0002. */
function characterText(code: number, isSymbolic: boolean): string {
  if (isSymbolic) return signs[code & 0xff] ?? "\u2022";
  if (code === 2) return "\u00ad";
  const ligature = ligatures[code];
  if (ligature !== undefined) return ligature;
  if (code === 0xfffe || code === 0xffff || code === 0xfeff || code === 0x200b) return "";
  const text = String.fromCodePoint(code);
  return code >= 0xfb1d && code <= 0xfefc ? text.normalize("NFKC") : text; // shapes of Arabic and Hebrew letters
}

function finish({ style, frame, rtl, at: _, ...open }: OpenWord, glued: boolean): Word {
  const hyphenated = open.text.endsWith("\u00ad") && open.text.length > 1;
  const text = (open.text.includes("\u00ad") ? open.text.replaceAll("\u00ad", "-") : open.text).normalize("NFC");
  const isBullet = (text === wordBullet && style.monospace) || loneSign.test(text);
  const { size, bold, italic, monospace, angle, isInvisible, isWhite, mark } = style;
  const box = angle === 0 ? open : frame.toPage(open);
  return {
    text: isBullet ? (text === wordBullet ? "\u25e6" : "\u2022") : text,
    l: box.l,
    t: box.t,
    r: box.r,
    b: box.b,
    size,
    bold,
    italic,
    monospace,
    angle,
    hyphenated,
    glued,
    rtl,
    isInvisible,
    isWhite,
    mark,
  };
}

const isNewStyle = (a: TextStyle, b: TextStyle): boolean =>
  a.bold !== b.bold ||
  a.isSymbolic !== b.isSymbolic ||
  a.angle !== b.angle ||
  a.isInvisible !== b.isInvisible ||
  a.mark !== b.mark ||
  Math.abs(a.size - b.size) > 0.1 * Math.max(a.size, b.size);

/** The character goes on where the word ends; a space too narrow for pdfium to mark counts as none. */
function follows(open: OpenWord, box: Box, style: TextStyle, rtl: boolean, afterBreak: boolean): boolean {
  if (isSlanted(style.angle)) return !afterBreak && open.style.angle === style.angle;
  const size = Math.max(open.style.size, style.size);
  const maxGap = size * (afterBreak ? 0.15 : 0.6);
  const shared = Math.min(open.b, box.b) - Math.max(open.t, box.t);
  if (shared <= 0.3 * Math.min(open.b - open.t, box.b - box.t)) return false;
  if (rtl || open.rtl) return box.l <= open.r + maxGap && box.r >= open.l - maxGap;
  return box.l <= open.r + maxGap && box.l >= open.l - size * 0.5;
}
