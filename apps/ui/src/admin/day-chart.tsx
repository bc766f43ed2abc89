"use client";
import type { Overview } from "@aurora/contracts";
import { formatDate, formatNumber } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import styles from "./admin-home.module.css";
import { axisMaximum } from "./axis.ts";

const width = 560;
const height = 190;
const bottom = 164;
const top = 12;
const left = 44;

/** Questions a day, the unanswered ones set off at the foot of each bar. The same numbers are a table for screen readers. */
export function DayChart({ days }: { days: Overview["by_day"] }) {
  const t = useTranslations("admin");
  const locale = useLocale();
  const total = days.reduce((sum, day) => sum + day.questions, 0);
  if (total === 0) return <p className={styles.quiet}>{t("days.empty")}</p>;
  const maximum = axisMaximum(Math.max(...days.map((day) => day.questions)));
  const step = (width - left) / days.length;
  const scale = (count: number) => (count / maximum) * (bottom - top);
  const dateOf = (day: string) => formatDate(locale, new Date(`${day.slice(0, 10)}T00:00:00Z`), "UTC");
  return (
    <>
      <p className={styles.legend} aria-hidden>
        <span data-kind="answered">{t("days.answered")}</span>
        <span data-kind="unanswered">{t("days.unanswered")}</span>
      </p>
      <svg
        className={styles.chart}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={t("days.summary", { count: total })}
      >
        {[0, 0.5, 1].map((part) => {
          const y = bottom - part * (bottom - top);
          return (
            <g key={part}>
              <line className={styles.rule} x1={left} x2={width} y1={y} y2={y} />
              <text className={styles.axis} x={left - 8} y={y + 4} textAnchor="end">
                {formatNumber(locale, maximum * part, { notation: "compact" })}
              </text>
            </g>
          );
        })}
        {days.map((day, index) => {
          const x = left + index * step + step * 0.2;
          const unanswered = scale(Math.min(day.no_answer, day.questions));
          return (
            <g key={day.day}>
              <title>{t("days.tip", { day: dateOf(day.day), count: day.questions, unanswered: day.no_answer })}</title>
              <rect className={styles.hover} x={left + index * step} y={top} width={step} height={bottom - top} />
              <rect
                className={styles.answered}
                x={x}
                y={bottom - scale(day.questions)}
                width={step * 0.6}
                height={scale(day.questions)}
                rx="3"
              />
              {unanswered > 0 && (
                <rect
                  className={styles.unanswered}
                  x={x}
                  y={bottom - unanswered}
                  width={step * 0.6}
                  height={unanswered}
                  rx="3"
                />
              )}
              {(index === 0 || index === days.length - 1 || index === Math.floor(days.length / 2)) && (
                <text
                  className={styles.axis}
                  x={x + step * 0.3}
                  y={height - 6}
                  textAnchor={index === 0 ? "start" : index === days.length - 1 ? "end" : "middle"}
                >
                  {dateOf(day.day).slice(0, 5)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <table className="visually-hidden">
        <caption>{t("days.title")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("days.day")}</th>
            <th scope="col">{t("figure.questions")}</th>
            <th scope="col">{t("days.unanswered")}</th>
          </tr>
        </thead>
        <tbody>
          {days.map((day) => (
            <tr key={day.day}>
              <th scope="row">{dateOf(day.day)}</th>
              <td>{day.questions}</td>
              <td>{day.no_answer}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
