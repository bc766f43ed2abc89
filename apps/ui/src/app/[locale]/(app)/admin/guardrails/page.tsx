import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { GuardrailsPage } from "../../../../../gateway/guardrails/guardrails-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("guardrails");
  return { title: t("title") };
}

export default function Page() {
  return <GuardrailsPage />;
}
