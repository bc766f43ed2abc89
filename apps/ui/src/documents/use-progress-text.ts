"use client";
import type { StepProgress } from "@aurora/contracts";
import { useTranslations } from "next-intl";

/** "12 of 40 pages · about 2 min left", as far as it is known; "" when nothing is. */
export function useProgressText(): (step: StepProgress | null, etaSeconds: number | null) => string {
  const t = useTranslations("documents");
  return (step, etaSeconds) => {
    const count =
      step?.unit && step.done !== null && step.total !== null
        ? t(`counted.${step.unit}`, { done: step.done, total: step.total })
        : "";
    const left =
      etaSeconds === null
        ? ""
        : etaSeconds < 60
          ? t("eta.seconds", { count: Math.max(1, etaSeconds) })
          : t("eta.minutes", { count: Math.round(etaSeconds / 60) });
    return [count, left].filter(Boolean).join(" · ");
  };
}
