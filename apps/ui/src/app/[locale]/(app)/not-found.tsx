import { useTranslations } from "next-intl";
import { ButtonLink } from "../../../components/button.tsx";
import { EmptyState } from "../../../components/feedback.tsx";
import { HorizonArt } from "../../../components/horizon-art.tsx";

export default function NotFoundInside() {
  const t = useTranslations("common");
  return (
    <EmptyState
      art={<HorizonArt />}
      heading="h1"
      title={t("notFound.title")}
      actions={<ButtonLink href="/documents">{t("nav.documents")}</ButtonLink>}
    >
      {t("notFound.text")}
    </EmptyState>
  );
}
