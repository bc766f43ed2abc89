"use client";
import { useTranslations } from "next-intl";

/** Reasons with a sentence of their own; another is shown as it is called. */
const known = [
  "similarity",
  "number",
  "negation",
  "quantifier",
  "modality",
  "tense",
  "comparison",
  "direction",
  "entity",
  "person",
  "possessor",
  "frequency",
  "content",
  "word_form",
  "preposition",
  "order",
  "question_kind",
  "nothing_asked",
  "too_long",
  "verifier_refused",
  "verifier_failed",
  "evidence",
  "own_threshold",
  "unreadable",
  "language",
] as const;

export function useReasonText() {
  const t = useTranslations("cache");
  return (reason: string): string => {
    const one = known.find((name) => name === reason);
    return one ? t(`reason.${one}`) : reason.replaceAll("_", " ");
  };
}
