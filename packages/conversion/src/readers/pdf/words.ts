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
}

interface Style {
  /** A font of signs, whose character codes mean nothing. */
  readonly isSymbolic: boolean;
  readonly size: number;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly monospace: boolean;
  readonly angle: number;
}

const maxCharsPerPage = 200_000;

/** Words of a page in the order of its content stream; text outside the page is dropped. */
export function readWords(pdfium: Pdfium, page: PdfPage): Word[] {
  const { api } = pdfium;
  const textPage = api.FPDFText_LoadPage(page.handle);
  if (textPage === 0) return [];
  const scratch = pdfium.malloc(256);
  const styles = new Map<number, Style>();
  const words: Word[] = [];
  let open: { text: string; l: number; t: number; r: number; b: number; style: Style; object: number } | null = null;
  let afterBreak = false;
  const close = (glued: boolean) => {
    if (open && open.text.trim() !== "" && open.r - open.l > 0.1) words.push(finish(open, glued));
    open = null;
  };
  const count = Math.min(api.FPDFText_CountChars(textPage), maxCharsPerPage);
  for (let index = 0; index < count; index++) {
    const code = api.FPDFText_GetUnicode(textPage, index);
    if ((code === 0x0a || code === 0x0d) && api.FPDFText_IsGenerated(textPage, index)) {
      afterBreak = true; // pdfium guesses lines; where each glyph is painted alone it guesses wrong, so the place decides
      continue;
    }
    if (code <= 0x20 && code !== 2) {
      close(false);
      continue;
    }
    if (code === 0xa0 || code === 0x202f || code === 0x2009 || (code >= 0x2000 && code <= 0x200a)) {
      close(false);
      continue;
    }
    const character = characterText(code);
    if (character === "") continue;
    if (!api.FPDFText_GetLooseCharBox(textPage, index, scratch)) continue;
    const floats = pdfium.floats();
    const at = scratch >> 2;
    const box = page.boxToTopLeft(floats[at] ?? 0, floats[at + 3] ?? 0, floats[at + 2] ?? 0, floats[at + 1] ?? 0);
    if (box.r < 0 || box.b < 0 || box.l > page.width || box.t > page.height) continue;
    const object = api.FPDFText_GetTextObject(textPage, index);
    let style = styles.get(object);
    if (!style) {
      style = readStyle(pdfium, textPage, index, scratch, page);
      styles.set(object, style);
    }
    const text = style.isSymbolic ? "\u2022" : character;
    const isNext = open !== null && follows(open, box, style, afterBreak ? 0.15 : 0.6);
    if (open && (!isNext || isNewStyle(open.style, style))) close(isNext);
    afterBreak = false;
    if (open) {
      open.text += text;
      open.l = Math.min(open.l, box.l);
      open.t = Math.min(open.t, box.t);
      open.r = Math.max(open.r, box.r);
      open.b = Math.max(open.b, box.b);
    } else open = { text, ...box, style, object };
  }
  close(false);
  pdfium.free(scratch);
  api.FPDFText_ClosePage(textPage);
  return words;
}

const ligatures: Record<number, string> = {
  64256: "ff",
  64257: "fi",
  64258: "fl",
  64259: "ffi",
  64260: "ffl",
  64261: "st",
  64262: "st",
};

/** pdfium marks a line-end hyphen as U+0002. Private-use characters of symbol fonts are bullets nearly always. */
function characterText(code: number): string {
  if (code === 2) return "\u00ad";
  const ligature = ligatures[code];
  if (ligature !== undefined) return ligature;
  if (code === 0xfffe || code === 0xffff || code === 0xfeff || code === 0x200b) return "";
  if (code >= 0xf000 && code <= 0xf0ff) return "\u2022";
  return String.fromCodePoint(code);
}

function finish(open: { text: string; style: Style } & Box, glued: boolean): Word {
  const { isSymbolic: _, ...style } = open.style;
  const hyphenated = open.text.endsWith("\u00ad") && open.text.length > 1;
  const text = (open.text.includes("\u00ad") ? open.text.replaceAll("\u00ad", "-") : open.text).normalize("NFC");
  const isWordBullet = text === "o" && style.monospace; // Word's bullet of the second level
  return {
    text: isWordBullet ? "\u25e6" : text,
    l: open.l,
    t: open.t,
    r: open.r,
    b: open.b,
    ...style,
    hyphenated,
    glued,
  };
}

const isNewStyle = (a: Style, b: Style): boolean =>
  a.bold !== b.bold ||
  a.isSymbolic !== b.isSymbolic ||
  a.angle !== b.angle ||
  Math.abs(a.size - b.size) > 0.1 * Math.max(a.size, b.size);

/** The character goes on where the word ends; a space too narrow for pdfium to mark counts as none. */
function follows(open: Box & { style: Style }, box: Box, style: Style, maxGap: number): boolean {
  const size = Math.max(open.style.size, style.size);
  if (style.angle % 180 !== 0) return box.l < open.r + size * 0.5 && box.r > open.l - size * 0.5;
  const shared = Math.min(open.b, box.b) - Math.max(open.t, box.t);
  return (
    box.l <= open.r + size * maxGap &&
    box.l >= open.l - size * 0.5 &&
    shared > 0.3 * Math.min(open.b - open.t, box.b - box.t)
  );
}

const boldNames = /bold|black|heavy|demi|Bd(?:It|Cond|Ital|MT)?$|-Bd/i;
const plainNames = /regular|roman|light|book|medium|italic|oblique|Rg|Md/i;
const symbolFonts = /wingdings|webdings|dingbat|symbolset|marlett/i;

function readStyle(pdfium: Pdfium, textPage: number, index: number, scratch: number, page: PdfPage): Style {
  const { api } = pdfium;
  api.FPDFText_GetMatrix(textPage, index, scratch);
  const at = scratch >> 2;
  const [a = 1, b = 0, c = 0, d = 1] = pdfium.floats().subarray(at, at + 4);
  const [ox, oy] = page.toTopLeft(0, 0);
  const [dx, dy] = page.toTopLeft(a, b);
  const angle = (Math.round((Math.atan2(oy - dy, dx - ox) * 180) / Math.PI) + 360) % 360;
  const size = api.FPDFText_GetFontSize(textPage, index) * (Math.hypot(c, d) || 1);
  const nameBytes = api.FPDFText_GetFontInfo(textPage, index, scratch, 120, scratch + 128);
  const name = Buffer.from(
    pdfium.bytes().subarray(scratch, scratch + Math.max(0, Math.min(nameBytes, 120) - 1)),
  ).toString("latin1");
  const flags = pdfium.ints()[(scratch + 128) >> 2] ?? 0;
  const weight = api.FPDFText_GetFontWeight(textPage, index);
  const isSymbolic = symbolFonts.test(name);
  return {
    size: Math.round(size * 100) / 100,
    angle,
    isSymbolic,
    // the name is the best witness; pdfium's weight is a guess from the stem's width, off by hundreds in many fonts
    bold:
      !isSymbolic && (boldNames.test(name) || (!plainNames.test(name) && ((flags & 0x40000) !== 0 || weight >= 700))),
    italic: (flags & 0x40) !== 0 || /italic|oblique/i.test(name),
    monospace: (flags & 1) !== 0 || /mono|courier|consol|typewriter/i.test(name),
  };
}
