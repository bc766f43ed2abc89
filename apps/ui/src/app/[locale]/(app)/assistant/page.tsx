import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AssistantPage } from "../../../../assistant/assistant-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("common");
  return { title: t("nav.assistant") };
}

export default function Page() {
  return <AssistantPage />;
}
