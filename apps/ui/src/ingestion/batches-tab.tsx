"use client";
import { BatchPage, type IngestionBatch } from "@aurora/contracts";
import { formatDateTime } from "@aurora/i18n";
import { RefreshCw, RotateCw, X } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { usePagedList } from "../api/use-paged-list.ts";
import { Button, IconButton } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { EmptyState, Skeleton } from "../components/feedback.tsx";
import { SelectField } from "../components/field.tsx";
import { Progress } from "../documents/progress.tsx";
import { useProgressText } from "../documents/use-progress-text.ts";
import { useSession } from "../session/session-provider.tsx";
import styles from "./ingestion.module.css";

const pollEveryMs = 3_000;

/** Documents that came together, or are read anew together. */
export function BatchesTab() {
  const t = useTranslations("ingestion");
  const api = useApi();
  const [isAsking, setIsAsking] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const list = usePagedList("batches", (query, signal) =>
    api.call(BatchPage, `/api/ingestion/batches?${query}`, { signal }),
  );
  const { items, reload } = list;
  const isMoving = items?.some((batch) => !batch.is_done) ?? false;
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), pollEveryMs);
    return () => clearInterval(timer);
  }, [isMoving, reload]);
  const act = async (batch: IngestionBatch, verb: "retry" | "cancel") => {
    setError(null);
    try {
      await api.send(`/api/ingestion/batches/${batch.id}/${verb}`, { method: "POST" });
      reload();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <>
      <div className={styles.filters}>
        <p className={styles.quiet}>{t("batches.lead")}</p>
        <Button onClick={() => setIsAsking(true)}>
          <RefreshCw aria-hidden />
          {t("reindex.open")}
        </Button>
      </div>
      {error !== null && <FailureMessage error={error} />}
      {list.error !== null && <FailureMessage error={list.error} onRetry={reload} />}
      {!items && list.error === null && <Skeleton shape="block" />}
      {items?.length === 0 && <EmptyState title={t("batches.emptyTitle")}>{t("batches.emptyText")}</EmptyState>}
      {items && items.length > 0 && (
        <ul className={styles.list}>
          {items.map((batch) => (
            <BatchRow key={batch.id} batch={batch} onAct={(verb) => act(batch, verb)} />
          ))}
        </ul>
      )}
      {list.hasMore && (
        <div className={styles.more}>
          <Button onClick={list.loadMore}>{t("more")}</Button>
        </div>
      )}
      {isAsking && (
        <ReindexDialog
          onClose={() => setIsAsking(false)}
          onStarted={() => {
            setIsAsking(false);
            reload();
          }}
        />
      )}
    </>
  );
}

function BatchRow({ batch, onAct }: { batch: IngestionBatch; onAct: (verb: "retry" | "cancel") => void }) {
  const t = useTranslations("ingestion");
  const locale = useLocale();
  const progressText = useProgressText();
  const { counts } = batch;
  return (
    <li className={styles.row}>
      <div className={styles.main}>
        <p className={styles.name}>{batch.name}</p>
        <p className={styles.quiet}>
          {[
            t(`batches.kind.${batch.kind}`),
            formatDateTime(locale, new Date(batch.created_at)),
            t("batches.ready", { ready: counts.success, total: counts.total }),
            counts.failed > 0 && t("batches.failed", { count: counts.failed }),
            progressText(null, batch.is_done ? null : batch.eta_s),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {!batch.is_done && <Progress ratio={batch.progress} label={t("jobs.progressOf", { name: batch.name })} />}
      </div>
      {batch.is_done ? (
        counts.failed + counts.cancelled > 0 && (
          <IconButton label={t("batches.retry", { name: batch.name })} size="small" onClick={() => onAct("retry")}>
            <RotateCw aria-hidden />
          </IconButton>
        )
      ) : (
        <IconButton label={t("batches.cancel", { name: batch.name })} size="small" onClick={() => onAct("cancel")}>
          <X aria-hidden />
        </IconButton>
      )}
    </li>
  );
}

function ReindexDialog({ onClose, onStarted }: { onClose: () => void; onStarted: () => void }) {
  const t = useTranslations("ingestion");
  const api = useApi();
  const { sourceApps } = useSession();
  const [sourceApp, setSourceApp] = useState("");
  const [only, setOnly] = useState<"all" | "failed" | "outdated">("outdated");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const start = async () => {
    setIsBusy(true);
    setError(null);
    try {
      await api.send("/api/ingestion/reindex", { method: "POST", body: { source_app: sourceApp || null, only } });
      onStarted();
    } catch (failure) {
      setError(failure);
      setIsBusy(false);
    }
  };
  return (
    <Dialog title={t("reindex.title")} onClose={onClose}>
      <p>{t("reindex.text")}</p>
      <SelectField label={t("reindex.where")} value={sourceApp} onChange={(event) => setSourceApp(event.target.value)}>
        <option value="">{t("reindex.everywhere")}</option>
        {sourceApps.map((one) => (
          <option key={one.sourceApp} value={one.sourceApp}>
            {one.label}
          </option>
        ))}
      </SelectField>
      <SelectField
        label={t("reindex.which")}
        value={only}
        onChange={(event) => setOnly(event.target.value as typeof only)}
      >
        {(["outdated", "failed", "all"] as const).map((one) => (
          <option key={one} value={one}>
            {t(`reindex.only.${one}`)}
          </option>
        ))}
      </SelectField>
      {error !== null && <FailureMessage error={error} />}
      <DialogActions>
        <Button onClick={onClose}>{t("reindex.cancel")}</Button>
        <Button variant="primary" disabled={isBusy} onClick={start}>
          {t("reindex.start")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
