"use client";
import { useTranslations } from "next-intl";
import { ApiFailure } from "../../api/client.ts";
import { FailureMessage } from "../../components/failure-message.tsx";
import { Message } from "../../components/feedback.tsx";

/** Why a question could not be compared with kept ones; where logs hold no questions that is a choice, not a failure. */
export function ComparisonFailure({ error }: { error: unknown }) {
  const t = useTranslations("cache");
  return ApiFailure.is(error) && error.status === 403 ? (
    <Message>{t("entries.searchOff")}</Message>
  ) : (
    <FailureMessage error={error} />
  );
}
