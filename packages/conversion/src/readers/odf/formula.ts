import { latexOfElements } from "../html/mathml.ts";
import { attribute, child, descendants, elements, textContent, type XmlElement } from "../xml.ts";
import type { OdfDocument } from "./context.ts";

/** What a frame embeds: written in its place (flat files, some writers) or in a folder of the package. */
export function objectOf(frame: XmlElement, document: OdfDocument): XmlElement | null {
  const known = document.objects.get(frame);
  if (known !== undefined) return known;
  const object = child(frame, "draw:object");
  const inline = object && elements(object).find(({ name }) => isMath(name) || name.startsWith("office:document"));
  const href = attribute(object, "xlink:href");
  const root = inline ?? (object && href !== undefined ? document.file.object(href) : null);
  document.objects.set(frame, root);
  return root;
}

export const isMath = (name: string): boolean => name === "math" || name === "math:math";

/** LaTeX of a frame that embeds a formula (MathML); null for any other frame. Its words are told once. */
export function formulaOf(frame: XmlElement, document: OdfDocument): string | null {
  const known = document.formulas.get(frame);
  if (known !== undefined) return known;
  const root = frame.name === "draw:frame" ? objectOf(frame, document) : null;
  const latex = root && isMath(root.name) ? latexOf(root, document) : null;
  document.formulas.set(frame, latex);
  return latex;
}

function latexOf(math: XmlElement, document: OdfDocument): string {
  const annotations = ["math:annotation", "annotation"].flatMap((name) => descendants(math, name));
  const written = annotations.find((annotation) => /tex/i.test(attribute(annotation, "encoding") ?? ""));
  const latex = written ? textContent(written).replace(/\s+/g, " ").trim() : latexOfElements(math);
  // a formula may keep nothing but the text its editor was given
  const text = latex || annotations.map(textContent).join(" ").replace(/\s+/g, " ").trim();
  document.ledger.source(written || latex === "" ? text : presentationWords(math));
  return text;
}

const presentationWords = (node: XmlElement): string =>
  node.children
    .map((inner) =>
      typeof inner === "string" ? inner : /(?:^|:)annotation/.test(inner.name) ? "" : presentationWords(inner),
    )
    .join(" ");
