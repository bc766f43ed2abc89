"use client";
import { DeletionReceiptPage } from "@aurora/contracts";
import { formatDateTime } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { usePagedList } from "../api/use-paged-list.ts";
import { Button } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { EmptyState, Skeleton } from "../components/feedback.tsx";
import { TextField } from "../components/field.tsx";
import styles from "./ingestion.module.css";
import { ReceiptView } from "./receipt-view.tsx";

/** Proofs of what was erased. */
export function ReceiptsTab() {
  const t = useTranslations("ingestion");
  const locale = useLocale();
  const api = useApi();
  const [words, setWords] = useState("");
  const wanted = useDeferredValue(words.trim());
  const list = usePagedList(`receipts/${wanted}`, (query, signal) => {
    if (wanted) query.set("q", wanted);
    return api.call(DeletionReceiptPage, `/api/ingestion/receipts?${query}`, { signal });
  });
  const { items } = list;
  return (
    <>
      <div className={styles.filters}>
        <TextField
          label={t("receipts.search")}
          type="search"
          maxLength={200}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
      </div>
      {list.error !== null && <FailureMessage error={list.error} onRetry={list.reload} />}
      {!items && list.error === null && <Skeleton shape="block" />}
      {items?.length === 0 && <EmptyState title={t("receipts.emptyTitle")}>{t("receipts.emptyText")}</EmptyState>}
      {items && items.length > 0 && (
        <ul className={styles.list}>
          {items.map((receipt) => (
            <li key={receipt.id} className={styles.row}>
              <details className={styles.main}>
                <summary>
                  <span className={styles.name}>{receipt.filename}</span>{" "}
                  <span className={styles.quiet}>
                    {formatDateTime(locale, new Date(receipt.deleted_at))} · {t(`receipts.short.${receipt.status}`)}
                  </span>
                </summary>
                <ReceiptView receipt={receipt} />
              </details>
            </li>
          ))}
        </ul>
      )}
      {list.hasMore && (
        <div className={styles.more}>
          <Button onClick={list.loadMore}>{t("more")}</Button>
        </div>
      )}
    </>
  );
}
