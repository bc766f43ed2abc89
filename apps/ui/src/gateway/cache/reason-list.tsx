"use client";
import { formatNumber } from "@aurora/i18n";
import { useLocale } from "next-intl";
import own from "./cache.module.css";
import { useReasonText } from "./reasons.ts";

/** Why near questions were not given a kept answer, each with a bar of its share. */
export function ReasonList({ rejections }: { rejections: readonly { reason: string; count: number }[] }) {
  const locale = useLocale();
  const reasonText = useReasonText();
  const most = Math.max(1, ...rejections.map(({ count }) => count));
  return (
    <ul className={own.reasons}>
      {rejections.map(({ reason, count }) => (
        <li key={reason}>
          <span>{reasonText(reason)}</span>
          <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden>
            <rect width={(count / most) * 100} height="6" rx="1" />
          </svg>
          <span>{formatNumber(locale, count)}</span>
        </li>
      ))}
    </ul>
  );
}
