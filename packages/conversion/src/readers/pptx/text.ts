import type { Provenance } from "../../docling-document.ts";
import type { DocumentBuilder, TextFields } from "../../document-builder.ts";
import { shownCount } from "../ooxml/counters.ts";
import { levelOf, paragraphText } from "../ooxml/drawing-text.ts";
import { shownElements } from "../ooxml/package.ts";
import { child, type XmlElement } from "../xml.ts";
import { type Bullet, bulletOf } from "./masters.ts";

export interface TextPlace {
  readonly parent: string;
  readonly layer: NonNullable<TextFields["layer"]>;
  prov(text: string): Provenance[];
}

interface OpenLevel {
  readonly group: string;
  count: number;
}

/** Paragraphs of a text body, those with a bullet as a list nested by level. */
export function writeParagraphs(
  builder: DocumentBuilder,
  body: XmlElement,
  inherited: (level: number) => Bullet | null,
  place: TextPlace,
): void {
  let open: (OpenLevel | undefined)[] = [];
  for (const paragraph of shownElements(body).filter((node) => node.name === "a:p")) {
    const text = paragraphText(paragraph).trim();
    if (text === "") continue;
    const level = levelOf(paragraph);
    const own = bulletOf(child(paragraph, "a:pPr"));
    const bullet = own === undefined ? inherited(level) : own;
    const at = { layer: place.layer, prov: place.prov(text) };
    if (!bullet) {
      open = [];
      builder.addText("paragraph", text, { ...at, parent: place.parent });
      continue;
    }
    open.length = Math.min(open.length, level + 1);
    const above = open.slice(0, level).findLast((entry) => entry !== undefined);
    const current = open[level] ?? {
      group: builder.addGroup("list", { parent: above?.group ?? place.parent, layer: place.layer, name: "list" }),
      count: bullet.kind === "number" ? bullet.start - 1 : 0,
    };
    open[level] = current;
    current.count++;
    builder.addText("list_item", text, {
      ...at,
      parent: current.group,
      enumerated: bullet.kind === "number",
      marker: bullet.kind === "number" ? numberMark(current.count, bullet.type) : "",
    });
  }
}

const formats: readonly (readonly [start: string, format: string])[] = [
  ["alphaLc", "lowerLetter"],
  ["alphaUc", "upperLetter"],
  ["romanLc", "lowerRoman"],
  ["romanUc", "upperRoman"],
];

/** Automatic numbers by DrawingML's names (ECMA-376 part 1, 20.1.10.61). */
function numberMark(count: number, type: string): string {
  const shown = shownCount(count, formats.find(([start]) => type.startsWith(start))?.[1] ?? "decimal");
  if (type.endsWith("ParenBoth")) return `(${shown})`;
  if (type.endsWith("ParenR")) return `${shown})`;
  return type.endsWith("Plain") ? shown : `${shown}.`;
}
