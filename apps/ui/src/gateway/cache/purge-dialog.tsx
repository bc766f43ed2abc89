"use client";
import { PurgeCacheRequest, PurgedCache } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import type { z } from "zod";
import { useApi } from "../../api/api-provider.tsx";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogActions } from "../../components/dialog.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { CheckField, SelectField, TextField } from "../../components/field.tsx";
import { useSession } from "../../session/session-provider.tsx";
import styles from "../gateway.module.css";
import { useSubmit } from "../use-submit.ts";

type Props = { onClose: () => void; onPurged: (purged: z.infer<typeof PurgedCache>) => void };

/** Forgets kept answers: all, or those of a service or a pack. */
export function PurgeDialog({ onClose, onPurged }: Props) {
  const t = useTranslations("cache");
  const api = useApi();
  const submit = useSubmit();
  const { sourceApps } = useSession();
  function purge(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const body = submit.check(PurgeCacheRequest, {
      ...(text("source_app") && { source_app: text("source_app") }),
      ...(text("pack_id") && { pack_id: text("pack_id") }),
      semantic_only: data.has("semantic_only"),
    });
    if (body)
      void submit.run(async () =>
        onPurged(await api.call(PurgedCache, "/api/admin/cache/purge", { method: "POST", body })),
      );
  }
  return (
    <Dialog title={t("purge.title")} onClose={onClose}>
      <form method="post" className={styles.form} onSubmit={purge}>
        <p>{t("purge.text")}</p>
        <SelectField label={t("entries.sourceApp")} name="source_app" error={submit.faultOf("source_app")}>
          <option value="">{t("entries.everySourceApp")}</option>
          {sourceApps.map((one) => (
            <option key={one.sourceApp} value={one.sourceApp}>
              {one.label}
            </option>
          ))}
        </SelectField>
        <TextField
          label={t("policy.pack")}
          hint={t("purge.packHint")}
          error={submit.faultOf("pack_id") && t("policy.badPack")}
          name="pack_id"
          maxLength={64}
          autoComplete="off"
        />
        <CheckField name="semantic_only" label={t("purge.semanticOnly")} hint={t("purge.semanticOnlyHint")} />
        {submit.error !== null && <FailureMessage error={submit.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" variant="danger" disabled={submit.isBusy}>
            {t("purge.action")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
