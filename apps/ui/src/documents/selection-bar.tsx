"use client";
import { Trash2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useEffect, useRef } from "react";
import { Button } from "../components/button.tsx";
import styles from "./documents-page.module.css";

type Props = {
  /** How many of the list can be chosen. */
  shown: number;
  selected: number;
  onAll: (isChosen: boolean) => void;
  onDelete: () => void;
};

/** Chooses all or none of what is shown, and says what can be done with the chosen. Escape chooses none. */
export function SelectionBar({ shown, selected, onAll, onDelete }: Props) {
  const t = useTranslations("documents");
  const box = useRef<HTMLInputElement>(null);
  const isSome = selected > 0 && selected < shown;
  useEffect(() => {
    if (box.current) box.current.indeterminate = isSome;
  }, [isSome]);
  const latest = useRef(onAll);
  useEffect(() => {
    latest.current = onAll;
  });
  const hasChosen = selected > 0;
  useEffect(() => {
    if (!hasChosen) return;
    const clear = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !document.querySelector("dialog[open]")) latest.current(false);
    };
    window.addEventListener("keydown", clear);
    return () => window.removeEventListener("keydown", clear);
  }, [hasChosen]);
  return (
    <section className={styles.selection} aria-label={t("select.label")} data-active={hasChosen || undefined}>
      <label className={styles.choose}>
        <input
          ref={box}
          type="checkbox"
          checked={hasChosen && !isSome}
          onChange={(event) => onAll(event.target.checked)}
        />
        <span>{hasChosen ? t("select.count", { count: selected }) : t("select.all")}</span>
      </label>
      <span className="visually-hidden" role="status">
        {hasChosen ? t("select.count", { count: selected }) : ""}
      </span>
      {hasChosen && (
        <div className={styles.selectionActions}>
          <Button size="small" variant="quiet" onClick={() => onAll(false)}>
            {t("select.clear")}
          </Button>
          <Button size="small" variant="danger" onClick={onDelete}>
            <Trash2 aria-hidden />
            {t("select.delete")}
          </Button>
        </div>
      )}
    </section>
  );
}
