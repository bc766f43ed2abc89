"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Brand } from "../components/brand.tsx";
import { DropTarget } from "../documents/drop-target.tsx";
import { UploadTray } from "../documents/upload-tray.tsx";
import { Link, usePathname } from "../i18n/routing.ts";
import { isAdministrator } from "../session/load-session.ts";
import { useSession } from "../session/session-provider.tsx";
import { AccountMenu } from "./account-menu.tsx";
import { currentDestination, destinations } from "./navigation.ts";
import styles from "./shell.module.css";
import { Shortcuts } from "./shortcuts.tsx";

/** The frame of every signed-in page: navigation at the side (a bar below on a phone), the page, files in transfer. */
export function Shell({ children }: { children: ReactNode }) {
  const t = useTranslations("common");
  const { user } = useSession();
  const current = currentDestination(usePathname());
  const shown = destinations.filter((one) => !one.isForAdministrators || isAdministrator(user));
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#main">
        {t("skipToContent")}
      </a>
      <header className={styles.sidebar}>
        <Link href="/assistant" className={styles.brand} aria-label={t("nav.home")}>
          <Brand />
        </Link>
        <nav aria-label={t("nav.label")} className={styles.nav}>
          {shown.map(({ href, key, icon: Icon }) => (
            <Link
              key={href}
              href={href}
              className={styles.item}
              aria-current={current?.href === href ? "page" : undefined}
            >
              <Icon aria-hidden />
              <span>{t(`nav.${key}`)}</span>
            </Link>
          ))}
        </nav>
        <AccountMenu />
      </header>
      <main id="main" tabIndex={-1} className={styles.main}>
        {children}
      </main>
      <UploadTray />
      <DropTarget />
      <Shortcuts />
    </div>
  );
}
