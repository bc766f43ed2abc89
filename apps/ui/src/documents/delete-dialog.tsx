"use client";
import { DeletionReceipt } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { ReceiptView } from "../ingestion/receipt-view.tsx";
import styles from "./documents-page.module.css";

type Props = { document: { id: string; title: string }; onClose: () => void; onDeleted: () => void };

export function DeleteDialog({ document, onClose, onDeleted }: Props) {
  const t = useTranslations("documents");
  const api = useApi();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [receipt, setReceipt] = useState<DeletionReceipt | null>(null);
  async function remove() {
    setIsBusy(true);
    setError(null);
    try {
      setReceipt(await api.call(DeletionReceipt, `/api/documents/${document.id}`, { method: "DELETE" }));
    } catch (failure) {
      setError(failure);
      setIsBusy(false);
    }
  }
  if (receipt)
    return (
      <Dialog title={t("delete.done")} onClose={onDeleted}>
        <p className={styles.quote}>{document.title}</p>
        <ReceiptView receipt={receipt} />
        <DialogActions>
          <Button variant="primary" onClick={onDeleted}>
            {t("delete.close")}
          </Button>
        </DialogActions>
      </Dialog>
    );
  return (
    <Dialog title={t("delete.title")} onClose={onClose}>
      <p className={styles.quote}>{document.title}</p>
      <p>{t("delete.text")}</p>
      {error !== null && <FailureMessage error={error} />}
      <DialogActions>
        <Button onClick={onClose}>{t("delete.cancel")}</Button>
        <Button variant="danger" disabled={isBusy} onClick={remove}>
          {t("delete.action")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
