/** Whether the passages found can hold an answer at all, told before any model is asked. */
export interface Answerability {
  readonly isAnswerable: boolean;
  /** 0 (surely not) to 1 (surely); from ½ on a question is answerable. */
  readonly confidence: number;
  readonly reason: "no_passages" | "weak_match" | "sufficient_match";
}

/** How well one passage covers the question. */
export interface PassageMatch {
  /** `bm25Share`: 0 to 1.2. */
  readonly bm25Share: number;
  /** `softMaxSim`: 0 to 1. */
  readonly maxSim: number;
  /** False when both languages are known and differ: then few words can be shared, and translations must do. */
  readonly isSameLanguage: boolean;
}

/**
 * Log-odds of "can be answered" by logistic regression on the bench's sets: each question on its own corpus against
 * the same question on corpora of other subjects. Dense scores stay out, so that one rule serves every embedder; with
 * them it was no better. The constants keep 97 % of answerable questions rather than split errors evenly: a wrong
 * refusal hides a document, a weak passage can still be refused by the answering step.
 */
const sameLanguageLogit = ({ bm25Share, maxSim }: PassageMatch): number => 11 * (bm25Share + maxSim - 0.57);
const otherLanguageLogit = ({ bm25Share, maxSim }: PassageMatch, wordCount: number): number =>
  6 * bm25Share + 24 * maxSim + 5.2 * Math.log(wordCount) - 17.4;

/**
 * A question is as answerable as its best passage makes it.
 * @param wordCount Meaning-bearing words of the question.
 */
export function judgeAnswerability(matches: readonly PassageMatch[], wordCount: number): Answerability {
  if (matches.length === 0 || wordCount === 0) return { isAnswerable: false, confidence: 0, reason: "no_passages" };
  const logits = matches.map((match) =>
    match.isSameLanguage ? sameLanguageLogit(match) : otherLanguageLogit(match, wordCount),
  );
  const confidence = 1 / (1 + Math.exp(-Math.max(...logits)));
  const isAnswerable = confidence >= 0.5;
  return { isAnswerable, confidence, reason: isAnswerable ? "sufficient_match" : "weak_match" };
}
