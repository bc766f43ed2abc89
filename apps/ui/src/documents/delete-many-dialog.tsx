"use client";
import { DeletionReceipt, type DocumentSummary } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { useEffect, useRef, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { ReceiptView } from "../ingestion/receipt-view.tsx";
import styles from "./documents-page.module.css";
import { joinReceipts } from "./join-receipts.ts";
import { Progress } from "./progress.tsx";

type Props = { documents: readonly DocumentSummary[]; onClose: () => void; onDeleted: () => void };
const namesShown = 8;

/** Deletes several documents one after the other; each has a receipt of its own, and what they say together is shown. */
export function DeleteManyDialog({ documents, onClose, onDeleted }: Props) {
  const t = useTranslations("documents");
  const api = useApi();
  const [wanted] = useState(documents); // the list behind may read itself anew meanwhile
  const [receipts, setReceipts] = useState<readonly DeletionReceipt[]>([]);
  const [failed, setFailed] = useState<readonly { title: string; error: unknown }[]>([]);
  const [state, setState] = useState<"asked" | "running" | "done">("asked");
  const isStopped = useRef(false);
  const stop = () => {
    isStopped.current = true;
  };
  useEffect(
    () => () => {
      isStopped.current = true;
    },
    [],
  );
  async function remove() {
    setState("running");
    isStopped.current = false;
    for (const { id, title } of wanted) {
      if (isStopped.current) break;
      try {
        const receipt = await api.call(DeletionReceipt, `/api/documents/${id}`, { method: "DELETE" });
        setReceipts((before) => [...before, receipt]);
      } catch (error) {
        setFailed((before) => [...before, { title, error }]);
      }
    }
    setState("done");
  }
  const leave = state === "asked" ? onClose : onDeleted;
  if (state === "done") {
    const joined = joinReceipts(receipts);
    return (
      <Dialog title={t("deleteMany.done", { count: receipts.length })} onClose={onDeleted}>
        {failed.map(({ title, error }) => (
          <div key={title}>
            <p className={styles.quote}>{title}</p>
            <FailureMessage error={error} />
          </div>
        ))}
        {joined && <ReceiptView receipt={joined} />}
        <p>{t("deleteMany.receipts")}</p>
        <DialogActions>
          <Button variant="primary" onClick={onDeleted}>
            {t("delete.close")}
          </Button>
        </DialogActions>
      </Dialog>
    );
  }
  return (
    <Dialog title={t("deleteMany.title", { count: wanted.length })} onClose={leave}>
      <ul className={styles.names}>
        {wanted.slice(0, namesShown).map(({ id, title }) => (
          <li key={id} className={styles.quote}>
            {title}
          </li>
        ))}
        {wanted.length > namesShown && <li>{t("deleteMany.others", { count: wanted.length - namesShown })}</li>}
      </ul>
      <p>{t("deleteMany.text")}</p>
      {state === "running" && (
        <Progress
          ratio={(receipts.length + failed.length) / wanted.length}
          label={t("deleteMany.progress", { done: receipts.length + failed.length, count: wanted.length })}
        />
      )}
      <DialogActions>
        {state === "running" ? (
          <Button onClick={stop}>{t("deleteMany.stop")}</Button>
        ) : (
          <>
            <Button onClick={onClose}>{t("deleteMany.cancel")}</Button>
            <Button variant="danger" onClick={remove}>
              {t("deleteMany.action", { count: wanted.length })}
            </Button>
          </>
        )}
      </DialogActions>
    </Dialog>
  );
}
