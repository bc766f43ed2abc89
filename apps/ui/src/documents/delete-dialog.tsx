"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import styles from "./documents-page.module.css";

type Props = { document: { id: string; title: string }; onClose: () => void; onDeleted: () => void };

export function DeleteDialog({ document, onClose, onDeleted }: Props) {
  const t = useTranslations("documents");
  const api = useApi();
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  async function remove() {
    setIsBusy(true);
    setError(null);
    try {
      await api.send(`/api/documents/${document.id}`, { method: "DELETE" });
      onDeleted();
    } catch (failure) {
      setError(failure);
      setIsBusy(false);
    }
  }
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
