"use client";
import type { PageConservation } from "@aurora/contracts";
import { formatNumber, formatPercent } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { Message } from "../components/feedback.tsx";
import { useFailureHelp } from "../documents/use-failure-help.ts";
import { Link } from "../i18n/routing.ts";
import type { InspectedDocument } from "./inspected-document.ts";
import styles from "./inspector.module.css";

/** Below this a page deserves a look. */
const goodQuality = 0.95;

/** The conservation ledger: what of the file's words was kept, what was set aside and why, page by page. */
export function QualityTab({ document }: { document: InspectedDocument }) {
  const t = useTranslations("inspector");
  const locale = useLocale();
  const explain = useFailureHelp();
  const report = document.conservation;
  if (!report) return <p className={styles.quiet}>{t("quality.unknown")}</p>;
  const { coverage, quality, words, missing, losses, pages } = report;
  return (
    <>
      <dl className={styles.figures}>
        <div>
          <dt>{t("quality.coverage")}</dt>
          <dd>{exactPercent(locale, coverage)}</dd>
        </div>
        <div>
          <dt>{t("quality.quality")}</dt>
          <dd>{exactPercent(locale, quality)}</dd>
        </div>
      </dl>
      <Message tone={missing === 0 ? "good" : "caution"}>
        {missing === 0 ? t("quality.allKept", { words }) : t("quality.someMissing", { missing, words })}
      </Message>
      {document.warnings.length > 0 && (
        <section>
          <h3>{t("quality.warnings")}</h3>
          <ul className={styles.lines}>
            {document.warnings.map((warning, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: warnings never move
              <li key={index}>{explain(warning).reason}</li>
            ))}
          </ul>
        </section>
      )}
      {losses.length > 0 && (
        <section>
          <h3>{t("quality.setAside")}</h3>
          <ul className={styles.lines}>
            {losses.map((loss, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: losses never move
              <li key={index}>
                <strong>{t(`quality.reason.${loss.reason}`)}</strong> {t("quality.words", { words: loss.words })}
                {loss.page !== null && (
                  <>
                    {" · "}
                    <Link href={`/documents/${document.id}?page=${loss.page}`}>{t("page", { page: loss.page })}</Link>
                  </>
                )}
                <span className={styles.excerpt}>{loss.sample}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {pages.some(({ page }) => page > 0) && (
        <section>
          <h3>{t("quality.byPage")}</h3>
          <table className={styles.pages}>
            <thead>
              <tr>
                <th scope="col">{t("quality.page")}</th>
                <th scope="col">{t("quality.wordCount")}</th>
                <th scope="col">{t("quality.coverage")}</th>
                <th scope="col">{t("quality.quality")}</th>
                <th scope="col">{t("quality.parser")}</th>
              </tr>
            </thead>
            <tbody>
              {pages
                .filter(({ page }) => page > 0)
                .map((row) => (
                  <PageLine key={row.page} row={row} documentId={document.id} />
                ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

function PageLine({ row, documentId }: { row: PageConservation; documentId: string }) {
  const t = useTranslations("inspector");
  const locale = useLocale();
  return (
    <tr data-poor={row.quality < goodQuality || undefined}>
      <th scope="row">
        <Link href={`/documents/${documentId}?page=${row.page}`} aria-label={t("page", { page: row.page })}>
          {formatNumber(locale, row.page)}
        </Link>
      </th>
      <td>{formatNumber(locale, row.words)}</td>
      <td>{exactPercent(locale, row.coverage)}</td>
      <td>{exactPercent(locale, row.quality)}</td>
      <td>{row.parser ?? "–"}</td>
    </tr>
  );
}

/** "100 %" is said only where nothing is missing: 0.9996 is "99.9 %". */
export const exactPercent = (locale: Parameters<typeof formatPercent>[0], share: number): string =>
  share === 1
    ? formatPercent(locale, 1)
    : formatNumber(locale, Math.floor(share * 1000) / 1000, { style: "percent", maximumFractionDigits: 1 });
