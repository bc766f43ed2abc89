"use client";
import { type Provider, ProviderTestResult } from "@aurora/contracts";
import { formatDuration } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import type { z } from "zod";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Message } from "../components/feedback.tsx";
import { SelectField } from "../components/field.tsx";
import styles from "./providers.module.css";

export function ProviderCard({ provider, onChanged }: { provider: Provider; onChanged: () => void }) {
  const t = useTranslations("providers");
  const locale = useLocale();
  const api = useApi();
  const [test, setTest] = useState<z.infer<typeof ProviderTestResult> | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [isRemoving, setIsRemoving] = useState(false);
  const isEditable = provider.source === "database";
  const path = `/api/admin/providers/${provider.id}`;
  // What was chosen shows at once; the list's own word follows, also when the call failed.
  const [wanted, setWanted] = useState<{ provider: Provider; name: string } | null>(null);
  const chosen =
    wanted?.provider === provider ? wanted.name : (provider.models.find((model) => model.is_default)?.name ?? "");

  async function doing(work: () => Promise<void>) {
    setIsBusy(true);
    setError(null);
    try {
      await work();
    } catch (failure) {
      setError(failure);
      setWanted(null);
    } finally {
      setIsBusy(false);
    }
  }
  const runTest = () =>
    doing(async () => setTest(await api.call(ProviderTestResult, `${path}/test`, { method: "POST" })));
  const chooseDefault = (name: string) =>
    doing(async () => {
      setWanted({ provider, name });
      await api.send(path, { method: "PUT", body: { default_model: name || null } });
      onChanged();
    });
  const remove = () =>
    doing(async () => {
      await api.send(path, { method: "DELETE" });
      setIsRemoving(false);
      onChanged();
    });

  return (
    <li className={styles.card}>
      <div className={styles.head}>
        <div>
          <h2>{provider.name}</h2>
          <p>
            {[
              t(`kind.${provider.kind}`),
              t(`location.${provider.location}`),
              t(provider.has_credential ? "hasKey" : "noKey"),
            ].join(" · ")}
          </p>
          <p className={styles.url}>{provider.base_url}</p>
        </div>
        <div className={styles.actions}>
          <Button size="small" disabled={isBusy} onClick={runTest}>
            {t("test.action")}
          </Button>
          {isEditable && (
            <Button size="small" variant="quiet" onClick={() => setIsRemoving(true)}>
              {t("remove.action")}
            </Button>
          )}
        </div>
      </div>
      {isEditable ? (
        <SelectField
          label={t("default.label")}
          hint={t("default.hint")}
          value={chosen}
          disabled={isBusy}
          onChange={(event) => chooseDefault(event.target.value)}
        >
          <option value="">{t("default.none")}</option>
          {provider.models.map((model) => (
            <option key={model.id} value={model.name}>
              {model.name}
            </option>
          ))}
        </SelectField>
      ) : (
        <p>{t("fromEnvironment")}</p>
      )}
      {test && (
        <Message tone={test.ok ? "good" : "danger"}>
          {test.ok
            ? t("test.ok", { duration: formatDuration(locale, test.ms) })
            : t("test.failed", { status: test.status ?? test.code ?? "–" })}
        </Message>
      )}
      {error !== null && <FailureMessage error={error} />}
      {isRemoving && (
        <Dialog title={t("remove.title", { name: provider.name })} onClose={() => setIsRemoving(false)}>
          <p>{t("remove.text")}</p>
          <DialogActions>
            <Button onClick={() => setIsRemoving(false)}>{t("remove.cancel")}</Button>
            <Button variant="danger" disabled={isBusy} onClick={remove}>
              {t("remove.action")}
            </Button>
          </DialogActions>
        </Dialog>
      )}
    </li>
  );
}
