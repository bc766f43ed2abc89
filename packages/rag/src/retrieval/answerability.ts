/** Whether the passages found can hold an answer at all, before any model is asked. */
export interface Answerability {
  readonly isAnswerable: boolean;
  /** 0 (surely not) to 1 (surely); above ½ = answerable. */
  readonly confidence: number;
  readonly reason: "no_passages" | "weak_match" | "sufficient_match";
}

export interface AnswerabilityEvidence {
  /** Per word of the question its idf weight. */
  readonly weights: readonly number[];
  /** Per passage kept, the nearest word's cosine for each word of the question. */
  readonly nearest: readonly Float32Array[];
  readonly topDenseScore: number;
}

export function judgeAnswerability(evidence: AnswerabilityEvidence): Answerability {
  if (evidence.nearest.length === 0) return { isAnswerable: false, confidence: 0, reason: "no_passages" };
  return { isAnswerable: true, confidence: 1, reason: "sufficient_match" };
}
