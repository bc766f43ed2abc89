"use client";
import { localeNames, locales } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { Brand } from "../components/brand.tsx";
import { Link } from "../i18n/routing.ts";
import { AuroraSky } from "./aurora-sky.tsx";
import styles from "./sign-in.module.css";
import { SignInForm } from "./sign-in-form.tsx";

export function SignInPage() {
  const t = useTranslations("auth");
  const current = useLocale();
  return (
    <div className={styles.page}>
      <section className={styles.sky}>
        <AuroraSky />
        <div className={styles.brand}>
          <Brand />
        </div>
        <div className={styles.promise}>
          <p className={styles.headline}>{t("promise.title")}</p>
          <p>{t("promise.text")}</p>
        </div>
      </section>
      <main className={styles.side}>
        <div className={styles.form}>
          <h1>{t("signIn.title")}</h1>
          <p className={styles.lead}>{t("signIn.lead")}</p>
          <SignInForm />
        </div>
        <nav aria-label={t("language")} className={styles.languages}>
          {locales.map((locale) => (
            <Link
              key={locale}
              href="/sign-in"
              locale={locale}
              lang={locale}
              aria-current={locale === current ? "true" : undefined}
            >
              {localeNames[locale]}
            </Link>
          ))}
        </nav>
      </main>
    </div>
  );
}
