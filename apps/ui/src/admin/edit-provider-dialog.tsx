"use client";
import { type Provider, UpdateProviderRequest } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { SelectField, TextArea, TextField } from "../components/field.tsx";
import gateway from "../gateway/gateway.module.css";
import { useSubmit } from "../gateway/use-submit.ts";
import { namesIn, shapeOf, TimeoutFields, timeoutsOf } from "./provider-fields.tsx";

type Props = { provider: Provider; onClose: () => void; onSaved: () => void };

export function EditProviderDialog({ provider, onClose, onSaved }: Props) {
  const t = useTranslations("providers");
  const api = useApi();
  const submit = useSubmit();
  const { needsUrl } = shapeOf[provider.kind];
  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const body = submit.check(UpdateProviderRequest, {
      ...(needsUrl && { base_url: text("base_url"), location: text("location") }),
      ...(provider.kind === "azure_openai" && { api_version: text("api_version") || null }),
      models: namesIn(text("models")),
      timeouts: timeoutsOf(data),
    });
    if (body)
      void submit.run(async () => {
        await api.send(`/api/admin/providers/${provider.id}`, { method: "PUT", body });
        onSaved();
      });
  }
  return (
    <Dialog title={t("edit.title", { name: provider.name })} size="wide" onClose={onClose}>
      <form method="post" className={gateway.form} onSubmit={save}>
        {needsUrl && (
          <>
            <TextField
              label={t("form.url")}
              error={submit.faultOf("base_url") && t("form.badUrl")}
              name="base_url"
              type="url"
              required
              defaultValue={provider.base_url}
            />
            <SelectField
              label={t("form.location")}
              hint={t("form.locationHint")}
              name="location"
              defaultValue={provider.location}
            >
              <option value="external">{t("location.external")}</option>
              <option value="local">{t("location.local")}</option>
            </SelectField>
          </>
        )}
        {provider.kind === "azure_openai" && (
          <TextField
            label={t("form.apiVersion")}
            hint={t("form.apiVersionHint")}
            error={submit.faultOf("api_version") && t("form.badApiVersion")}
            name="api_version"
            defaultValue={provider.api_version ?? ""}
            autoComplete="off"
          />
        )}
        <TextArea
          label={t("form.models")}
          hint={t("edit.modelsHint")}
          error={submit.faultOf("models") && t("form.badModels")}
          name="models"
          required
          defaultValue={provider.models.map(({ name }) => name).join("\n")}
        />
        <fieldset className={gateway.group}>
          <legend>{t("edit.timeouts")}</legend>
          <TimeoutFields initial={provider.timeouts} submit={submit} />
        </fieldset>
        {submit.error !== null && <FailureMessage error={submit.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t("remove.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={submit.isBusy}>
            {t("edit.action")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
