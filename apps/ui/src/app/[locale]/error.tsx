"use client";
import { useTranslations } from "next-intl";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/feedback.tsx";
import { HorizonArt } from "../../components/horizon-art.tsx";
import { AlonePage } from "../../components/page-header.tsx";

export default function ErrorPage({ reset }: { error: Error; reset: () => void }) {
  const t = useTranslations("common");
  return (
    <AlonePage>
      <EmptyState
        art={<HorizonArt />}
        heading="h1"
        title={t("crash.title")}
        actions={
          <Button variant="primary" onClick={reset}>
            {t("retry")}
          </Button>
        }
      >
        {t("crash.text")}
      </EmptyState>
    </AlonePage>
  );
}
