import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { RoutesPage } from "../../../../../gateway/routes/routes-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("modelRoutes");
  return { title: t("title") };
}

export default function Page() {
  return <RoutesPage />;
}
