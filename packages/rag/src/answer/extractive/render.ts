import { escapeMarkers } from "@aurora/contracts";
import { markerOf } from "../markers.ts";
import { oneLine, type Unit } from "../units.ts";

/** A unit as it is written into an answer, its marker after it. The words are the document's own. */
export function renderUnit(text: string, unit: Unit, source: number, language: string): string {
  const words = unit.kind === "row" ? readRow(unit, language) : oneLine(text);
  return `${escapeMarkers(words)} ${markerOf(source + 1)}`;
}

/** A row read aloud: its first cell, then each other cell under the name of its column; verbatim cells. */
function readRow({ cells, head }: Unit, language: string): string {
  const colon = language.startsWith("fr") ? " : " : ": ";
  const [label = "", ...others] = cells;
  const named = others.flatMap((cell, index) => {
    const name = head[index + 1] ?? "";
    if (cell === "" || (index > 0 && cell === others[index - 1])) return [];
    return [name === "" || name === cell ? cell : `${name}${colon}${cell}`];
  });
  if (named.length === 0) return oneLine(label);
  return oneLine(label === "" ? named.join("; ") : `${label} — ${named.join("; ")}`);
}
