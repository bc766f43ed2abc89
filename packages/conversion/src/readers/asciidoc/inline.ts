import { isSafeAddress } from "../html/inline.ts";
import { type InlineRun, type InlineStyle, tidyRuns } from "../inline-runs.ts";

export interface AsciiDocText {
  readonly runs: readonly InlineRun[];
  /** Alternative texts of inline images. */
  readonly images: readonly string[];
  /** Targets, identifiers and other marks that are not shown. */
  readonly hidden: readonly string[];
}

/**
 * A macro (`name:target[text]`), a bare address with a text, a cross reference, an anchor. All parts are bounded: many
 * that open and none that closes would else be searched to the end each.
 */
const macro =
  /\b(image|link|xref|mailto|btn|kbd|menu|footnote|icon|pass|stem|latexmath):(?!:)([^\s[\]]{0,500})\[([^\]]{0,1000})\]|(https?:\/\/[^\s[\]<>]{1,500})\[([^\]]{0,1000})\]|<<([^,>]{1,200})(?:,([^>]{0,500}))?>>|\[\[([^\]]{0,200})\]\]/g;
const attributeReference = /\{([\w-]{1,100})\}/g;

/** Text between marks, where the marks stand at the borders of words; doubled marks may stand anywhere. */
const marked = /(`\+|``|\*\*|__|##|[`*_#^~])(?=\S)([\s\S]{0,600}?\S)(\+`|``|\*\*|__|##|[`*_#^~])/g;

const styles: Readonly<Record<string, InlineStyle>> = {
  "`": { kind: "code" },
  "*": { bold: true },
  _: { italic: true },
  "#": {},
  "^": { script: "super" },
  "~": { script: "sub" },
};

/** Running text of AsciiDoc: emphasis, links and the macros of the interface; attributes of the document filled in. */
export function readInline(written: string, attributes: ReadonlyMap<string, string>): AsciiDocText {
  const runs: InlineRun[] = [];
  const images: string[] = [];
  const hidden: string[] = [];
  const source = written.replace(attributeReference, (whole, name: string) => {
    const value = attributes.get(name);
    if (value !== undefined) hidden.push(name);
    return value ?? whole;
  });
  let at = 0;
  for (const match of source.matchAll(macro)) {
    addMarked(source.slice(at, match.index), {}, runs);
    at = match.index + match[0].length;
    const [, name, target = "", text = "", address, addressText = "", reference, referenceText, anchor] = match;
    if (anchor !== undefined) hidden.push(anchor);
    else if (address !== undefined) {
      const shown = addressText.replace(/\^$/, "") || address;
      runs.push({ text: shown, style: { hyperlink: address } });
      if (shown !== address) hidden.push(address);
    } else if (reference !== undefined) {
      runs.push({ text: referenceText?.trim() || reference, style: { hyperlink: `#${reference.replace(/^#/, "")}` } });
      if (referenceText) hidden.push(reference);
    } else addMacro(name ?? "", target, text);
  }
  addMarked(source.slice(at), {}, runs);
  return { runs: tidyRuns(runs), images, hidden };

  function addMacro(name: string, target: string, text: string): void {
    if (name === "image" || name === "icon") {
      const [alternative = "", ...rest] = text.split(",");
      images.push(alternative.trim());
      hidden.push(`${target} ${rest.join(" ")}`, name);
      return;
    }
    hidden.push(name);
    if (["link", "xref", "mailto"].includes(name)) {
      const shown = text.split(",")[0]?.replace(/\^$/, "") || target;
      const hyperlink = name === "mailto" ? `mailto:${target}` : target;
      runs.push({ text: shown, style: isSafeAddress(hyperlink) ? { hyperlink } : {} });
      if (shown !== target) hidden.push(target, text.slice(shown.length));
    } else if (name === "menu") runs.push({ text: [target, text].filter(Boolean).join(" > "), style: {} });
    else if (name === "footnote") runs.push({ text: ` [${text}]`, style: {} });
    else if (name === "stem" || name === "latexmath") runs.push({ text, style: { kind: "formula" } });
    else runs.push({ text: text || target, style: {} });
  }
}

function addMarked(source: string, style: InlineStyle, runs: InlineRun[]): void {
  let at = 0;
  for (const match of source.matchAll(marked)) {
    const [whole, open = "", text = "", close = ""] = match;
    const isPair = open.length > 1 && open !== "`+";
    const before = source[match.index - 1] ?? " ";
    const after = source[match.index + whole.length] ?? " ";
    const closes = open === "`+" ? close === "+`" : open === close;
    const isFree = isPair || open === "^" || open === "~";
    const bordered = /[\s(["'“‘<,;:/—–-]/.test(before) && !/[\p{L}\p{N}_]/u.test(after);
    if (!closes || match.index < at || !(isFree ? isPair || !/\s/.test(text) : bordered)) continue;
    runs.push({ text: source.slice(at, match.index), style });
    const inner = { ...style, ...styles[open[0] ?? ""] };
    if (inner.kind === "code") runs.push({ text, style: inner });
    else addMarked(text, inner, runs);
    at = match.index + whole.length;
  }
  runs.push({ text: source.slice(at), style });
}
