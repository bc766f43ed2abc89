"use client";
import { UsageReport, usageDimensions } from "@aurora/contracts";
import { formatDuration, formatNumber, formatPercent } from "@aurora/i18n";
import { Download, X } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { useResource } from "../../api/use-resource.ts";
import { Button, ButtonLink } from "../../components/button.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { EmptyState, Message, Skeleton } from "../../components/feedback.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import { HorizonArt } from "../../components/horizon-art.tsx";
import { Figures } from "../figures.tsx";
import styles from "../gateway.module.css";
import { GatewayPage } from "../gateway-page.tsx";
import { formatCount, formatUsd } from "../money.ts";
import { Breakdown } from "./breakdown.tsx";
import { CallLog } from "./call-log.tsx";
import { SeriesCard } from "./series-card.tsx";
import { type FilterName, filterNames, periods, queryOf, type UsageView } from "./usage-query.ts";
import { useValueText } from "./value-text.ts";

const first: UsageView = { period: "d7", first: "", last: "", by: "model", filters: {} };

/** What was asked of models: how much, by whom, how fast and at what cost. */
export function UsagePage() {
  const t = useTranslations("usage");
  const api = useApi();
  const valueText = useValueText();
  const [view, setView] = useState(first);
  // The end of the period stays where it is until something else is asked for.
  const [now, setNow] = useState(() => new Date());
  const [labels, setLabels] = useState<Readonly<Record<string, string>>>({});
  const look = (next: Partial<UsageView>) => {
    setView({ ...view, ...next });
    setNow(new Date());
  };
  const query = queryOf(view, now);
  const key = query.toString();
  const report = useResource(`usage/${view.by}/${key}`, (signal) =>
    api.call(UsageReport, `/api/admin/usage?${key}&by=${view.by}`, { signal }),
  );
  const data = report.data;
  const setFilter = (name: FilterName, value: string | null, label?: string) => {
    const { [name]: _, ...rest } = view.filters;
    if (value !== null && label) setLabels({ ...labels, [value]: label });
    look({ filters: value === null ? rest : { ...rest, [name]: value } });
  };
  const chosen = filterNames.flatMap((name) => (view.filters[name] ? [[name, view.filters[name]] as const] : []));
  return (
    <GatewayPage title={t("title")} lead={t("lead")}>
      <div className={styles.stack}>
        <div className={styles.toolbar}>
          <SelectField
            label={t("period")}
            value={view.period}
            onChange={(event) => look({ period: periods.find((one) => one === event.target.value) ?? "d7" })}
          >
            {periods.map((one) => (
              <option key={one} value={one}>
                {t(`periodName.${one}`)}
              </option>
            ))}
          </SelectField>
          {view.period === "own" && (
            <>
              <TextField
                label={t("firstDay")}
                type="date"
                value={view.first}
                max={view.last || undefined}
                onChange={(event) => look({ first: event.target.value })}
              />
              <TextField
                label={t("lastDay")}
                type="date"
                value={view.last}
                min={view.first || undefined}
                onChange={(event) => look({ last: event.target.value })}
              />
            </>
          )}
          <SelectField
            label={t("by")}
            value={view.by}
            onChange={(event) => look({ by: usageDimensions.find((one) => one === event.target.value) ?? "model" })}
          >
            {usageDimensions.map((one) => (
              <option key={one} value={one}>
                {t(`dimension.${one}`)}
              </option>
            ))}
          </SelectField>
          <div className={styles.end}>
            <ExportMenu query={key} by={view.by} />
          </div>
        </div>
        {chosen.length > 0 && (
          <div className={styles.actions}>
            {chosen.map(([name, value]) => (
              <Button key={name} size="small" onClick={() => setFilter(name, null)}>
                {t("filtered", { name: t(`filter.${name}`), value: labels[value] ?? valueText(name, value) })}
                <X aria-hidden />
                <span className="visually-hidden">{t("removeFilter")}</span>
              </Button>
            ))}
          </div>
        )}
        {report.error !== null && <FailureMessage error={report.error} onRetry={report.reload} />}
        {!data && report.error === null && (
          <>
            <Skeleton shape="block" />
            <Skeleton shape="block" />
          </>
        )}
        {data?.totals.requests === 0 && (
          <EmptyState
            art={<HorizonArt />}
            title={t(chosen.length > 0 ? "none.title" : "empty.title")}
            actions={chosen.length === 0 && <ButtonLink href="/assistant">{t("empty.action")}</ButtonLink>}
          >
            {t(chosen.length > 0 ? "none.text" : "empty.text")}
          </EmptyState>
        )}
        {data && data.totals.requests > 0 && (
          <>
            <Totals report={data} />
            {data.totals.unpriced > 0 && (
              <Message tone="caution">
                {t("unpriced", { count: data.totals.unpriced })}{" "}
                <ButtonLink href="/admin/models" size="small" variant="quiet">
                  {t("setPrices")}
                </ButtonLink>
              </Message>
            )}
            <SeriesCard report={data} />
            <Breakdown report={data} onFilter={setFilter} />
            <CallLog key={key} query={key} onFilter={setFilter} />
          </>
        )}
      </div>
    </GatewayPage>
  );
}

