"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Dialog } from "../components/dialog.tsx";
import { useRouter } from "../i18n/routing.ts";
import { isAdministrator } from "../session/load-session.ts";
import { useSession } from "../session/session-provider.tsx";
import { destinations } from "./navigation.ts";
import styles from "./shell.module.css";

const openEvent = "aurora:shortcuts";
export const showShortcuts = () => window.dispatchEvent(new Event(openEvent));

/** True while keys belong to what has the focus: a field, a dialog, or a chord of the browser. */
export function isTyping(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return true;
  const target = event.target instanceof Element ? event.target : null;
  return Boolean(target?.closest("input, textarea, select, [contenteditable], dialog:modal, [popover]:popover-open"));
}

/** `g` then a letter goes to a page, `/` to the page's field, `?` shows the list. */
export function Shortcuts() {
  const t = useTranslations("common");
  const router = useRouter();
  const { user } = useSession();
  const [isOpen, setIsOpen] = useState(false);
  useEffect(() => {
    const reachable = destinations.filter((one) => !one.isForAdministrators || isAdministrator(user));
    let isAfterG = false;
    const onKey = (event: KeyboardEvent) => {
      if (isTyping(event)) return;
      const wasAfterG = isAfterG;
      isAfterG = event.key === "g";
      const destination = wasAfterG && reachable.find((one) => one.shortcut === event.key);
      if (destination) router.push(destination.href);
      else if (event.key === "?") setIsOpen(true);
      else if (event.key === "/") {
        event.preventDefault();
        document.querySelector<HTMLElement>("[data-shortcut='/']")?.focus();
      }
    };
    const onOpen = () => setIsOpen(true);
    window.addEventListener("keydown", onKey);
    window.addEventListener(openEvent, onOpen);
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener(openEvent, onOpen);
    };
  }, [router, user]);
  if (!isOpen) return null;
  const shown = destinations.filter((one) => !one.isForAdministrators || isAdministrator(user));
  return (
    <Dialog title={t("shortcuts.title")} onClose={() => setIsOpen(false)}>
      <dl className={styles.shortcutList}>
        {shown.map((one) => (
          <Row key={one.key} name={t(`nav.${one.key}`)} keys={["g", one.shortcut]} />
        ))}
        <Row name={t("shortcuts.field")} keys={["/"]} />
        <Row name={t("shortcuts.send")} keys={["↵"]} />
        <Row name={t("shortcuts.newLine")} keys={["⇧", "↵"]} />
        <Row name={t("shortcuts.pages")} keys={["←", "→"]} />
        <Row name={t("shortcuts.zoom")} keys={["+", "−"]} />
        <Row name={t("shortcuts.close")} keys={["Esc"]} />
        <Row name={t("shortcuts.help")} keys={["?"]} />
      </dl>
    </Dialog>
  );
}

function Row({ name, keys }: { name: string; keys: readonly string[] }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dd>
    </>
  );
}
