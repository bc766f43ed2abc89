import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { SignInPage } from "../../../../session/sign-in-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth");
  return { title: t("signIn.title") };
}

export default function Page() {
  return <SignInPage />;
}
