"use client";
import type { DetailedHealth } from "@aurora/contracts";
import { formatDuration } from "@aurora/i18n";
import { RotateCw } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { IconButton } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Skeleton } from "../components/feedback.tsx";
import styles from "./admin-home.module.css";

/** The parts the API reports; one added later is shown by its own name. */
const knownNames = ["database", "objects", "gateway"] as const;

type Props = { health: DetailedHealth | null; error: unknown; onReload: () => void };

export function HealthCard({ health, error, onReload }: Props) {
  const t = useTranslations("admin");
  const locale = useLocale();
  const nameOf = (name: string) => {
    const known = knownNames.find((one) => one === name);
    return known ? t(`health.name.${known}`) : name;
  };
  return (
    <section className={styles.card} aria-labelledby="health">
      <div className={styles.cardHead}>
        <h2 id="health">{t("health.title")}</h2>
        <IconButton label={t("health.reload")} size="small" onClick={onReload}>
          <RotateCw aria-hidden />
        </IconButton>
      </div>
      {error !== null && <FailureMessage error={error} />}
      {!health && error === null && <Skeleton shape="block" />}
      {health && (
        <>
          <p className={styles.quiet}>{t(`health.${health.status}`)}</p>
          <ul className={styles.components}>
            {health.components.map((component) => (
              <li key={component.name} data-status={component.status}>
                <span className={styles.component}>{nameOf(component.name)}</span>
                <span className={styles.state}>{t(`health.component.${component.status}`)}</span>
                <span className={styles.ms}>{component.ms === null ? "" : formatDuration(locale, component.ms)}</span>
                {component.detail && <span className={styles.detail}>{component.detail}</span>}
              </li>
            ))}
          </ul>
          <p className={styles.quiet}>{t("health.version", { version: health.version })}</p>
        </>
      )}
    </section>
  );
}
