import { attribute, child, elements, path, type XmlElement } from "../xml.ts";

export interface ParagraphStyle {
  readonly name: string;
  /** 0 for the title style, 1 to 9 for headings; null for running text. */
  readonly headingLevel: number | null;
  readonly numbering: { readonly numId: string; readonly level: number } | null;
  readonly isCode: boolean;
  readonly isMonospace: boolean;
  readonly isListStyle: boolean;
}

export const plainStyle: ParagraphStyle = {
  name: "",
  headingLevel: null,
  numbering: null,
  isCode: false,
  isMonospace: false,
  isListStyle: false,
};

const codeNames =
  /^(?:source code|code|code block|html preformatted|macro text|plain text code|listing|verbatim|preformatted text)$/i;
export const isMonospaceFont = (font: string): boolean =>
  /courier|consolas|mono|menlo|monaco|lucida console|source code|fira code|inconsolata/i.test(font);

/** Paragraph styles by id, what they inherit (`basedOn`) resolved. ECMA-376 part 1, 17.7. */
export function readStyles(root: XmlElement | null): (id: string | undefined) => ParagraphStyle {
  const raw = new Map<string, XmlElement>();
  let fallback: string | undefined;
  for (const style of root ? elements(root) : []) {
    const id = attribute(style, "w:styleId");
    if (style.name !== "w:style" || id === undefined) continue;
    raw.set(id, style);
    if (attribute(style, "w:type") === "paragraph" && attribute(style, "w:default") === "1") fallback = id;
  }
  const known = new Map<string, ParagraphStyle>();
  const resolve = (id: string, depth: number): ParagraphStyle => {
    const cached = known.get(id);
    if (cached) return cached;
    const style = raw.get(id);
    if (!style || depth > 20) return plainStyle;
    const base = attribute(child(style, "w:basedOn"), "w:val");
    const resolved = ownStyle(style, base === undefined ? plainStyle : resolve(base, depth + 1));
    known.set(id, resolved);
    return resolved;
  };
  return (id) => {
    const wanted = id ?? fallback;
    return wanted === undefined ? plainStyle : resolve(wanted, 0);
  };
}

function ownStyle(style: XmlElement, base: ParagraphStyle): ParagraphStyle {
  const name = attribute(child(style, "w:name"), "w:val") ?? "";
  const properties = child(style, "w:pPr");
  const outline = attribute(child(properties, "w:outlineLvl"), "w:val");
  const named = /^(?:heading|titre|überschrift|título|titolo)\s*(\d)$/i.exec(name)?.[1];
  const font = attribute(path(style, "w:rPr", "w:rFonts"), "w:ascii");
  let headingLevel = base.headingLevel;
  if (/^(?:title|titre)$/i.test(name)) headingLevel = 0;
  else if (named !== undefined) headingLevel = Number(named);
  else if (outline !== undefined) headingLevel = Number(outline) < 9 ? Number(outline) + 1 : null;
  const numPr = child(properties, "w:numPr");
  return {
    name,
    headingLevel,
    numbering: numPr ? numberingOf(numPr, base.numbering) : base.numbering,
    isCode: codeNames.test(name) || base.isCode,
    isMonospace: font === undefined ? base.isMonospace : isMonospaceFont(font),
    isListStyle: /^list (?:bullet|number|paragraph)/i.test(name) || base.isListStyle,
  };
}

/** `numId` 0 takes an inherited number away. */
export function numberingOf(numPr: XmlElement, inherited: ParagraphStyle["numbering"]): ParagraphStyle["numbering"] {
  const numId = attribute(child(numPr, "w:numId"), "w:val") ?? inherited?.numId;
  const level = attribute(child(numPr, "w:ilvl"), "w:val");
  if (numId === undefined || numId === "0") return null;
  return { numId, level: level === undefined ? (inherited?.level ?? 0) : Number(level) };
}
