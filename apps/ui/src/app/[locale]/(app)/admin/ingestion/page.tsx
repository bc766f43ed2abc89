import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { IngestionPage } from "../../../../../ingestion/ingestion-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("ingestion");
  return { title: t("title") };
}

export default function Page() {
  return <IngestionPage />;
}
