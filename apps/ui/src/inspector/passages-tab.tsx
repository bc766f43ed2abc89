"use client";
import { ChunkPage } from "@aurora/contracts";
import { formatNumber } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { usePagedList } from "../api/use-paged-list.ts";
import { Button } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Skeleton } from "../components/feedback.tsx";
import { TextField } from "../components/field.tsx";
import { Link } from "../i18n/routing.ts";
import type { InspectedDocument } from "./inspected-document.ts";
import styles from "./inspector.module.css";

/** The passages as they are searched and cited; each opens where it stands. */
export function PassagesTab({ document }: { document: InspectedDocument }) {
  const t = useTranslations("inspector");
  const locale = useLocale();
  const api = useApi();
  const [words, setWords] = useState("");
  const list = usePagedList(document.id, (query, signal) =>
    api.call(ChunkPage, `/api/documents/${document.id}/chunks?${query}`, { signal }),
  );
  if (list.error) return <FailureMessage error={list.error} onRetry={list.reload} />;
  if (!list.items) return <Skeleton shape="block" />;
  const wanted = words.trim().toLocaleLowerCase(locale);
  const shown = list.items.filter(({ text, heading_path }) =>
    [...heading_path, text].join(" ").toLocaleLowerCase(locale).includes(wanted),
  );
  return (
    <>
      <TextField
        label={t("passages.filter")}
        isLabelHidden
        type="search"
        placeholder={t("passages.filter")}
        value={words}
        onChange={(event) => setWords(event.target.value)}
      />
      <p className={styles.quiet} role="status">
        {t("passages.count", { shown: shown.length, count: document.chunk_count })}
      </p>
      <ol className={styles.passages}>
        {shown.map((chunk) => (
          <li key={chunk.id}>
            <Link
              href={`/documents/${document.id}?chunk=${chunk.id}${chunk.page_start ? `&page=${chunk.page_start}` : ""}`}
            >
              <span className={styles.number}>{formatNumber(locale, chunk.ordinal + 1)}</span>
              <span className={styles.path}>{chunk.heading_path.join(" › ") || t("passages.noHeading")}</span>
              {chunk.page_start !== null && (
                <span className={styles.page}>{t("page", { page: chunk.page_start })}</span>
              )}
            </Link>
            <p className={styles.excerpt} data-table={chunk.is_table || undefined}>
              {chunk.text}
            </p>
            {chunk.char_start !== null && chunk.char_end !== null && (
              <span className={styles.offsets}>
                {t("passages.characters", {
                  start: chunk.char_start,
                  end: chunk.char_end,
                  stretches: chunk.char_spans.length,
                })}
              </span>
            )}
          </li>
        ))}
      </ol>
      {list.hasMore && <Button onClick={list.loadMore}>{t("more")}</Button>}
    </>
  );
}
