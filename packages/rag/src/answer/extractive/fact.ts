import { foldText } from "@aurora/kernel";
import { oneLine } from "../units.ts";
import { backReferences } from "../words/question-cues.ts";
import type { AskedQuestion } from "./question.ts";
import { renderUnit } from "./render.ts";
import type { Candidate } from "./score.ts";

const maxListItems = 12;
/** How close to the best a second unit must come, as shares of the best's score and coverage. */
const closeScore = 0.95;
const closeCoverage = 1;
const labelWords = 5;

/**
 * The unit that answers, best first: with the sentence before it when it only points back; with the list it opens, or
 * belongs to when a list is asked for; and with one other that says as much and something new of the question.
 */
export function answerFact(question: AskedQuestion, ranked: readonly Candidate[], language: string): string[] {
  const [best] = ranked;
  if (best === undefined) return [];
  const chosen = new Set<Candidate>([best, ...glued(question, best, ranked)]);
  if (chosen.size === 1) {
    const second = ranked.find((next) => next !== best && isWorthAdding(next, best));
    if (second) chosen.add(second);
  }
  return render(question, [...chosen], language);
}

function isWorthAdding(next: Candidate, best: Candidate): boolean {
  if (next.score < closeScore * best.score || next.coverage < closeCoverage * best.coverage) return false;
  if (next.unit.kind !== "sentence" || best.unit.kind !== "sentence" || /[?:]["»”’)\s]*$/u.test(next.text))
    return false;
  const isNew = [...next.terms].some((term) => !best.terms.has(term));
  return isNew && foldText(oneLine(next.text)) !== foldText(oneLine(best.text));
}

function glued(question: AskedQuestion, best: Candidate, ranked: readonly Candidate[]): Candidate[] {
  const { kinds, forms } = question;
  const source = ranked.filter((candidate) => candidate.source === best.source).sort((a, b) => a.position - b.position);
  const before = source[best.position - 1];
  const after = source.slice(best.position + 1);
  const found: Candidate[] = [];
  const firstWord = foldText(best.text).match(/[\p{L}'’-]+/u)?.[0] ?? "";
  const isPointer = best.unit.kind === "sentence" && backReferences.has(firstWord.replace(/['’].*$/, ""));
  if (isPointer && before?.unit.block === best.unit.block && before.unit.kind === "sentence") found.push(before);
  const isList = kinds.has("list");
  if (/:\s*$/.test(best.text)) {
    const isEnough = (kinds.has("number") || kinds.has("date") || forms.length > 0) && /\d/.test(best.text);
    if (!isList && isEnough) return found;
    const items = after.findIndex(({ unit }) => unit.kind !== "item");
    found.push(...after.slice(0, items < 0 ? maxListItems : Math.min(Math.max(items, 1), maxListItems)));
  } else if (best.unit.kind === "item" && isList) {
    const list = source.filter(({ unit }) => unit.kind === "item" && unit.block === best.unit.block);
    const opening = source[(list[0]?.position ?? 0) - 1];
    if (opening && /:\s*$/.test(opening.text)) found.push(opening);
    found.push(...list.slice(0, maxListItems));
  } else if (best.unit.kind === "row" && isList && [...best.terms].every((term) => best.contextTerms.has(term)))
    found.push(
      ...source.filter(({ unit }) => unit.kind === "row" && unit.block === best.unit.block).slice(0, maxListItems),
    );
  else if (isBareLabel(best) && after[0]?.unit.block === best.unit.block) found.push(after[0]);
  return found;
}

/** "Return number", with what it means in the line below. */
const isBareLabel = ({ unit, text }: Candidate): boolean =>
  unit.kind === "item" && !/[\d.!?;:,]/.test(text) && text.trim().split(/\s+/).length <= labelWords;

function render(question: AskedQuestion, chosen: readonly Candidate[], language: string): string[] {
  const sources = [...new Set(chosen.map(({ source }) => source))];
  const ordered = [...chosen].sort(
    (a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || a.position - b.position,
  );
  const isListed = ({ unit }: Candidate) => ordered.length > 1 && unit.kind !== "sentence";
  return ordered.map((candidate, index) => {
    const previous = ordered[index - 1];
    const text = renderUnit(candidate, question, language);
    const own = isListed(candidate) ? `- ${text}` : text;
    if (previous === undefined) return own;
    if (previous.source !== candidate.source) return `\n\n${own}`;
    if (isListed(candidate)) return isListed(previous) ? `\n${own}` : `\n\n${own}`;
    return isListed(previous) ? `\n\n${own}` : ` ${own}`;
  });
}
