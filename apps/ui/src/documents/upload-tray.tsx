"use client";
import { Check, ChevronDown, RotateCw, X } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button, IconButton } from "../components/button.tsx";
import { classes } from "../components/classes.ts";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { useFailureSentence } from "../components/failure-message.tsx";
import { Message } from "../components/feedback.tsx";
import { SelectField } from "../components/field.tsx";
import { Link } from "../i18n/routing.ts";
import { useSession } from "../session/session-provider.tsx";
import { FileGlyph } from "./file-glyph.tsx";
import { Progress } from "./progress.tsx";
import styles from "./upload-tray.module.css";
import { isFinished, type Upload, useUploads } from "./uploads-provider.tsx";
import { useFailureHelp } from "./use-failure-help.ts";
import { useProgressText } from "./use-progress-text.ts";

/** Every file on its way, in a corner of every page. */
export function UploadTray() {
  const t = useTranslations("documents");
  const { items, pending, clearFinished, retryAll } = useUploads();
  const [isOpen, setIsOpen] = useState(true);
  const open = items.filter((item) => !isFinished(item)).length;
  const failed = items.filter(({ step }) => step.name === "failed" || step.name === "refused").length;
  const ready = items.filter(({ step }) => step.name === "ready").length;
  return (
    <>
      {pending.length > 0 && <ChooseSourceApp />}
      {items.length > 0 && (
        <section className={styles.tray} aria-label={t("tray.label")}>
          <div className={styles.head}>
            <p className={styles.title} aria-live="polite">
              {open > 0 ? t("tray.open", { count: open }) : t("tray.done", { count: ready })}
            </p>
            <IconButton
              label={isOpen ? t("tray.collapse") : t("tray.expand")}
              aria-expanded={isOpen}
              size="small"
              onClick={() => setIsOpen(!isOpen)}
            >
              <ChevronDown aria-hidden className={classes(styles.chevron, !isOpen && styles.up)} />
            </IconButton>
            {open === 0 && (
              <IconButton label={t("tray.clear")} size="small" onClick={clearFinished}>
                <X aria-hidden />
              </IconButton>
            )}
          </div>
          {isOpen && failed > 1 && (
            <div className={styles.failed}>
              <span>{t("tray.failed", { count: failed })}</span>
              <Button size="small" onClick={retryAll}>
                <RotateCw aria-hidden />
                {t("tray.retryAll")}
              </Button>
            </div>
          )}
          {isOpen && (
            <ul className={styles.list}>
              {items.map((item) => (
                <UploadRow key={item.id} upload={item} />
              ))}
            </ul>
          )}
        </section>
      )}
    </>
  );
}

function UploadRow({ upload }: { upload: Upload }) {
  const t = useTranslations("documents");
  const { cancel, retry } = useUploads();
  const sentence = useFailureSentence();
  const explain = useFailureHelp();
  const progressText = useProgressText();
  const { step, file } = upload;
  const text =
    step.name === "processing"
      ? [t(`status.${step.state}`), progressText(step.progress, step.etaSeconds)].filter(Boolean).join(" · ")
      : step.name === "failed"
        ? (storageSentence(step.error, t) ?? sentence(step.error))
        : step.name === "refused"
          ? explain(step.failure).reason
          : t(`step.${step.name}`);
  const isBad = step.name === "failed" || step.name === "refused";
  return (
    <li className={styles.row}>
      <FileGlyph filename={file.name} />
      <div className={styles.what}>
        <p className={styles.name} title={file.name}>
          {step.name === "ready" && upload.documentId ? (
            <Link href={`/documents/${upload.documentId}`}>{file.name}</Link>
          ) : (
            file.name
          )}
        </p>
        <p className={classes(styles.state, isBad && styles.bad)}>{text}</p>
        {step.name === "refused" && <p className={styles.state}>{explain(step.failure).help}</p>}
        {(step.name === "sending" || step.name === "processing") && (
          <Progress ratio={step.ratio} label={t("progressOf", { name: file.name })} />
        )}
      </div>
      {step.name === "ready" && <Check className={styles.ok} aria-hidden />}
      {isBad || step.name === "cancelled" ? (
        <IconButton label={t("retryOf", { name: file.name })} size="small" onClick={() => retry(upload.id)}>
          <RotateCw aria-hidden />
        </IconButton>
      ) : (
        !isFinished(upload) && (
          <IconButton label={t("cancelOf", { name: file.name })} size="small" onClick={() => cancel(upload.id)}>
            <X aria-hidden />
          </IconButton>
        )
      )}
    </li>
  );
}

/** The object store speaks XML to machines: its refusals get a sentence here. */
function storageSentence(error: unknown, t: ReturnType<typeof useTranslations<"documents">>): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "storage_refused" || code === "storage_unreachable" ? t(`storage.${code}`) : null;
}

function ChooseSourceApp() {
  const t = useTranslations("documents");
  const { sourceApps } = useSession();
  const { pending, start, dropPending } = useUploads();
  const targets = sourceApps.filter(({ permissions }) => permissions.includes("ingest"));
  const [target, setTarget] = useState(targets[0]?.sourceApp ?? "");
  if (targets.length === 0)
    return (
      <Dialog title={t("choose.title", { count: pending.length })} onClose={dropPending}>
        <Message tone="caution">{t("choose.noRight")}</Message>
      </Dialog>
    );
  return (
    <Dialog title={t("choose.title", { count: pending.length })} onClose={dropPending}>
      <SelectField
        label={t("choose.label")}
        hint={t("choose.hint")}
        value={target}
        onChange={(event) => setTarget(event.target.value)}
      >
        {targets.map((one) => (
          <option key={one.sourceApp} value={one.sourceApp}>
            {one.label}
          </option>
        ))}
      </SelectField>
      <DialogActions>
        <Button onClick={dropPending}>{t("choose.cancel")}</Button>
        <Button variant="primary" onClick={() => start(target)}>
          {t("choose.action")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
