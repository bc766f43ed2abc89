import { foldText } from "@aurora/kernel";

export type QuestionLanguage = "fr" | "en";

/** One word as it stands in the question, or a marker (`@howto`) that a rule put there. */
export interface Token {
  /** Lower case, marks kept: `valide` and `validé` are not the same. */
  readonly text: string;
  /** What rules are written in: no marks, but on the words that only a mark tells apart (à, où, là, dès). */
  readonly fold: string;
  /** Written with a capital inside the sentence: a name, most likely. */
  readonly isName: boolean;
  /** English: "which customers paid", not "which customers are paid". */
  readonly isActivePast?: boolean;
}

export const tokenOf = (text: string, isName = false): Token => ({ text, fold: foldWord(text), isName });

const keptMarks = new Set(["à", "où", "là", "dès", "dû"]);
const foldWord = (text: string): string => (keptMarks.has(text) ? text : foldText(text));
