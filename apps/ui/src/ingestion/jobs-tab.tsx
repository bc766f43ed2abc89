"use client";
import { finalJobStates, IngestionJob, page } from "@aurora/contracts";
import { formatDateTime } from "@aurora/i18n";
import { RotateCw, X } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { usePagedList } from "../api/use-paged-list.ts";
import { Button, IconButton } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { EmptyState, Skeleton } from "../components/feedback.tsx";
import { SelectField } from "../components/field.tsx";
import { StatusBadge } from "../documents/document-row.tsx";
import { FileGlyph } from "../documents/file-glyph.tsx";
import { Progress } from "../documents/progress.tsx";
import { useFailureHelp } from "../documents/use-failure-help.ts";
import { useProgressText } from "../documents/use-progress-text.ts";
import { Link } from "../i18n/routing.ts";
import styles from "./ingestion.module.css";

const JobPage = page(IngestionJob);
const states = ["queued", "converting", "embedding", "success", "failed", "cancelled"] as const;
const pollEveryMs = 3_000;

/** Jobs, newest first. Dead letters are those given up after their last try: they wait for somebody to look at them. */
export function JobsTab({ isDeadLetter }: { isDeadLetter: boolean }) {
  const t = useTranslations("ingestion");
  const statusName = useTranslations("documents");
  const api = useApi();
  const [state, setState] = useState("");
  const [error, setError] = useState<unknown>(null);
  const list = usePagedList(`jobs/${isDeadLetter}/${state}`, (query, signal) => {
    if (isDeadLetter) query.set("dead_letter", "true");
    if (state) query.set("state", state);
    return api.call(JobPage, `/api/ingestion/jobs?${query}`, { signal });
  });
  const { items, reload } = list;
  const isMoving = items?.some((job) => !finalJobStates.includes(job.state)) ?? false;
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), pollEveryMs);
    return () => clearInterval(timer);
  }, [isMoving, reload]);
  const act = async (job: IngestionJob, verb: "retry" | "cancel") => {
    setError(null);
    try {
      await api.send(`/api/ingestion/jobs/${job.id}/${verb}`, { method: "POST" });
      reload();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <>
      {!isDeadLetter && (
        <div className={styles.filters}>
          <SelectField label={t("jobs.state")} value={state} onChange={(event) => setState(event.target.value)}>
            <option value="">{t("jobs.everyState")}</option>
            {states.map((one) => (
              <option key={one} value={one}>
                {statusName(`status.${one}`)}
              </option>
            ))}
          </SelectField>
        </div>
      )}
      {error !== null && <FailureMessage error={error} />}
      {list.error !== null && <FailureMessage error={list.error} onRetry={reload} />}
      {!items && list.error === null && <Skeleton shape="block" />}
      {items?.length === 0 && (
        <EmptyState title={isDeadLetter ? t("dead.emptyTitle") : t("jobs.emptyTitle")}>
          {isDeadLetter ? t("dead.emptyText") : t("jobs.emptyText")}
        </EmptyState>
      )}
      {items && items.length > 0 && (
        <ul className={styles.list}>
          {items.map((job) => (
            <JobRow key={job.id} job={job} onAct={(verb) => act(job, verb)} />
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

function JobRow({ job, onAct }: { job: IngestionJob; onAct: (verb: "retry" | "cancel") => void }) {
  const t = useTranslations("ingestion");
  const locale = useLocale();
  const explain = useFailureHelp();
  const progressText = useProgressText();
  const isFinal = finalJobStates.includes(job.state);
  return (
    <li className={styles.row}>
      <FileGlyph filename={job.filename} />
      <div className={styles.main}>
        <Link href={`/documents/${job.document_id}`} className={styles.name}>
          {job.filename}
        </Link>
        <p className={styles.quiet}>
          {[
            formatDateTime(locale, new Date(job.created_at)),
            t("jobs.version", { version: job.version }),
            t("jobs.attempts", { count: job.attempts }),
            !isFinal && progressText(job.step, job.eta_s),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {job.failure && (
          <p className={styles.quiet}>
            <strong className={styles.bad}>{explain(job.failure).reason}</strong> {explain(job.failure).help}
          </p>
        )}
        {!isFinal && <Progress ratio={job.progress} label={t("jobs.progressOf", { name: job.filename })} />}
      </div>
      <StatusBadge status={job.state} />
      {isFinal ? (
        job.state !== "success" && (
          <IconButton label={t("jobs.retry", { name: job.filename })} size="small" onClick={() => onAct("retry")}>
            <RotateCw aria-hidden />
          </IconButton>
        )
      ) : (
        <IconButton label={t("jobs.cancel", { name: job.filename })} size="small" onClick={() => onAct("cancel")}>
          <X aria-hidden />
        </IconButton>
      )}
    </li>
  );
}
