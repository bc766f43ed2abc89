"use client";
import {
  CreatedVirtualKey,
  CreateVirtualKeyRequest,
  UpdateVirtualKeyRequest,
  type VirtualKey,
} from "@aurora/contracts";
import { formatDate } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { namesIn } from "../../admin/provider-fields.tsx";
import { useApi } from "../../api/api-provider.tsx";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogActions } from "../../components/dialog.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { CheckField, SelectField, TextArea, TextField } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import { LimitRows, limitOf, type TypedLimit, typedLimit } from "../limits/limit-rows.tsx";
import { useChoices } from "../use-choices.ts";
import { useSubmit } from "../use-submit.ts";

const lifetimesDays = [7, 30, 90, 365] as const;

type Props = {
  /** null = a new one. */
  virtualKey: VirtualKey | null;
  onClose: () => void;
  onCreated: (created: z.infer<typeof CreatedVirtualKey>) => void;
  onSaved: (name: string) => void;
};

/** For whom a key is, what it may ask for, where its text may go, how much it may spend and until when. */
export function KeyDialog({ virtualKey: key, onClose, onCreated, onSaved }: Props) {
  const t = useTranslations("virtualKeys");
  const locale = useLocale();
  const api = useApi();
  const submit = useSubmit();
  const choices = useChoices();
  const [callerApp, setCallerApp] = useState(key?.caller_app ?? "");
  const [sourceApp, setSourceApp] = useState(key?.source_app ?? "");
  const [person, setPerson] = useState(key?.user_id ?? "");
  const [isEveryModel, setIsEveryModel] = useState((key?.allowed_models ?? null) === null);
  const [isLocalOnly, setIsLocalOnly] = useState((key?.egress ?? "local_only") === "local_only");
  const [limits, setLimits] = useState<readonly TypedLimit[]>((key?.limits ?? []).map(typedLimit));
  const external = choices.providers.filter(({ location }) => location === "external");
  // Choices come after the form: what the key has is offered from the start.
  const withOwn = (items: readonly (readonly [id: string, name: string])[], own: string) =>
    own === "" || items.some(([id]) => id === own) ? items : [[own, own] as const, ...items];
  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const days = text("days");
    const approved = isLocalOnly ? [] : external.filter(({ id }) => data.get(`approve ${id}`)).map(({ id }) => id);
    const fields = {
      name: text("name"),
      caller_app: callerApp,
      source_app: sourceApp || null,
      user_id: person || null,
      allowed_models: isEveryModel ? null : namesIn(text("models")),
      egress: isLocalOnly ? "local_only" : "approved",
      approved_provider_ids: approved,
      shares_cache: data.get("shares_cache") !== null,
      limits: limits.map(limitOf),
      ...(days && { expires_in_days: Number(days) }),
    };
    if (key) {
      const body = submit.check(UpdateVirtualKeyRequest, fields);
      if (body)
        void submit.run(async () => {
          await api.send(`/api/admin/virtual-keys/${key.id}`, { method: "PUT", body });
          onSaved(body.name ?? key.name);
        });
      return;
    }
    const body = submit.check(CreateVirtualKeyRequest, fields);
    if (body)
      void submit.run(async () =>
        onCreated(await api.call(CreatedVirtualKey, "/api/admin/virtual-keys", { method: "POST", body })),
      );
  }
  const failure = submit.error ?? choices.error;
  return (
    <Dialog title={key ? t("edit", { name: key.name }) : t("add")} size="wide" onClose={onClose}>
      <form method="post" className={styles.form} onSubmit={save}>
        <div className={styles.fields}>
          <TextField
            label={t("form.name")}
            hint={t("form.nameHint")}
            error={submit.faultOf("name")}
            name="name"
            required
            maxLength={200}
            autoComplete="off"
            defaultValue={key?.name ?? ""}
          />
          <SelectField
            label={t("form.expires")}
            error={submit.faultOf("expires_in_days")}
            name="days"
            defaultValue={key ? "" : "90"}
          >
            {key && (
              <option value="">{t("form.keepExpiry", { date: formatDate(locale, new Date(key.expires_at)) })}</option>
            )}
            {lifetimesDays.map((days) => (
              <option key={days} value={days}>
                {t("form.days", { days })}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t("form.callerApp")}
            hint={t("form.callerAppHint")}
            error={submit.faultOf("caller_app") && t("form.noCallerApp")}
            required
            value={callerApp}
            onChange={(event) => setCallerApp(event.target.value)}
          >
            <option value="">{t("form.choose")}</option>
            {withOwn(
              choices.callerApps.map(({ name, label }) => [name, label]),
              key?.caller_app ?? "",
            ).map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t("form.sourceApp")}
            hint={t("form.sourceAppHint")}
            error={submit.faultOf("source_app")}
            value={sourceApp}
            onChange={(event) => setSourceApp(event.target.value)}
          >
            <option value="">{t("form.noSourceApp")}</option>
            {withOwn(
              choices.sourceApps.map(({ source_app, label }) => [source_app, label]),
              key?.source_app ?? "",
            ).map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
        </div>
        <fieldset className={styles.group}>
          <legend>{t("form.models")}</legend>
          <CheckField
            label={t("everyModel")}
            checked={isEveryModel}
            onChange={(event) => setIsEveryModel(event.target.checked)}
          />
          {!isEveryModel && (
            <TextArea
              label={t("form.patterns")}
              hint={t("form.patternsHint")}
              error={submit.faultOf("allowed_models") && t("form.badPatterns")}
              name="models"
              required
              placeholder={"fast\nopenai/gpt-4o*"}
              defaultValue={key?.allowed_models?.join("\n") ?? ""}
            />
          )}
        </fieldset>
        <fieldset className={styles.group}>
          <legend>{t("form.egress")}</legend>
          <CheckField
            label={t("form.localOnly")}
            hint={t("form.localOnlyHint")}
            checked={isLocalOnly}
            onChange={(event) => setIsLocalOnly(event.target.checked)}
          />
          {!isLocalOnly &&
            (external.length === 0 ? (
              <p className={styles.quiet}>{t("form.noExternal")}</p>
            ) : (
              <div className={styles.checks}>
                {external.map(({ id, name }) => (
                  <CheckField
                    key={id}
                    name={`approve ${id}`}
                    label={name}
                    defaultChecked={key?.approved_provider_ids.includes(id) ?? false}
                  />
                ))}
              </div>
            ))}
        </fieldset>
        <LimitRows limits={limits} submit={submit} onChange={setLimits} />
        <details className={styles.more}>
          <summary>{t("form.more")}</summary>
          <div className={styles.form}>
            <SelectField
              label={t("form.person")}
              hint={t("form.personHint")}
              error={submit.faultOf("user_id")}
              value={person}
              onChange={(event) => setPerson(event.target.value)}
            >
              <option value="">{t("form.nobody")}</option>
              {withOwn(
                choices.users.map(({ id, name, email }) => [id, `${name} (${email})`]),
                key?.user_id ?? "",
              ).map(([id, name]) => (
                <option key={id} value={id}>
                  {name}
                </option>
              ))}
            </SelectField>
            <CheckField
              name="shares_cache"
              label={t("form.sharesCache")}
              hint={t("form.sharesCacheHint")}
              defaultChecked={key?.shares_cache ?? false}
            />
          </div>
        </details>
        {failure !== null && <FailureMessage error={failure} />}
        <DialogActions>
          <Button onClick={onClose}>{t("form.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={submit.isBusy}>
            {t(key ? "form.save" : "form.create")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
