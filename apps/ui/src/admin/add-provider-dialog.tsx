"use client";
import {
  CreateProviderRequest,
  Provider,
  type ProviderKind,
  ProviderTestResult,
  type SourceApp,
  TestProviderRequest,
} from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { type FormEvent, useRef, useState } from "react";
import type { z } from "zod";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { CheckField, SelectField, TextField } from "../components/field.tsx";
import gateway from "../gateway/gateway.module.css";
import { useSubmit } from "../gateway/use-submit.ts";
import { namesIn, shapeOf } from "./provider-fields.tsx";
import { TestMessage } from "./test-message.tsx";

const kinds = ["openai", "openrouter", "anthropic", "azure_openai", "openai_compatible"] as const;

type Props = {
  sourceApps: readonly SourceApp[];
  /** No model of any provider answers questions yet. */
  isFirst: boolean;
  onClose: () => void;
  /** It is there. `failure`: an approval asked for with it was not saved; null = all were. */
  onAdded: (failure: unknown) => void;
};

/** Where models are, the key, which of them answers, and whose text may go there. */
export function AddProviderDialog({ sourceApps, isFirst, onClose, onAdded }: Props) {
  const t = useTranslations("providers");
  const api = useApi();
  const submit = useSubmit();
  const form = useRef<HTMLFormElement>(null);
  const [kind, setKind] = useState<ProviderKind>("openai");
  const [location, setLocation] = useState<"external" | "local">("external");
  const [test, setTest] = useState<z.infer<typeof ProviderTestResult> | null>(null);
  const shape = shapeOf[kind];
  const canBeLocal = kind === "openai_compatible" || kind === "azure_openai";
  const isExternal = !canBeLocal || location === "external";

  /** What is common to trying and to adding. */
  const typed = () => {
    const data = new FormData(form.current ?? undefined);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const models = namesIn(text("models"));
    const place = {
      kind,
      ...(text("base_url") && { base_url: text("base_url") }),
      ...(text("api_key") && { api_key: text("api_key") }),
      ...(text("api_version") && { api_version: text("api_version") }),
    };
    return { data, text, models, place };
  };
  const tryIt = () => {
    const { models, place } = typed();
    setTest(null);
    const body = submit.check(TestProviderRequest, { ...place, model: models[0] ?? "" });
    if (body)
      void submit.run(async () =>
        setTest(await api.call(ProviderTestResult, "/api/admin/providers/test", { method: "POST", body })),
      );
  };
  function add(event: FormEvent) {
    event.preventDefault();
    const { data, text, models, place } = typed();
    const body = submit.check(CreateProviderRequest, {
      ...place,
      name: text("name"),
      location: isExternal ? "external" : "local",
      models,
      ...(data.get("is_default") && models[0] ? { default_model: models[0] } : {}),
    });
    if (!body) return;
    const approved = isExternal ? sourceApps.filter(({ source_app }) => data.get(`approve ${source_app}`)) : [];
    void submit.run(async () => {
      const provider = await api.call(Provider, "/api/admin/providers", { method: "POST", body });
      try {
        for (const one of approved)
          await api.send(`/api/admin/source-apps/${one.source_app}`, {
            method: "PUT",
            body: {
              egress: "approved",
              approved_provider_ids: [...(one.egress === "approved" ? one.approved_provider_ids : []), provider.id],
            },
          });
        onAdded(null);
      } catch (failure) {
        onAdded(failure);
      }
    });
  }

  return (
    <Dialog title={t("add")} onClose={onClose}>
      <form ref={form} method="post" className={gateway.form} onSubmit={add}>
        <SelectField
          label={t("form.kind")}
          hint={t(`kindHint.${kind}`)}
          value={kind}
          onChange={(event) => {
            setKind(kinds.find((one) => one === event.target.value) ?? "openai");
            setTest(null);
          }}
        >
          {kinds.map((one) => (
            <option key={one} value={one}>
              {t(`kind.${one}`)}
            </option>
          ))}
        </SelectField>
        <TextField
          label={t("form.name")}
          hint={t("form.nameHint")}
          error={submit.faultOf("name") && t("form.badName")}
          name="name"
          required
          maxLength={64}
          autoComplete="off"
        />
        {shape.needsUrl && (
          <TextField
            label={t("form.url")}
            error={submit.faultOf("base_url") && t("form.badUrl")}
            name="base_url"
            type="url"
            required
            placeholder={shape.urlExample}
          />
        )}
        {kind === "azure_openai" && (
          <TextField
            label={t("form.apiVersion")}
            hint={t("form.apiVersionHint")}
            error={submit.faultOf("api_version") && t("form.badApiVersion")}
            name="api_version"
            placeholder="2024-10-21"
            autoComplete="off"
          />
        )}
        {canBeLocal && (
          <SelectField
            label={t("form.location")}
            hint={t("form.locationHint")}
            value={location}
            onChange={(event) => setLocation(event.target.value === "local" ? "local" : "external")}
          >
            <option value="external">{t("location.external")}</option>
            <option value="local">{t("location.local")}</option>
          </SelectField>
        )}
        <TextField
          label={t("form.key")}
          hint={t("form.keyHint")}
          error={submit.faultOf("api_key")}
          name="api_key"
          type="password"
          autoComplete="off"
          required={shape.needsKey}
        />
        <TextField
          label={t("form.models")}
          hint={kind === "azure_openai" ? t("form.deploymentsHint") : t("form.modelsHint")}
          error={(submit.faultOf("models") ?? submit.faultOf("model")) && t("form.badModels")}
          name="models"
          required
          autoComplete="off"
          placeholder={shape.modelExample}
        />
        <CheckField name="is_default" defaultChecked={isFirst} label={t("form.isDefault")} />
        {isExternal && sourceApps.length > 0 && (
          <fieldset className={gateway.group}>
            <legend>{t("form.approve")}</legend>
            <p className={gateway.quiet}>{t("form.approveHint")}</p>
            <div className={gateway.checks}>
              {sourceApps.map(({ source_app, label }) => (
                <CheckField key={source_app} name={`approve ${source_app}`} label={label} />
              ))}
            </div>
          </fieldset>
        )}
        {test && <TestMessage result={test} />}
        {submit.error !== null && <FailureMessage error={submit.error} />}
        <DialogActions>
          <Button disabled={submit.isBusy} onClick={tryIt}>
            {t("form.try")}
          </Button>
          <Button type="submit" variant="primary" disabled={submit.isBusy}>
            {t("form.action")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
