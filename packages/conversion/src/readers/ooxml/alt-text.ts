import type { SourceLedger } from "../../ledger/ledger.ts";
import { attribute, type XmlElement } from "../xml.ts";

/** What programs write when no one described the picture: its kind, a file's name, a machine's guess at what it shows. */
const machineMade =
  /^(?:(?:picture|image|graphic|graphique|bild|grafik|chart|object|shape)\s*\d*|\S+\.(?:png|jpe?g|gif|emf|wmf|bmp|tiff?|svg|webp)|chart type:[\s\S]*)$|(?:automatically generated|AI-generated content may be incorrect|générée automatiquement|généré par l[’']IA peut être incorrect)\.?$/i;

/**
 * Alternative text of a drawing's properties (`wp:docPr`, `p:cNvPr`, `v:shape`); undefined where there is none that a person
 * wrote. The ledger is told its words.
 */
export function altTextOf(properties: XmlElement | undefined, ledger: SourceLedger, page = 0): string | undefined {
  const written =
    (attribute(properties, "descr") || attribute(properties, "alt") || attribute(properties, "title")) ?? "";
  const text = written.trim();
  if (text === "") return undefined;
  ledger.source(text, page);
  if (!machineMade.test(text)) return text;
  ledger.drop(text, "boilerplate", page);
  return undefined;
}