function Totals({ report: { totals } }: { report: UsageReport }) {
  const t = useTranslations("usage");
  const locale = useLocale();
  const percent = (rate: number | null) => (rate === null ? null : formatPercent(locale, rate));
  const duration = (ms: number | null) => (ms === null ? null : formatDuration(locale, ms));
  const p95 = duration(totals.latency_p95_ms);
  const firstToken = duration(totals.time_to_first_token_p50_ms);
  return (
    <Figures
      figures={[
        {
          name: t("figure.requests"),
          value: formatCount(locale, totals.requests),
          note: t("figure.errors", { count: totals.errors, rate: percent(totals.error_rate) ?? "0" }),
        },
        {
          name: t("figure.cost"),
          value: formatUsd(locale, totals.cost_usd),
          note: t("figure.saved", { amount: formatUsd(locale, totals.saved_cost_usd) }),
        },
        {
          name: t("figure.tokens"),
          value: formatCount(locale, totals.tokens_in + totals.tokens_out),
          note: t("figure.inOut", {
            read: formatCount(locale, totals.tokens_in),
            written: formatCount(locale, totals.tokens_out),
          }),
        },
        {
          name: t("figure.cache"),
          value: percent(totals.cache_hit_rate),
          note: t("figure.hits", { count: formatNumber(locale, totals.cache_hits) }),
        },
        {
          name: t("figure.latency"),
          value: duration(totals.latency_p50_ms),
          note: p95 && t("figure.p95", { value: p95 }),
        },
        {
          name: t("figure.firstToken"),
          value: firstToken,
          note:
            totals.tokens_per_second === null
              ? null
              : t("figure.speed", {
                  value: formatNumber(locale, totals.tokens_per_second, { maximumFractionDigits: 0 }),
                }),
        },
      ]}
    />
  );
}

/** Files for a spreadsheet: by time, by group, call by call. */
function ExportMenu({ query, by }: { query: string; by: string }) {
  const t = useTranslations("usage");
  const api = useApi();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const save = async (table: "series" | "groups" | "calls") => {
    setIsBusy(true);
    setError(null);
    try {
      const path = `/api/admin/usage/export?${query}&by=${by}&table=${table}`;
      const file = await (await api.open(path, { accept: "text/csv" })).blob();
      const url = URL.createObjectURL(file);
      const link = document.createElement("a");
      link.href = url;
      link.download = `usage-${table}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (failure) {
      setError(failure);
    } finally {
      setIsBusy(false);
    }
  };
  return (
    <>
      {(["series", "groups", "calls"] as const).map((table) => (
        <Button key={table} size="small" variant="quiet" disabled={isBusy} onClick={() => void save(table)}>
          <Download aria-hidden />
          {t(`export.${table}`)}
        </Button>
      ))}
      {error !== null && <FailureMessage error={error} />}
    </>
  );
}
