import { isOn } from "../ooxml/package.ts";
import { attribute, child, elements, path, type XmlElement } from "../xml.ts";

export interface ParagraphStyle {
  /** 0 for the title style, 1 to 9 for headings; null for running text. */
  readonly headingLevel: number | null;
  readonly numbering: { readonly numId: string; readonly level: number } | null;
  readonly isCode: boolean;
  readonly isMonospace: boolean;
  readonly isHidden: boolean;
}

export interface CharacterStyle {
  readonly isMonospace: boolean;
  readonly isHidden: boolean;
}

export interface Styles {
  /** @param id As the paragraph names it; without one, the document's default. */
  paragraph(id: string | undefined): ParagraphStyle;
  character(id: string | undefined): CharacterStyle;
}

export const plainStyle: ParagraphStyle = {
  headingLevel: null,
  numbering: null,
  isCode: false,
  isMonospace: false,
  isHidden: false,
};
const plainCharacters: CharacterStyle = { isMonospace: false, isHidden: false };

const codeNames =
  /^(?:source code|code|code block|html preformatted|macro text|plain text code|listing|verbatim|preformatted text)$/i;
export const isMonospaceFont = (font: string): boolean =>
  /courier|consolas|mono|menlo|monaco|lucida console|source code|fira code|inconsolata/i.test(font);

/** Styles by id, what they inherit (`basedOn`) resolved. ECMA-376 part 1, 17.7. */
export function readStyles(root: XmlElement | null): Styles {
  const raw = new Map<string, XmlElement>();
  let fallback: string | undefined;
  for (const style of root ? elements(root) : []) {
    const id = attribute(style, "w:styleId");
    if (style.name !== "w:style" || id === undefined) continue;
    raw.set(id, style);
    if (attribute(style, "w:type") === "paragraph" && isOn(defaultMark(style))) fallback = id;
  }
  const resolver = <Style>(plain: Style, own: (style: XmlElement, base: Style) => Style) => {
    const known = new Map<string, Style>();
    const resolve = (id: string, depth: number): Style => {
      const cached = known.get(id);
      if (cached) return cached;
      const style = raw.get(id);
      if (!style || depth > 20) return plain;
      const base = attribute(child(style, "w:basedOn"), "w:val");
      const resolved = own(style, base === undefined ? plain : resolve(base, depth + 1));
      known.set(id, resolved);
      return resolved;
    };
    return (id: string | undefined) => (id === undefined ? plain : resolve(id, 0));
  };
  const paragraph = resolver(plainStyle, ownParagraphStyle);
  return { paragraph: (id) => paragraph(id ?? fallback), character: resolver(plainCharacters, ownCharacterStyle) };
}

const defaultMark = (style: XmlElement): XmlElement | undefined =>
  attribute(style, "w:default") === undefined
    ? undefined
    : { name: "", attributes: { val: attribute(style, "w:default") ?? "" }, children: [] };

function ownParagraphStyle(style: XmlElement, base: ParagraphStyle): ParagraphStyle {
  const name = attribute(child(style, "w:name"), "w:val") ?? "";
  const properties = child(style, "w:pPr");
  const named = /^(?:heading|titre|überschrift|título|titolo)\s*(\d)$/i.exec(name)?.[1];
  const font = attribute(path(style, "w:rPr", "w:rFonts"), "w:ascii");
  let headingLevel = outlineLevel(properties, base.headingLevel);
  if (/^(?:title|titre)$/i.test(name)) headingLevel = 0;
  else if (named !== undefined) headingLevel = Number(named);
  const numPr = child(properties, "w:numPr");
  const vanish = path(style, "w:rPr", "w:vanish");
  return {
    headingLevel,
    numbering: numPr ? numberingOf(numPr, base.numbering) : base.numbering,
    isCode: codeNames.test(name) || base.isCode,
    isMonospace: font === undefined ? base.isMonospace : isMonospaceFont(font),
    isHidden: vanish ? isOn(vanish) : base.isHidden,
  };
}

function ownCharacterStyle(style: XmlElement, base: CharacterStyle): CharacterStyle {
  const properties = child(style, "w:rPr");
  const font = attribute(child(properties, "w:rFonts"), "w:ascii");
  const vanish = child(properties, "w:vanish");
  return {
    isMonospace: font === undefined ? base.isMonospace : isMonospaceFont(font),
    isHidden: vanish ? isOn(vanish) : base.isHidden,
  };
}

/** Heading level by the outline level of paragraph properties (0 to 8; 9 is running text); `inherited` where they say none. */
export function outlineLevel(properties: XmlElement | undefined, inherited: number | null): number | null {
  const outline = attribute(child(properties, "w:outlineLvl"), "w:val");
  if (outline === undefined) return inherited;
  const level = Number(outline);
  return Number.isInteger(level) && level >= 0 && level < 9 ? level + 1 : null;
}

/** `numId` 0 takes an inherited number away. */
export function numberingOf(numPr: XmlElement, inherited: ParagraphStyle["numbering"]): ParagraphStyle["numbering"] {
  const numId = attribute(child(numPr, "w:numId"), "w:val") ?? inherited?.numId;
  const level = Number(attribute(child(numPr, "w:ilvl"), "w:val") ?? inherited?.level ?? 0);
  if (numId === undefined || numId === "0") return null;
  return { numId, level: Number.isInteger(level) && level >= 0 ? Math.min(level, 8) : 0 };
}
