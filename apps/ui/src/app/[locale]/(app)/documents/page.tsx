import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DocumentsPage } from "../../../../documents/documents-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("documents");
  return { title: t("title") };
}

export default function Page() {
  return <DocumentsPage />;
}
