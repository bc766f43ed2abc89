import { resolveLocale } from "@aurora/i18n";
import { redirect } from "../../i18n/routing.ts";

export default async function HomePage({ params }: { params: Promise<{ locale: string }> }) {
  redirect({ href: "/assistant", locale: resolveLocale((await params).locale) });
}
