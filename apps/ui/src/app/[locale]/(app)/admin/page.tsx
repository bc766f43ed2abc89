import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { AdminHome } from "../../../../admin/admin-home.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("admin");
  return { title: t("title") };
}

export default function Page() {
  return <AdminHome />;
}
