import { escapeMarkers } from "@aurora/contracts";
import { markerOf } from "../markers.ts";
import { oneLine } from "../units.ts";
import { holdsWords } from "./find-words.ts";
import type { AskedQuestion } from "./question.ts";
import type { Candidate } from "./score.ts";

/** A unit as it is written into an answer, its marker after it. The words are the document's own. */
export function renderUnit(candidate: Candidate, question: AskedQuestion, language: string): string {
  const { unit, text, source } = candidate;
  const words = unit.kind === "row" ? readRow(candidate, question, language) : oneLine(text);
  return `${escapeMarkers(words)} ${markerOf(source + 1)}`;
}

/** "…, in thousands of euros": the end of a caption that tells what its figures count. */
const unitOfCaption = /,\s((?:en|in|em)\s\p{L}[^\n]*)$/mu;

/**
 * A row read aloud: the cells that say what it is about, then those asked for, else all others, each under the name of
 * its column. `locateRow` finds the row again from these words.
 */
function readRow({ unit, language: own }: Candidate, { words }: AskedQuestion, language: string): string {
  const { cells, head, above } = unit;
  const colon = language.startsWith("fr") ? " : " : ": ";
  const isFilled = (column: number) => (cells[column] ?? "") !== "";
  const found = cells.map((cell) => holdsWords(cell, words, own).some(Boolean));
  const asked = askedColumns(unit.head, words, own).filter(
    (column) => column > 0 && !found[column] && isFilled(column),
  );
  const lastLabel = found.slice(0, asked[0] ?? 2).lastIndexOf(true);
  const labels = [...cells.keys()].slice(0, Math.max(0, lastLabel) + 1).filter(isFilled);
  const others = [...cells.keys()].filter((column) => !labels.includes(column) && isFilled(column));
  const values = asked.length > 0 ? asked : others.length > 0 ? others : labels.splice(1);
  const named = values.map((column) => {
    const cell = cells[column] ?? "";
    const spans = column + 1 < head.length && !isFilled(column + 1); // it stands under several names
    const name = spans ? "" : (head[column] ?? "");
    return name === "" || name === cell ? cell : `${name}${colon}${cell}`;
  });
  const label = labels.map((column) => cells[column]).join(", ");
  if (named.length === 0) return oneLine(label);
  const isBare = head.every((name) => name === "") && named.length === 1;
  const unitName = named.length <= 2 && named.every((value) => /\d\s*$/u.test(value)) && unitOfCaption.exec(above)?.[1];
  const tail = unitName ? ` (${unitName})` : "";
  return oneLine(label === "" ? named.join("; ") : `${label}${isBare ? colon : " — "}${named.join("; ")}${tail}`);
}

/** The columns whose name holds most of the question's words, unless all do. */
function askedColumns(
  head: readonly string[],
  words: AskedQuestion["words"],
  language: Candidate["language"],
): number[] {
  const counts = head.map((name) => holdsWords(name, words, language).filter(Boolean).length);
  const most = Math.max(0, ...counts.slice(1));
  return most === 0 ? [] : [...counts.keys()].filter((column) => counts[column] === most);
}
