"use client";
import { CacheReport } from "@aurora/contracts";
import { formatNumber, formatPercent } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { useResource } from "../../api/use-resource.ts";
import { FailureMessage } from "../../components/failure-message.tsx";
import { EmptyState, Skeleton } from "../../components/feedback.tsx";
import { SelectField } from "../../components/field.tsx";
import { HorizonArt } from "../../components/horizon-art.tsx";
import { everyDay } from "../chart/scale.ts";
import { StackedChart } from "../chart/stacked-chart.tsx";
import { Figures } from "../figures.tsx";
import styles from "../gateway.module.css";
import { formatCount, formatUsd } from "../money.ts";
import own from "./cache.module.css";
import { ReasonList } from "./reason-list.tsx";

const periods = [7, 30, 90] as const;

/** What the cache saved, and how often it was measured to be wrong. */
export function ReportTab() {
  const t = useTranslations("cache");
  const locale = useLocale();
  const api = useApi();
  const [period, setPeriod] = useState<number>(30);
  const report = useResource(`report/${period}`, (signal) =>
    api.call(CacheReport, `/api/admin/cache/report?days=${period}`, { signal }),
  );
  const data = report.data;
  const byDay = new Map(data?.by_day.map((one) => [one.day.slice(0, 10), one]));
  const days = everyDay([...byDay.keys()]);
  const valuesOf = (value: (day: CacheReport["by_day"][number]) => number) =>
    days.map((day) => {
      const found = byDay.get(day);
      return found ? value(found) : 0;
    });
  return (
    <>
      <div className={styles.toolbar}>
        <SelectField label={t("period")} value={period} onChange={(event) => setPeriod(Number(event.target.value))}>
          {periods.map((one) => (
            <option key={one} value={one}>
              {t("lastDays", { days: one })}
            </option>
          ))}
        </SelectField>
      </div>
      {report.error !== null && <FailureMessage error={report.error} onRetry={report.reload} />}
      {!data && report.error === null && <Skeleton shape="block" />}
      {data?.calls === 0 && (
        <EmptyState art={<HorizonArt />} title={t("report.emptyTitle")}>
          {t("report.emptyText")}
        </EmptyState>
      )}
      {data && data.calls > 0 && (
        <>
          <Figures
            figures={[
              {
                name: t("report.saved"),
                value: formatUsd(locale, data.saved_cost_usd),
                note: t("report.tokens", { count: formatCount(locale, data.saved_tokens) }),
              },
              {
                name: t("report.hitRate"),
                value: data.hit_rate === null ? null : formatPercent(locale, data.hit_rate),
                note: t("report.ofCalls", { count: formatNumber(locale, data.calls) }),
              },
              { name: t("report.exact"), value: formatNumber(locale, data.exact_hits), note: t("report.exactNote") },
              {
                name: t("report.semantic"),
                value: formatNumber(locale, data.semantic_hits),
                note:
                  data.shadow_hits > 0
                    ? t("report.shadow", { count: formatNumber(locale, data.shadow_hits) })
                    : t("report.semanticNote"),
              },
              {
                name: t("report.entries"),
                value: formatNumber(locale, data.entries),
                note: t("report.trusted", { count: formatNumber(locale, data.trusted_entries) }),
              },
            ]}
          />
          <section className={styles.card} aria-labelledby="by-day">
            <h2 id="by-day">{t("report.byDay")}</h2>
            <StackedChart
              title={t("report.byDay")}
              points={days.map((at) => ({ at, width: "day" as const }))}
              series={[
                { key: "exact", name: t("report.exact"), values: valuesOf(({ exact_hits }) => exact_hits) },
                { key: "semantic", name: t("report.semantic"), values: valuesOf(({ semantic_hits }) => semantic_hits) },
                {
                  key: "asked",
                  name: t("report.asked"),
                  isQuiet: true,
                  values: valuesOf((day) => Math.max(0, day.calls - day.exact_hits - day.semantic_hits)),
                },
              ]}
              format={(value) => formatCount(locale, value)}
            />
          </section>
          <div className={own.pair}>
            <FalseHits report={data} />
            <section className={styles.card} aria-labelledby="rejections">
              <h2 id="rejections">{t("report.rejections")}</h2>
              <p className={styles.quiet}>{t("report.rejectionsText")}</p>
              {data.rejections.length === 0 ? (
                <p>{t("report.noRejection")}</p>
              ) : (
                <ReasonList rejections={data.rejections} />
              )}
            </section>
          </div>
        </>
      )}
    </>
  );
}

/** How often a kept answer was not the right one, said for somebody who never heard of a confidence bound. */
function FalseHits({ report }: { report: CacheReport }) {
  const t = useTranslations("cache");
  const locale = useLocale();
  const { checks, disagreed, false_hit_rate: rate, false_hit_rate_upper_bound: bound } = report;
  const x = (share: number) => Math.min(100, Math.max(0, share * 100));
  return (
    <section className={styles.card} aria-labelledby="false-hits">
      <h2 id="false-hits">{t("report.falseHits")}</h2>
      {rate === null ? (
        <p>{t("report.unmeasured")}</p>
      ) : (
        <>
          <p className={own.rate}>{formatPercent(locale, rate)}</p>
          <p>{t("report.measured", { checks, disagreed })}</p>
          <svg
            className={own.bound}
            viewBox="0 0 100 8"
            preserveAspectRatio="none"
            role="img"
            aria-label={t("report.boundText", { bound: formatPercent(locale, bound) })}
          >
            <rect className={own.track} width="100" height="8" />
            <rect className={own.possible} width={x(bound)} height="8" />
            <rect className={own.found} width={x(rate)} height="8" />
          </svg>
          <p>
            <strong>{t("report.boundText", { bound: formatPercent(locale, bound) })}</strong>
          </p>
          <p className={styles.quiet}>{t("report.boundHelp")}</p>
        </>
      )}
      <p className={styles.quiet}>{t("report.wrong", { count: report.reported_wrong })}</p>
    </section>
  );
}
