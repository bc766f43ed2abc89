import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { redirect } from "../../../../i18n/routing.ts";
import { readSession } from "../../../../session/server-session.ts";
import { SignInPage } from "../../../../session/sign-in-page.tsx";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("auth");
  return { title: t("signIn.title") };
}

export default async function Page() {
  // The form is there even when the API is not: it then says so on submission.
  const session = await readSession();
  if (session !== null && session !== "unknown") redirect({ href: "/assistant", locale: await getLocale() });
  return <SignInPage />;
}
