"use client";
import { useTranslations } from "next-intl";

/** Reasons with a sentence of their own; another is shown as it is called. */
const known = [
  "below_threshold",
  "numbers",
  "dates",
  "units",
  "entities",
  "negation",
  "comparison",
  "tense",
  "scope",
  "language",
  "antonyms",
  "roles",
  "quantifier",
  "question_type",
] as const;

export function useReasonText() {
  const t = useTranslations("cache");
  return (reason: string): string => {
    const one = known.find((name) => name === reason);
    return one ? t(`reason.${one}`) : reason.replaceAll("_", " ");
  };
}
