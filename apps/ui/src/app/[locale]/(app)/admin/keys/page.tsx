import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { KeysPage } from "../../../../../gateway/keys/keys-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("virtualKeys");
  return { title: t("title") };
}

export default function Page() {
  return <KeysPage />;
}
