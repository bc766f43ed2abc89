import { isLocale } from "@aurora/i18n";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import { notFound } from "next/navigation";
import { NextIntlClientProvider } from "next-intl";
import { getTranslations } from "next-intl/server";
import type { ReactNode } from "react";
import { ApiProvider } from "../../api/api-provider.tsx";
import { readEnvironment } from "../../environment.ts";
import { sans, serif } from "../../fonts.ts";
import { readTheme, themeCookie } from "../../shell/theme.ts";
import "../../styles/tokens.css";
import "../../styles/base.css";

type Props = { children: ReactNode; params: Promise<{ locale: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { locale } = await params;
  if (!isLocale(locale)) return {};
  const t = await getTranslations({ locale, namespace: "common" });
  return {
    title: { template: "%s · Aurora Nexus", default: "Aurora Nexus" },
    description: t("tagline"),
    robots: { index: false, follow: false },
  };
}

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f2f5f3" },
    { media: "(prefers-color-scheme: dark)", color: "#0a1112" },
  ],
};

export default async function LocaleLayout({ children, params }: Props) {
  const { locale } = await params;
  if (!isLocale(locale)) notFound();
  // The cookie is read here so that the first byte already has the reader's theme: no flash, no inline script.
  const theme = readTheme((await cookies()).get(themeCookie)?.value);
  return (
    <html
      lang={locale}
      data-theme={theme === "system" ? undefined : theme}
      className={`${sans.variable} ${serif.variable}`}
    >
      <body>
        <NextIntlClientProvider>
          <ApiProvider baseUrl={readEnvironment().publicApiUrl ?? ""}>{children}</ApiProvider>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
