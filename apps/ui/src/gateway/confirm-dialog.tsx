"use client";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { Button } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { useSubmit } from "./use-submit.ts";

type Props = {
  title: string;
  /** The verb of what is about to happen. */
  action: string;
  onConfirm: () => Promise<void>;
  onClose: () => void;
  children: ReactNode;
};

/** Asks once more before what cannot be undone. It closes when that is done, and stays, saying why, when it failed. */
export function ConfirmDialog({ title, action, onConfirm, onClose, children }: Props) {
  const t = useTranslations("gateway");
  const submit = useSubmit();
  return (
    <Dialog title={title} onClose={onClose}>
      <p>{children}</p>
      {submit.error !== null && <FailureMessage error={submit.error} />}
      <DialogActions>
        <Button onClick={onClose}>{t("cancel")}</Button>
        <Button
          variant="danger"
          disabled={submit.isBusy}
          onClick={async () => {
            if (await submit.run(onConfirm)) onClose();
          }}
        >
          {action}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
