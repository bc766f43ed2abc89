"use client";
import { useTranslations } from "next-intl";
import { ApiFailure } from "../api/client.ts";
import { Button } from "./button.tsx";
import { Message } from "./feedback.tsx";

/** The sentence for a failed call: the API's own in the reader's language, else ours for what never reached it. */
export function useFailureSentence(): (error: unknown) => string {
  const t = useTranslations("common");
  return (error) => {
    if (!ApiFailure.is(error)) return t("failure.unexpected");
    if (error.code === "network") return t("failure.network");
    if (error.status === 503) return t("failure.unavailable");
    return error.detail ?? t("failure.unexpected");
  };
}

export function FailureMessage({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useTranslations("common");
  const sentence = useFailureSentence();
  return (
    <Message tone="danger">
      {sentence(error)}{" "}
      {onRetry && (
        <Button size="small" variant="quiet" onClick={onRetry}>
          {t("retry")}
        </Button>
      )}
    </Message>
  );
}
