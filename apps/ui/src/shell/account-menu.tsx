"use client";
import { localeNames, locales } from "@aurora/i18n";
import { Keyboard, KeyRound, LogOut } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useId, useRef, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { Message } from "../components/feedback.tsx";
import { Link, usePathname } from "../i18n/routing.ts";
import { ChangePasswordForm } from "../session/change-password.tsx";
import { useSession } from "../session/session-provider.tsx";
import styles from "./shell.module.css";
import { showShortcuts } from "./shortcuts.tsx";
import { applyTheme, readTheme, type Theme, themes } from "./theme.ts";

const initialsOf = (name: string) =>
  name
    .split(/[\s@.]+/)
    .slice(0, 2)
    .map((part) => part[0]?.toUpperCase() ?? "")
    .join("");

/** Who is signed in, and what is theirs: theme, language, password, way out. */
export function AccountMenu() {
  const t = useTranslations("common");
  const auth = useTranslations("auth");
  const api = useApi();
  const locale = useLocale();
  const pathname = usePathname();
  const { user } = useSession();
  const menuId = useId();
  const menu = useRef<HTMLDivElement>(null);
  const [dialog, setDialog] = useState<"password" | "done" | null>(null);
  const [theme, setTheme] = useState<Theme>("system");
  useEffect(() => setTheme(readTheme(document.documentElement.dataset.theme)), []);

  async function signOut() {
    await api.send("/api/auth/logout", { method: "POST" }).catch(() => undefined);
    sessionStorage.clear();
    window.location.assign(`/${locale}/sign-in`);
  }
  const choose = (next: Theme) => {
    setTheme(next);
    applyTheme(next);
  };
  const open = (what: "password") => {
    menu.current?.hidePopover();
    setDialog(what);
  };

  return (
    <>
      <button
        type="button"
        className={styles.account}
        popoverTarget={menuId}
        aria-label={t("account.label", { name: user.name })}
      >
        <span className={styles.initials} aria-hidden>
          {initialsOf(user.name)}
        </span>
        <span className={styles.who} aria-hidden>
          <span>{user.name}</span>
          <span>{user.tenant_name}</span>
        </span>
      </button>
      <div ref={menu} id={menuId} popover="auto" className={styles.menu}>
        <p className={styles.menuHead}>
          <strong>{user.name}</strong>
          {user.email}
        </p>
        <fieldset className={styles.group}>
          <legend>{t("theme.label")}</legend>
          <div className={styles.segments}>
            {themes.map((one) => (
              <button
                key={one}
                type="button"
                className={styles.segment}
                aria-pressed={theme === one}
                onClick={() => choose(one)}
              >
                {t(`theme.${one}`)}
              </button>
            ))}
          </div>
        </fieldset>
        <nav className={styles.group} aria-label={auth("language")}>
          <span className={styles.groupName}>{auth("language")}</span>
          <div className={styles.segments}>
            {locales.map((one) => (
              <Link
                key={one}
                href={pathname}
                locale={one}
                lang={one}
                className={styles.segment}
                aria-current={one === locale ? "true" : undefined}
              >
                {localeNames[one]}
              </Link>
            ))}
          </div>
        </nav>
        <div className={styles.actions}>
          <Button variant="quiet" onClick={() => open("password")}>
            <KeyRound aria-hidden />
            {auth("password.title")}
          </Button>
          <Button
            variant="quiet"
            onClick={() => {
              menu.current?.hidePopover();
              showShortcuts();
            }}
          >
            <Keyboard aria-hidden />
            {t("shortcuts.title")}
          </Button>
          <Button variant="quiet" onClick={signOut}>
            <LogOut aria-hidden />
            {t("account.signOut")}
          </Button>
        </div>
      </div>
      {dialog && (
        <Dialog title={auth("password.title")} onClose={() => setDialog(null)}>
          {dialog === "done" ? (
            <Message tone="good">{auth("password.done")}</Message>
          ) : (
            <ChangePasswordForm onDone={() => setDialog("done")} />
          )}
        </Dialog>
      )}
    </>
  );
}
