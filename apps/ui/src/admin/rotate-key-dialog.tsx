"use client";
import { type Provider, type ProviderTestResult, RotateKeyRequest, RotateKeyResult } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Message } from "../components/feedback.tsx";
import { TextField } from "../components/field.tsx";
import gateway from "../gateway/gateway.module.css";
import { useSubmit } from "../gateway/use-submit.ts";
import { TestMessage } from "./test-message.tsx";

type Props = { provider: Provider; onClose: () => void; onRotated: () => void };

/** A new key takes the old one's place only when the provider answers with it. */
export function RotateKeyDialog({ provider, onClose, onRotated }: Props) {
  const t = useTranslations("providers");
  const api = useApi();
  const submit = useSubmit();
  const [refused, setRefused] = useState<z.infer<typeof ProviderTestResult> | null>(null);
  function rotate(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get("api_key") ?? "").trim();
    const body = submit.check(RotateKeyRequest, { api_key: typed });
    if (!body) return;
    setRefused(null);
    void submit.run(async () => {
      const path = `/api/admin/providers/${provider.id}/rotate-key`;
      const { is_rotated, test } = await api.call(RotateKeyResult, path, { method: "POST", body });
      if (is_rotated) onRotated();
      else setRefused(test);
    });
  }
  return (
    <Dialog title={t("rotate.title", { name: provider.name })} onClose={onClose}>
      <form method="post" className={gateway.form} onSubmit={rotate}>
        <p>{t("rotate.text")}</p>
        <TextField
          label={t("rotate.key")}
          hint={t("form.keyHint")}
          error={submit.faultOf("api_key")}
          name="api_key"
          type="password"
          autoComplete="off"
          required
          maxLength={500}
        />
        {refused && (
          <>
            <TestMessage result={refused} />
            <Message>{t("rotate.kept")}</Message>
          </>
        )}
        {submit.error !== null && <FailureMessage error={submit.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t("remove.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={submit.isBusy}>
            {t("rotate.action")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
