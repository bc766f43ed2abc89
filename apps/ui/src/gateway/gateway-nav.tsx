"use client";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Link, usePathname } from "../i18n/routing.ts";
import styles from "./gateway.module.css";
import { gatewayPages } from "./pages.ts";

/** The pages of the gateway beside each other; on a phone they are pushed sideways. */
export function GatewayNav() {
  const t = useTranslations("gateway");
  const pathname = usePathname();
  const ref = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page is another current link
  useEffect(() => {
    const nav = ref.current;
    const current = nav?.querySelector<HTMLElement>("[aria-current]");
    // not scrollIntoView, which would also move the page
    if (nav && current) nav.scrollLeft = current.offsetLeft - (nav.clientWidth - current.offsetWidth) / 2;
  }, [pathname]);
  return (
    <nav ref={ref} aria-label={t("nav.label")} className={styles.nav}>
      {gatewayPages.map(({ href, key }) => (
        <Link key={key} href={href} aria-current={pathname === href ? "page" : undefined}>
          {t(`nav.${key}`)}
        </Link>
      ))}
    </nav>
  );
}
