"use client";
import type { DocumentSummary } from "@aurora/contracts";
import { formatBytes, formatDate, formatPercent } from "@aurora/i18n";
import { RotateCw, Trash2 } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { Button, IconButton } from "../components/button.tsx";
import { classes } from "../components/classes.ts";
import { Link } from "../i18n/routing.ts";
import { useSession } from "../session/session-provider.tsx";
import styles from "./documents-page.module.css";
import { FileGlyph } from "./file-glyph.tsx";
import { Progress } from "./progress.tsx";
import { useFailureHelp } from "./use-failure-help.ts";
import { useProgressText } from "./use-progress-text.ts";

/** Below this share the reader should look at how the document was read. */
const lowQuality = 0.9;

type Props = {
  document: DocumentSummary;
  isChosen: boolean;
  /** Absent where nothing of the list can be chosen. */
  onChoose?: (isChosen: boolean) => void;
  onDelete: () => void;
  onRetry: () => void;
};

export function DocumentRow({ document, isChosen, onChoose, onDelete, onRetry }: Props) {
  const t = useTranslations("documents");
  const locale = useLocale();
  const { sourceApps } = useSession();
  const explain = useFailureHelp();
  const progressText = useProgressText();
  const service = sourceApps.find((one) => one.sourceApp === document.source_app);
  const canManage = service?.permissions.includes("manage") ?? false;
  const isBusy = ["queued", "converting", "chunking", "embedding", "indexing"].includes(document.status);
  const size = formatBytes(locale, document.size_bytes);
  const details = [
    document.folder,
    document.title !== document.filename && document.filename,
    document.page_count && t("pages", { count: document.page_count }),
    size,
    document.version > 1 && t("version", { version: document.version }),
    document.quality !== null &&
      document.quality < lowQuality &&
      t("lowQuality", { share: formatPercent(locale, document.quality) }),
    document.duplicate_of !== null && t("duplicate"),
    isBusy && progressText(document.step, document.eta_s),
  ].filter(Boolean);
  return (
    <li
      className={styles.row}
      data-services={sourceApps.length > 1 || undefined}
      data-chosen={(isChosen && canManage) || undefined}
    >
      {onChoose &&
        (canManage ? (
          <label className={styles.choose}>
            <input type="checkbox" checked={isChosen} onChange={(event) => onChoose(event.target.checked)} />
            <span className="visually-hidden">{t("select.of", { name: document.title })}</span>
          </label>
        ) : (
          <span />
        ))}
      <FileGlyph filename={document.filename} />
      <div className={styles.main}>
        <Link className={styles.title} href={`/documents/${document.id}`}>
          {document.title}
        </Link>
        <p className={styles.meta}>{details.join(" · ")}</p>
      </div>
      {sourceApps.length > 1 && <span className={styles.cell}>{service?.label ?? document.source_app}</span>}
      <StatusBadge status={document.status} />
      <span className={styles.cell}>{formatDate(locale, new Date(document.created_at))}</span>
      {canManage ? (
        <IconButton
          className={styles.delete}
          size="small"
          label={t("deleteOf", { name: document.title })}
          onClick={onDelete}
        >
          <Trash2 aria-hidden />
        </IconButton>
      ) : (
        <span />
      )}
      {isBusy && (
        <div className={styles.progress}>
          <Progress ratio={document.progress} label={t("progressOf", { name: document.title })} />
        </div>
      )}
      {document.failure && (
        <div className={styles.reason}>
          <p>
            <strong>{explain(document.failure).reason}</strong> {explain(document.failure).help}
          </p>
          {document.job_id && service?.permissions.includes("ingest") && (
            <Button size="small" aria-label={t("retryOf", { name: document.title })} onClick={onRetry}>
              <RotateCw aria-hidden />
              {t("retry")}
            </Button>
          )}
        </div>
      )}
    </li>
  );
}

export function StatusBadge({ status }: { status: DocumentSummary["status"] }) {
  const t = useTranslations("documents");
  const look =
    status === "success"
      ? styles.ready
      : status === "failed"
        ? styles.bad
        : status === "cancelled" || status === "uploading"
          ? null
          : styles.busy;
  return <span className={classes(styles.status, look)}>{t(`status.${status}`)}</span>;
}
