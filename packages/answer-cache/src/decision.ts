import { type Difference, differenceOf } from "./question/compare.ts";
import { languageConflict } from "./question/language.ts";
import { type Meaning, readQuestion } from "./question/read-question.ts";
import type { QuestionLanguage } from "./question/token.ts";

export const comparedLanguages: readonly QuestionLanguage[] = ["fr", "en"];
export const isComparedLanguage = (language: string): language is QuestionLanguage =>
  comparedLanguages.some((one) => one === language);

export type MissReason = Difference | "language" | "similarity" | "too_long" | "verifier_refused" | "verifier_failed";
export interface Decision {
  readonly hit: boolean;
  /** Cosine of the two questions, as given. */
  readonly similarity: number;
  /** Why: `same_meaning` or `verified` for a hit, else the gravest difference. */
  readonly reason: "same_meaning" | "verified" | MissReason;
}

/**
 * A second opinion that reads both questions: a cross-encoder, an NLI model in both directions, or a model asked. It is
 * heard only about words the tables do not know to be the same; numbers, names, negation, quantifiers, modality, tense,
 * direction, order and the kind of question stay with the rules, whatever it says.
 */
export interface Verifier {
  readonly id: string;
  /** Below this cosine it is not asked. Calibrated for its embedder, never carried over. */
  readonly threshold: number;
  sameMeaning(a: string, b: string, language: QuestionLanguage, signal: AbortSignal): Promise<boolean>;
}

/** Longer ones are not compared: they are texts with a question inside. */
export const maxQuestionChars = 600;
/**
 * Cosine below which the static embedder's candidates are not read. Low on purpose: near misses score .81 to .94 and true
 * paraphrases .37 to .87, so that no threshold tells them apart and the rules decide.
 */
export const staticThreshold = 0.2;

export interface ReadQuestion {
  readonly text: string;
  readonly language: QuestionLanguage;
  /** Null: too long, or in another language than the one stated. */
  readonly meaning: Meaning | null;
  readonly reason: MissReason | null;
}

/** Reads a question once, to be compared with many. */
export function readForCache(text: string, language: string): ReadQuestion {
  const known = isComparedLanguage(language) ? language : "en";
  const miss = (reason: MissReason): ReadQuestion => ({ text, language: known, meaning: null, reason });
  if (!isComparedLanguage(language) || languageConflict(text, language)) return miss("language");
  if (text.length > maxQuestionChars) return miss("too_long");
  return { text, language, meaning: readQuestion(text, language), reason: null };
}

/**
 * Do two questions ask the same, so that the answer to one answers the other? Equal scope and evidence are assumed. Every
 * word that means something has to be said on both sides, in the same order and form; likeness of vectors bridges nothing.
 */
export function decide(a: ReadQuestion, b: ReadQuestion, similarity: number, threshold: number): Decision {
  const miss = (reason: MissReason): Decision => ({ hit: false, similarity, reason });
  if (!a.meaning || !b.meaning) return miss(a.reason ?? b.reason ?? "language");
  if (a.language !== b.language) return miss("language");
  const difference = differenceOf(a.meaning, b.meaning, a.language);
  if (difference !== null) return miss(difference);
  if (similarity < threshold) return miss("similarity");
  return { hit: true, similarity, reason: "same_meaning" };
}

/** What a verifier may overrule: words alone. */
const relaxable: ReadonlySet<string> = new Set<Difference>(["content", "word_form"]);

/** `decide`, then the verifier where only words differ. Its failure is a miss. */
export async function decideVerified(
  questions: {
    readonly a: ReadQuestion;
    readonly b: ReadQuestion;
    readonly similarity: number;
    readonly threshold: number;
  },
  verifier: Verifier | null,
  signal: AbortSignal,
): Promise<Decision> {
  const { a, b, similarity, threshold } = questions;
  const decision = decide(a, b, similarity, threshold);
  if (decision.hit || verifier === null || !relaxable.has(decision.reason) || similarity < verifier.threshold)
    return decision;
  try {
    const isSame = await verifier.sameMeaning(a.text, b.text, a.language, signal);
    return { hit: isSame, similarity, reason: isSame ? "verified" : "verifier_refused" };
  } catch {
    return { hit: false, similarity, reason: "verifier_failed" };
  }
}
