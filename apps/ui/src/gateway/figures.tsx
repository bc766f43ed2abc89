"use client";
import { useTranslations } from "next-intl";
import styles from "./gateway.module.css";

export type Figure = { readonly name: string; readonly value: string | null; readonly note?: string | null };

/** Large numbers in a row. `value` null = nothing to measure yet. */
export function Figures({ figures }: { figures: readonly Figure[] }) {
  const t = useTranslations("gateway");
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={styles.value}>
            {value ?? (
              <>
                <span aria-hidden>–</span>
                <span className="visually-hidden">{t("noValue")}</span>
              </>
            )}
          </dd>
          {note && <dd className={styles.note}>{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
