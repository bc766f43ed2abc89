import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { UsagePage } from "../../../../../gateway/usage/usage-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("usage");
  return { title: t("title") };
}

export default function Page() {
  return <UsagePage />;
}
