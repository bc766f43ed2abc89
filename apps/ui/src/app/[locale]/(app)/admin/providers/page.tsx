import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { ProvidersPage } from "../../../../../admin/providers-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("providers");
  return { title: t("title") };
}

export default function Page() {
  return <ProvidersPage />;
}
