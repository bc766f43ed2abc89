"use client";
import { DetailedHealth, Overview } from "@aurora/contracts";
import { formatDuration, formatNumber, formatPercent } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { ButtonLink } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Skeleton } from "../components/feedback.tsx";
import { PageBody, PageHeader } from "../components/page-header.tsx";
import styles from "./admin-home.module.css";
import { DayChart } from "./day-chart.tsx";
import { HealthCard } from "./health-card.tsx";

export function AdminHome() {
  const t = useTranslations("admin");
  const api = useApi();
  const overview = useResource("overview", (signal) => api.call(Overview, "/api/admin/overview", { signal }));
  const health = useResource("health", (signal) => api.call(DetailedHealth, "/api/admin/health", { signal }));
  return (
    <PageBody>
      <PageHeader title={t("title")} lead={t("lead")} />
      <div className={styles.grid}>
        {overview.error ? (
          <div className={styles.wide}>
            <FailureMessage error={overview.error} onRetry={overview.reload} />
          </div>
        ) : overview.data ? (
          <>
            <Engine overview={overview.data} />
            <Figures overview={overview.data} />
            <section className={styles.card} aria-labelledby="days">
              <h2 id="days">{t("days.title")}</h2>
              <DayChart days={overview.data.by_day} />
            </section>
          </>
        ) : (
          <>
            <div className={styles.wide}>
              <Skeleton shape="block" />
            </div>
            <div className={styles.wide}>
              <Skeleton shape="block" />
            </div>
            <Skeleton shape="block" />
          </>
        )}
        <HealthCard health={health.data} error={health.error} onReload={health.reload} />
      </div>
    </PageBody>
  );
}

function Engine({ overview }: { overview: Overview }) {
  const t = useTranslations("admin");
  return (
    <section className={styles.engine} aria-labelledby="engine">
      <div>
        <h2 id="engine">{overview.is_offline_engine ? t("engine.offlineTitle") : overview.answering_model}</h2>
        <p>{overview.is_offline_engine ? t("engine.offlineText") : t("engine.modelText")}</p>
      </div>
      <ButtonLink href="/admin/providers">
        {overview.is_offline_engine ? t("engine.connect") : t("engine.manage")}
      </ButtonLink>
    </section>
  );
}

function Figures({ overview }: { overview: Overview }) {
  const t = useTranslations("admin");
  const locale = useLocale();
  const percent = (ratio: number | null) => (ratio === null ? null : formatPercent(locale, ratio));
  const duration = (ms: number | null) => (ms === null ? null : formatDuration(locale, ms));
  const p95 = duration(overview.latency_p95_ms_24h);
  const figures: readonly { name: string; value: string | null; note: string | null }[] = [
    { name: t("figure.questions"), value: formatNumber(locale, overview.questions_24h), note: t("figure.last24h") },
    { name: t("figure.noAnswer"), value: percent(overview.no_answer_rate_24h), note: t("figure.last24h") },
    {
      name: t("figure.latency"),
      value: duration(overview.latency_p50_ms_24h),
      note: p95 && t("figure.p95", { value: p95 }),
    },
    { name: t("figure.cache"), value: percent(overview.cache_hit_rate_24h), note: t("figure.last24h") },
    {
      name: t("figure.cost"),
      value: formatNumber(locale, overview.cost_usd_24h, {
        style: "currency",
        currency: "USD",
        currencyDisplay: "narrowSymbol",
      }),
      note: t("figure.last24h"),
    },
    {
      name: t("figure.documents"),
      value: formatNumber(locale, overview.documents),
      note:
        overview.failed_documents > 0
          ? t("figure.failed", { count: overview.failed_documents })
          : t("figure.chunks", { count: overview.chunks }),
    },
  ];
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, note }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={styles.value}>
            {value ?? (
              <>
                <span aria-hidden>–</span>
                <span className="visually-hidden">{t("figure.none")}</span>
              </>
            )}
          </dd>
          {note && <dd className={styles.note}>{note}</dd>}
        </div>
      ))}
    </dl>
  );
}
