"use client";
import type { UsageLimit } from "@aurora/contracts";
import { formatDateTime, formatPercent } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import styles from "../gateway.module.css";
import { useAmountText } from "./limit-text.ts";
import own from "./limits.module.css";

/** How much of a limit the window now open has used, and what calls under way hold. */
export function UsageMeter({ limit, label }: { limit: UsageLimit; label: string }) {
  const t = useTranslations("limits");
  const locale = useLocale();
  const amountText = useAmountText();
  const { used, reserved, resets_at, subject_id } = limit.usage;
  const ratio = limit.amount === 0 ? 1 : used / limit.amount;
  const held = limit.amount === 0 ? 0 : reserved / limit.amount;
  const tone = ratio >= 1 ? "bad" : ratio >= 0.8 ? "caution" : undefined;
  const width = (share: number) => Math.min(100, Math.max(0, share * 100));
  return (
    <div className={own.meter}>
      <p>
        <span>
          {t("used", {
            used: amountText(limit.metric, used),
            amount: amountText(limit.metric, limit.amount),
          })}
        </span>
        <span>{formatPercent(locale, ratio)}</span>
      </p>
      <svg
        className={own.bar}
        data-tone={tone}
        role="img"
        aria-label={`${label} (${formatPercent(locale, ratio)})`}
        viewBox="0 0 100 8"
        preserveAspectRatio="none"
      >
        <rect className={own.track} width="100" height="8" />
        <rect className={own.reserved} width={width(ratio + held)} height="8" />
        <rect className={own.used} width={width(ratio)} height="8" />
      </svg>
      <p className={styles.quiet}>
        <span>{t("resets", { date: formatDateTime(locale, new Date(resets_at)) })}</span>
        {reserved > 0 && <span>{t("reserved", { amount: amountText(limit.metric, reserved) })}</span>}
        {limit.subject_id === null && limit.subject_kind !== "tenant" && subject_id !== null && (
          <span>{t("nearest", { name: subject_id })}</span>
        )}
      </p>
    </div>
  );
}
