"use client";
import { useTranslations } from "next-intl";
import { Link, usePathname } from "../i18n/routing.ts";
import styles from "./gateway.module.css";
import { gatewayPages } from "./pages.ts";

/** The pages of the gateway beside each other; on a phone they are pushed sideways. */
export function GatewayNav() {
  const t = useTranslations("gateway");
  const pathname = usePathname();
  return (
    <nav aria-label={t("nav.label")} className={styles.nav}>
      {gatewayPages.map(({ href, key }) => (
        <Link key={key} href={href} aria-current={pathname === href ? "page" : undefined}>
          {t(`nav.${key}`)}
        </Link>
      ))}
    </nav>
  );
}
