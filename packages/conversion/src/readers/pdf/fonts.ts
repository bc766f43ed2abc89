import type { Pdfium, PdfPage } from "./pdfium.ts";

/** How one text object of a page is set. */
export interface TextStyle {
  /** A font of signs, whose character codes mean nothing. */
  readonly isSymbolic: boolean;
  /** Painted in no ink at all, as the recognised text behind a scan. */
  readonly isInvisible: boolean;
  readonly isWhite: boolean;
  /** Points as shown, the text matrix applied. */
  readonly size: number;
  readonly bold: boolean;
  readonly italic: boolean;
  readonly monospace: boolean;
  readonly angle: number;
  readonly font: string;
  /** Id of the marked content it stands in; -1 where it stands in none. */
  readonly mark: number;
}

const boldNames = /bold|black|heavy|demi|Bd(?:It|Cond|Ital|MT)?$|-Bd/i;
const plainNames = /regular|roman|light|book|medium|italic|oblique|Rg|Md/i;
const symbolFonts = /wingdings|webdings|dingbat|symbolset|marlett/i;
const invisible = 3; // text rendering modes: 3 paints nothing, 7 only clips
const clipping = 7;

/** @param scratch 256 bytes of pdfium's memory. */
export function readStyle(
  pdfium: Pdfium,
  textPage: number,
  index: number,
  object: number,
  scratch: number,
  page: PdfPage,
): TextStyle {
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
  const mode = object === 0 ? 0 : api.FPDFTextObj_GetTextRenderMode(object);
  const hasColour = api.FPDFText_GetFillColor(textPage, index, scratch, scratch + 4, scratch + 8, scratch + 12) !== 0;
  const [red = 0, green = 0, blue = 0, alpha = 255] = hasColour ? pdfium.ints().subarray(at, at + 4) : [];
  return {
    size: Math.round(size * 100) / 100,
    angle,
    isSymbolic,
    isInvisible: mode === invisible || mode === clipping || alpha === 0,
    isWhite: mode === 0 && Math.min(red, green, blue) >= 250,
    // the name is the best witness; pdfium's weight is a guess from the stem's width, off by hundreds in many fonts
    bold:
      !isSymbolic && (boldNames.test(name) || (!plainNames.test(name) && ((flags & 0x40000) !== 0 || weight >= 700))),
    italic: (flags & 0x40) !== 0 || /italic|oblique/i.test(name),
    monospace: (flags & 1) !== 0 || /mono|courier|consol|typewriter/i.test(name),
    font: name,
    mark: object === 0 ? -1 : api.FPDFPageObj_GetMarkedContentID(object),
  };
}
