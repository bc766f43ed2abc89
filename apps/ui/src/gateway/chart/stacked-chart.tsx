"use client";
import { formatDate, formatDateTime } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { axisMaximum } from "../../admin/axis.ts";
import styles from "../gateway.module.css";
import own from "./chart.module.css";
import { labelledPlaces, roundMaximum } from "./scale.ts";
import { useWidth } from "./use-width.ts";

const height = 220;
const top = 10;
const bottom = 192;
const left = 56;

export type Point = { readonly at: string; readonly width: "hour" | "day" };
export type Series = {
  readonly key: string;
  readonly name: string;
  /** One a point. */
  readonly values: readonly number[];
  /** Drawn as ground for the others. */
  readonly isQuiet?: boolean;
};
type Props = {
  title: string;
  points: readonly Point[];
  /** At the foot first. */
  series: readonly Series[];
  format: (value: number) => string;
  /** False: values between whole numbers have a meaning (money). */
  isWhole?: boolean;
};

/** Bars over time, one colour a series. The same numbers are a table, opened below it by whoever wants to read them. */
export function StackedChart({ title, points, series, format, isWhole = true }: Props) {
  const t = useTranslations("gateway");
  const locale = useLocale();
  const { ref, width } = useWidth<HTMLDivElement>();
  const totals = points.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  const highest = Math.max(0, ...totals);
  const maximum = isWhole ? axisMaximum(highest) : roundMaximum(highest);
  const step = (width - left) / Math.max(1, points.length);
  const bar = Math.max(1, Math.min(48, step * 0.72));
  const scale = (value: number) => (value / maximum) * (bottom - top);
  const labels = labelledPlaces(points.length, Math.floor((width - left) / 92));
  const nameOf = ({ at, width }: Point) =>
    width === "day" ? formatDate(locale, new Date(at), "UTC") : formatDateTime(locale, new Date(at));
  const shortOf = (point: Point) => (point.width === "day" ? nameOf(point).slice(0, 5) : nameOf(point).slice(-5));
  const colour = (index: number) => (series[index]?.isQuiet ? "quiet" : String(index % 8));
  return (
    <div ref={ref} className={own.frame}>
      {series.length > 1 && (
        <ul className={own.legend} aria-hidden>
          {series.map(({ key, name }, index) => (
            <li key={key} data-series={colour(index)}>
              {name}
            </li>
          ))}
        </ul>
      )}
      <svg
        className={own.chart}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={t("chart.label", { title, total: format(totals.reduce((sum, value) => sum + value, 0)) })}
      >
        {[0, 0.5, 1].map((part) => {
          const y = bottom - part * (bottom - top);
          return (
            <g key={part}>
              <line className={own.rule} x1={left} x2={width} y1={y} y2={y} />
              <text className={own.axis} x={left - 8} y={y + 4} textAnchor="end">
                {format(maximum * part)}
              </text>
            </g>
          );
        })}
        {points.map((point, index) => {
          const x = left + index * step;
          // under a narrow bar the outermost labels would be cut off
          const isFirst = step < 40 && index === 0;
          const isLast = step < 40 && index === points.length - 1;
          let y = bottom;
          return (
            <g key={point.at}>
              <title>
                {[
                  nameOf(point),
                  ...series
                    .filter(({ values }) => (values[index] ?? 0) > 0)
                    .map(({ name, values }) => `${name} : ${format(values[index] ?? 0)}`),
                ].join("\n")}
              </title>
              <rect className={own.hover} x={x} y={top} width={step} height={bottom - top} />
              {series.map(({ key, values }, at) => {
                const tall = scale(values[index] ?? 0);
                if (tall <= 0) return null;
                y -= tall;
                return (
                  <rect
                    key={key}
                    className={own.bar}
                    data-series={colour(at)}
                    x={x + (step - bar) / 2}
                    y={y}
                    width={bar}
                    height={tall}
                    rx={Math.min(2, bar / 4)}
                  />
                );
              })}
              {labels.has(index) && (
                <text
                  className={own.axis}
                  x={isFirst ? x : isLast ? x + step : x + step / 2}
                  y={height - 8}
                  textAnchor={isFirst ? "start" : isLast ? "end" : "middle"}
                >
                  {shortOf(point)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <details className={styles.more}>
        <summary>{t("chart.table")}</summary>
        <div className={own.scroll}>
          <table className={styles.table}>
            <caption className="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{t("chart.when")}</th>
                {series.map(({ key, name }) => (
                  <th scope="col" key={key}>
                    {name}
                  </th>
                ))}
                {series.length > 1 && <th scope="col">{t("chart.total")}</th>}
              </tr>
            </thead>
            <tbody>
              {points.map((point, index) => (
                <tr key={point.at}>
                  <th scope="row">{nameOf(point)}</th>
                  {series.map(({ key, values }) => (
                    <td key={key}>{format(values[index] ?? 0)}</td>
                  ))}
                  {series.length > 1 && <td>{format(totals[index] ?? 0)}</td>}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </div>
  );
}
