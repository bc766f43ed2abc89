import { foldText } from "@aurora/kernel";
import { oneLine } from "../units.ts";
import { backReferences } from "../words/question-cues.ts";
import type { AskedQuestion } from "./question.ts";
import { renderUnit } from "./render.ts";
import type { Candidate } from "./score.ts";

const maxSentences = 3;
const maxListItems = 8;
/** How close to the best a further sentence must come, as shares of the best's score and coverage. */
const closeScore = 0.85;
const closeCoverage = 0.8;

/**
 * The sentences that answer, in reading order, best source first: the best one; the sentence before it when it only
 * points back; the list it opens or belongs to; and at most two more that say something new of the question.
 */
export function answerFact(question: AskedQuestion, ranked: readonly Candidate[], language: string): string[] {
  const [best] = ranked;
  if (best === undefined) return [];
  const chosen = new Set<Candidate>([best]);
  for (const neighbour of glued(question, best, ranked)) chosen.add(neighbour);
  const sentences = () => [...chosen].filter(({ unit }) => unit.kind === "sentence").length;
  const said = new Set([...chosen].flatMap(({ terms }) => [...terms]));
  for (const next of ranked) {
    if (sentences() >= maxSentences || next.score < closeScore * best.score) break;
    const isNew = [...next.terms].some((term) => !said.has(term)) && !isRepeated(next, chosen);
    if (chosen.has(next) || !isNew || next.coverage < closeCoverage * best.coverage) continue;
    if (/\?["»”’)\s]*$/u.test(next.text)) continue;
    chosen.add(next);
    for (const term of next.terms) said.add(term);
  }
  return render([...chosen], language);
}

function glued(question: AskedQuestion, best: Candidate, ranked: readonly Candidate[]): Candidate[] {
  const source = ranked.filter((candidate) => candidate.source === best.source).sort((a, b) => a.position - b.position);
  const before = source[best.position - 1];
  const after = source.slice(best.position + 1);
  const found: Candidate[] = [];
  const firstWord = foldText(best.text).match(/[\p{L}'’-]+/u)?.[0] ?? "";
  const isPointer = best.unit.kind === "sentence" && backReferences.has(firstWord.replace(/['’].*$/, ""));
  if (isPointer && before?.unit.block === best.unit.block && before.unit.kind === "sentence") found.push(before);
  if (/:\s*$/.test(best.text)) {
    const items = after.findIndex(({ unit }) => unit.kind !== "item");
    found.push(...after.slice(0, items < 0 ? maxListItems : Math.min(items, maxListItems)));
    if (items === 0 && after[0]) found.push(after[0]);
  } else if (best.unit.kind === "item" && question.kinds.has("list")) {
    const list = source.filter(({ unit }) => unit.kind === "item" && unit.block === best.unit.block);
    const opening = source[(list[0]?.position ?? 0) - 1];
    if (opening && /:\s*$/.test(opening.text)) found.push(opening);
    found.push(...list.slice(0, maxListItems));
  }
  return found;
}

const isRepeated = (next: Candidate, chosen: ReadonlySet<Candidate>): boolean =>
  [...chosen].some((other) => foldText(oneLine(other.text)) === foldText(oneLine(next.text)));

function render(chosen: readonly Candidate[], language: string): string[] {
  const sources = [...new Set(chosen.map(({ source }) => source))];
  const ordered = [...chosen].sort(
    (a, b) => sources.indexOf(a.source) - sources.indexOf(b.source) || a.position - b.position,
  );
  return ordered.map((candidate, index) => {
    const previous = ordered[index - 1];
    const text = renderUnit(candidate.text, candidate.unit, candidate.source, language);
    const isItem = candidate.unit.kind === "item" && ordered.length > 1;
    const own = isItem ? `- ${text}` : text;
    if (previous === undefined) return own;
    if (previous.source !== candidate.source) return `\n\n${own}`;
    if (isItem) return previous.unit.kind === "item" ? `\n${own}` : `\n\n${own}`;
    return previous.unit.kind === "sentence" && candidate.unit.kind === "sentence" ? ` ${own}` : `\n\n${own}`;
  });
}
