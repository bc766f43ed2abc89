import type { InlineRun, InlineStyle } from "../inline-runs.ts";

/**
 * Runs of a paragraph as words read them: neighbours of one look joined, blanks without a look of their own, no word cut
 * where its look changes inside it (a raised "er" stays in "1er", the comma after a bold word with the word).
 */
export function joinRuns(runs: readonly InlineRun[]): InlineRun[] {
  const joined: { text: string; style: InlineStyle }[] = [];
  for (const run of runs) {
    let text = run.text;
    let last = joined.at(-1);
    if (last && !isFormula(last.style) && !isFormula(run.style)) {
      const glued = isAlike(last.style, run.style) ? text : gluedTo(last.text, text);
      last.text += glued;
      text = text.slice(glued.length);
    }
    if (text === "") continue;
    last = joined.at(-1);
    if (last && last.text.trim() === "" && !isFormula(last.style) && !isFormula(run.style)) {
      last.text += text;
      last.style = run.style;
    } else joined.push({ text, style: run.style });
  }
  const merged: { text: string; style: InlineStyle }[] = [];
  for (const run of joined) {
    const last = merged.at(-1);
    if (last && isAlike(last.style, run.style) && !isFormula(run.style)) last.text += run.text;
    else merged.push(run);
  }
  const [first, end] = [merged[0], merged.at(-1)];
  if (first) first.text = first.text.replace(/^\s+/, "");
  if (end) end.text = end.text.replace(/\s+$/, "");
  return merged.map((run) => ({ ...run, text: tidy(run.text) })).filter((run) => run.text.trim() !== "");
}

/** Paragraph text without looks; formulas stand between dollar signs. */
export const textOfRuns = (runs: readonly InlineRun[]): string =>
  runs
    .map((run) => (isFormula(run.style) ? ` $${run.text}$ ` : run.text))
    .join("")
    .replace(/ {2,}\$/g, " $")
    .replace(/\$ {2,}/g, "$ ")
    .replace(/^\s+|\s+$/g, "");

/** How much of `text` belongs to the word or mark that `before` ends with; blanks alone have no look and belong to it too. */
function gluedTo(before: string, text: string): string {
  if (text.trim() === "") return text;
  if (before === "" || /\s$/.test(before)) return "";
  const rest = /[\p{L}\p{N}\p{M}'’-]$/u.test(before) ? /^[\p{L}\p{N}\p{M}'’-]+/u.exec(text)?.[0] : "";
  return rest || (/^[.,;:!?…)\]»”]+/u.exec(text)?.[0] ?? "");
}

const isFormula = (style: InlineStyle): boolean => style.kind === "formula";
const isAlike = (a: InlineStyle, b: InlineStyle): boolean =>
  a.bold === b.bold &&
  a.italic === b.italic &&
  a.underline === b.underline &&
  a.strikethrough === b.strikethrough &&
  a.script === b.script &&
  a.hyperlink === b.hyperlink &&
  a.kind === b.kind;
const tidy = (text: string): string => text.replace(/[\u00ad\u200b]/g, "").replace(/[ \t]*\n[ \t]*/g, "\n");
