"use client";
import type { ProviderTestResult } from "@aurora/contracts";
import { formatDuration } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import type { z } from "zod";
import { Message } from "../components/feedback.tsx";

/** What became of a try, and what to look at when it failed. */
export function TestMessage({ result }: { result: z.infer<typeof ProviderTestResult> }) {
  const t = useTranslations("providers");
  const locale = useLocale();
  if (result.ok) return <Message tone="good">{t("test.ok", { duration: formatDuration(locale, result.ms) })}</Message>;
  const { status } = result;
  const reason =
    status === 401 || status === 403
      ? t("test.badKey")
      : status === 404
        ? t("test.badModel")
        : status === 429
          ? t("test.tooMany")
          : status === null
            ? t("test.noAnswer")
            : t("test.other");
  return (
    <Message tone="danger">
      {t("test.failed", { status: status ?? result.code ?? "–" })} {reason}
    </Message>
  );
}
