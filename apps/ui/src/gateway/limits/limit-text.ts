"use client";
import type { KeyLimit } from "@aurora/contracts";
import { useLocale, useTranslations } from "next-intl";
import { formatCount, formatUsd } from "../money.ts";

/** An amount in the unit it counts. */
export function useAmountText() {
  const locale = useLocale();
  return (metric: KeyLimit["metric"], amount: number): string =>
    metric === "cost_micro_usd" ? formatUsd(locale, amount / 1_000_000) : formatCount(locale, amount);
}

/** `500 appels par jour`. */
export function useLimitText() {
  const t = useTranslations("limits");
  const amountText = useAmountText();
  return ({ metric, window, amount }: KeyLimit): string =>
    t(`sentence.${metric}`, { amount: amountText(metric, amount), window: t(`per.${window}`) });
}
