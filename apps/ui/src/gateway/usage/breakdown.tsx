"use client";
import type { UsageDimension, UsageReport } from "@aurora/contracts";
import { formatDuration, formatPercent } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import styles from "../gateway.module.css";
import { formatCount, formatUsd } from "../money.ts";
import own from "./usage.module.css";
import type { FilterName } from "./usage-query.ts";
import { useValueText } from "./value-text.ts";

/** The filter that keeps the calls of one group. */
const filterOf: Record<UsageDimension, FilterName> = {
  model: "model",
  provider: "provider",
  source_app: "source_app",
  caller_app: "caller_app",
  key: "key_id",
  user: "user_id",
  cache_status: "cache_status",
  error: "error_code",
  endpoint: "endpoint",
};

type Props = { report: UsageReport; onFilter: (name: FilterName, value: string, label?: string) => void };

/** The groups side by side; a name narrows the page to its calls. */
export function Breakdown({ report, onFilter }: Props) {
  const t = useTranslations("usage");
  const locale = useLocale();
  const valueText = useValueText();
  const { by } = report;
  if (by === null || report.groups.length === 0) return null;
  const percent = (rate: number | null) => (rate === null ? "–" : formatPercent(locale, rate));
  const duration = (ms: number | null) => (ms === null ? "–" : formatDuration(locale, ms));
  const most = Math.max(1, ...report.groups.map(({ figures }) => figures.requests));
  return (
    <section className={styles.stack} aria-labelledby="groups">
      <h2 id="groups">{t("groups", { dimension: t(`dimension.${by}`) })}</h2>
      <div className={styles.scroll}>
        <table className={`${styles.table} ${own.stacking}`}>
          <thead>
            <tr>
              <th scope="col">{t(`dimension.${by}`)}</th>
              <th scope="col">{t("figure.requests")}</th>
              <th scope="col">{t("column.tokens")}</th>
              <th scope="col">{t("figure.cost")}</th>
              <th scope="col">{t("figure.cache")}</th>
              <th scope="col">{t("column.errors")}</th>
              <th scope="col">{t("figure.latency")}</th>
            </tr>
          </thead>
          <tbody>
            {report.groups.map(({ key, label, figures }) => {
              const name = label ?? valueText(by, key);
              return (
                <tr key={key ?? ""}>
                  <th scope="row">
                    {key === null ? (
                      name
                    ) : (
                      <button
                        type="button"
                        className={own.narrow}
                        title={t("narrow", { name })}
                        onClick={() => onFilter(filterOf[by], key, name)}
                      >
                        {name}
                      </button>
                    )}
                    <svg className={own.share} viewBox="0 0 100 3" preserveAspectRatio="none" aria-hidden>
                      <rect width={(figures.requests / most) * 100} height="3" />
                    </svg>
                  </th>
                  <td data-label={t("figure.requests")}>{formatCount(locale, figures.requests)}</td>
                  <td data-label={t("column.tokens")}>{formatCount(locale, figures.tokens_in + figures.tokens_out)}</td>
                  <td data-label={t("figure.cost")}>
                    {figures.unpriced > 0 && figures.cost_usd === 0 ? "–" : formatUsd(locale, figures.cost_usd)}
                  </td>
                  <td data-label={t("figure.cache")}>{percent(figures.cache_hit_rate)}</td>
                  <td data-label={t("column.errors")}>{percent(figures.error_rate)}</td>
                  <td data-label={t("figure.latency")}>{duration(figures.latency_p50_ms)}</td>
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      {report.more_groups > 0 && <p className={styles.quiet}>{t("moreGroups", { count: report.more_groups })}</p>}
    </section>
  );
}
