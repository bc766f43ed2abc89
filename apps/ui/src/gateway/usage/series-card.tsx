"use client";
import type { UsageReport } from "@aurora/contracts";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { SelectField } from "../../components/field.tsx";
import { StackedChart } from "../chart/stacked-chart.tsx";
import styles from "../gateway.module.css";
import { formatCount, formatUsd } from "../money.ts";
import { useValueText } from "./value-text.ts";

const measures = ["requests", "tokens", "cost_usd"] as const;
/** More colours than this are not told apart. */
const mostSeries = 7;

/** One measure over time, in the colours of what calls are told apart by. */
export function SeriesCard({ report }: { report: UsageReport }) {
  const t = useTranslations("usage");
  const locale = useLocale();
  const valueText = useValueText();
  const [measure, setMeasure] = useState<(typeof measures)[number]>("requests");
  const totals = report.series.map((point) =>
    measure === "requests"
      ? point.requests
      : measure === "tokens"
        ? point.tokens_in + point.tokens_out
        : point.cost_usd,
  );
  const shown = report.groups.slice(0, mostSeries).map((group) => ({
    key: group.key ?? "",
    name: group.label ?? valueText(report.by ?? "", group.key),
    values: group[measure],
  }));
  const rest = totals.map((total, index) =>
    Math.max(0, total - shown.reduce((sum, { values }) => sum + (values[index] ?? 0), 0)),
  );
  // Sums of floats: what is left of them below a millionth is nothing.
  const hasRest = rest.some((value) => value > 1e-6);
  const series = [...shown, ...(hasRest ? [{ key: "…", name: t("others"), values: rest, isQuiet: true }] : [])];
  const format = (value: number) => (measure === "cost_usd" ? formatUsd(locale, value) : formatCount(locale, value));
  return (
    <section className={styles.card} aria-labelledby="series">
      <div className={styles.cardHead}>
        <div>
          <h2 id="series">{t(`series.${report.interval}`)}</h2>
        </div>
        <SelectField
          label={t("measure")}
          isLabelHidden
          value={measure}
          onChange={(event) => setMeasure(measures.find((one) => one === event.target.value) ?? "requests")}
        >
          {measures.map((one) => (
            <option key={one} value={one}>
              {t(`measureName.${one}`)}
            </option>
          ))}
        </SelectField>
      </div>
      <StackedChart
        title={t(`measureName.${measure}`)}
        points={report.series.map(({ at }) => ({ at, width: report.interval }))}
        series={series.length > 0 ? series : [{ key: "all", name: t(`measureName.${measure}`), values: totals }]}
        format={format}
        isWhole={measure !== "cost_usd"}
      />
    </section>
  );
}
