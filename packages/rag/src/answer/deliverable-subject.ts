import { foldText } from "@aurora/kernel";
import { isDeliverableRequest, isRequestWord } from "./extractive/deliverable-request.ts";

/**
 * What a summary, synthesis, report, comparison or plan is asked about: the question without the words of the request
 * ("Résume le rapport annuel 2025" → "le annuel 2025"). Those words stand in no passage, and would make retrieval doubt
 * that there is an answer at all. A request of nothing but such words is its own subject.
 * @returns null when the question asks for one fact.
 */
export function deliverableSubject(question: string, language: string): string | null {
  if (!isDeliverableRequest(question, language)) return null;
  const subject = question
    .split(/[\s'’-]+/)
    .filter((word) => !isRequestWord(foldText(word).replace(/[^\p{L}\p{N}]/gu, "")))
    .join(" ");
  return /\p{L}{3,}/u.test(subject) ? subject : question;
}
