import { useTranslations } from "next-intl";
import { ButtonLink } from "../../components/button.tsx";
import { EmptyState } from "../../components/feedback.tsx";
import { HorizonArt } from "../../components/horizon-art.tsx";
import { AlonePage } from "../../components/page-header.tsx";

export default function NotFound() {
  const t = useTranslations("common");
  return (
    <AlonePage>
      <EmptyState
        art={<HorizonArt />}
        heading="h1"
        title={t("notFound.title")}
        actions={
          <ButtonLink href="/assistant" variant="primary">
            {t("notFound.action")}
          </ButtonLink>
        }
      >
        {t("notFound.text")}
      </EmptyState>
    </AlonePage>
  );
}
