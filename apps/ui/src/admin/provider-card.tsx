"use client";
import { type Provider, ProviderTestResult } from "@aurora/contracts";
import { formatDate } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import type { z } from "zod";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Message } from "../components/feedback.tsx";
import { SelectField } from "../components/field.tsx";
import { Badge } from "../gateway/badge.tsx";
import { ConfirmDialog } from "../gateway/confirm-dialog.tsx";
import gateway from "../gateway/gateway.module.css";
import { EditProviderDialog } from "./edit-provider-dialog.tsx";
import { RotateKeyDialog } from "./rotate-key-dialog.tsx";
import { TestMessage } from "./test-message.tsx";

type Props = {
  provider: Provider;
  /** A model of another provider answers questions. */
  isOtherAnswering: boolean;
  onChanged: () => void;
};

export function ProviderCard({ provider, isOtherAnswering, onChanged }: Props) {
  const t = useTranslations("providers");
  const locale = useLocale();
  const api = useApi();
  const [test, setTest] = useState<z.infer<typeof ProviderTestResult> | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [open, setOpen] = useState<"edit" | "rotate" | "remove" | null>(null);
  const [isRotated, setIsRotated] = useState(false);
  const isEditable = provider.source === "database";
  const path = `/api/admin/providers/${provider.id}`;
  // What was chosen shows at once; the list's own word follows, also when the call failed.
  const [wanted, setWanted] = useState<{ provider: Provider; name: string } | null>(null);
  const chosen =
    wanted?.provider === provider ? wanted.name : (provider.models.find((model) => model.is_default)?.name ?? "");

  async function doing(work: () => Promise<void>) {
    setIsBusy(true);
    setError(null);
    setIsRotated(false);
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
    doing(async () => {
      setTest(null);
      setTest(await api.call(ProviderTestResult, `${path}/test`, { method: "POST" }));
    });
  const change = (body: object) =>
    doing(async () => {
      await api.send(path, { method: "PUT", body });
      onChanged();
    });
  const chooseDefault = (name: string) => {
    setWanted({ provider, name });
    void change({ default_model: name || null });
  };

  return (
    <li className={gateway.card} aria-labelledby={`provider-${provider.id}`}>
      <div className={gateway.cardHead}>
        <div>
          <h2 id={`provider-${provider.id}`}>{provider.name}</h2>
          <p className={gateway.quiet}>
            {[
              t(`kind.${provider.kind}`),
              t(`location.${provider.location}`),
              provider.credential_set_at
                ? t("keyOf", { date: formatDate(locale, new Date(provider.credential_set_at)) })
                : t(provider.has_credential ? "hasKey" : "noKey"),
            ].join(" · ")}
          </p>
          <p className={gateway.mono}>{provider.base_url}</p>
        </div>
        <Badge tone={provider.is_active ? "good" : "quiet"}>{t(provider.is_active ? "active" : "inactive")}</Badge>
      </div>
      {isEditable ? (
        <SelectField
          label={t("default.label")}
          hint={t("default.hint")}
          value={chosen}
          disabled={isBusy || !provider.is_active}
          onChange={(event) => chooseDefault(event.target.value)}
        >
          <option value="">{t(isOtherAnswering ? "default.other" : "default.none")}</option>
          {provider.models.map((model) => (
            <option key={model.id} value={model.name}>
              {model.name}
            </option>
          ))}
        </SelectField>
      ) : (
        <p className={gateway.quiet}>{t("fromEnvironment")}</p>
      )}
      {test && <TestMessage result={test} />}
      {isRotated && <Message tone="good">{t("rotate.done")}</Message>}
      {error !== null && <FailureMessage error={error} />}
      <div className={gateway.actions}>
        <Button size="small" disabled={isBusy} onClick={runTest}>
          {t("test.action")}
        </Button>
        {isEditable && (
          <>
            <Button size="small" onClick={() => setOpen("rotate")}>
              {t(provider.has_credential ? "rotate.open" : "rotate.first")}
            </Button>
            <Button size="small" variant="quiet" onClick={() => setOpen("edit")}>
              {t("edit.open")}
            </Button>
            <Button
              size="small"
              variant="quiet"
              disabled={isBusy}
              onClick={() => change({ is_active: !provider.is_active })}
            >
              {t(provider.is_active ? "deactivate" : "activate")}
            </Button>
            <Button size="small" variant="quiet" onClick={() => setOpen("remove")}>
              {t("remove.action")}
            </Button>
          </>
        )}
      </div>
      {open === "edit" && (
        <EditProviderDialog
          provider={provider}
          onClose={() => setOpen(null)}
          onSaved={() => {
            setOpen(null);
            onChanged();
          }}
        />
      )}
      {open === "rotate" && (
        <RotateKeyDialog
          provider={provider}
          onClose={() => setOpen(null)}
          onRotated={() => {
            setOpen(null);
            setIsRotated(true);
            onChanged();
          }}
        />
      )}
      {open === "remove" && (
        <ConfirmDialog
          title={t("remove.title", { name: provider.name })}
          action={t("remove.action")}
          onClose={() => setOpen(null)}
          onConfirm={async () => {
            await api.send(path, { method: "DELETE" });
            onChanged();
          }}
        >
          {t("remove.text")}
        </ConfirmDialog>
      )}
    </li>
  );
}
