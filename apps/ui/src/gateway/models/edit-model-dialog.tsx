"use client";
import { type CatalogueModel, UpdateModelRequest } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import type { FormEvent } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogActions } from "../../components/dialog.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import { shiftPoint, typedDecimal } from "../money.ts";
import { useSubmit } from "../use-submit.ts";

/** Shown a million tokens, stored a token; those of `perCall` are a call or a picture. */
const perMillion = ["prompt", "completion", "cached_read", "cache_write", "reasoning"] as const;
const perCall = ["request", "image"] as const;
const main = ["prompt", "completion"] as const;
const abilities = ["tools", "vision", "json_schema", "streaming"] as const;

const isDecimal = (text: string) => /^\d+(?:\.\d+)?$/.test(text);

type Props = { model: CatalogueModel; onClose: () => void; onSaved: () => void };

export function EditModelDialog({ model, onClose, onSaved }: Props) {
  const t = useTranslations("models");
  const api = useApi();
  const submit = useSubmit();
  const { prices, capabilities } = model;

  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const price = (name: string, places: number) => {
      const typed = typedDecimal(text(name));
      return typed === null || !isDecimal(typed) ? typed : shiftPoint(typed, places);
    };
    const whole = (name: string) => (text(name) === "" ? null : Number(text(name)));
    const body = submit.check(UpdateModelRequest, {
      prices: Object.fromEntries([
        ...perMillion.map((name) => [name, price(name, -6)]),
        ...perCall.map((name) => [name, price(name, 0)]),
      ]),
      context_window: whole("context_window"),
      max_output_tokens: whole("max_output_tokens"),
      capabilities: {
        ...Object.fromEntries(
          abilities.map((name) => [name, text(name) === "" ? null : text(name) === "yes"] as const),
        ),
        embedding_dimensions: whole("embedding_dimensions"),
      },
    });
    if (body)
      void submit.run(async () => {
        await api.send(`/api/admin/models/${model.id}`, { method: "PUT", body });
        onSaved();
      });
  }
  const priceField = (name: (typeof perMillion)[number] | (typeof perCall)[number], places: number) => {
    const price = prices[name];
    return (
      <TextField
        key={name}
        label={t(`edit.${name}`)}
        hint={t(`edit.hint_${name}`)}
        error={submit.faultOf(`prices/${name}`) && t("edit.badPrice")}
        name={name}
        inputMode="decimal"
        autoComplete="off"
        placeholder={t("edit.unknown")}
        defaultValue={price === null ? "" : shiftPoint(price, places)}
      />
    );
  };
  const countField = (name: "context_window" | "max_output_tokens") => (
    <TextField
      label={t(`edit.${name}`)}
      hint={t(`edit.hint_${name}`)}
      error={submit.faultOf(name)}
      name={name}
      type="number"
      min={1}
      max={100_000_000}
      step={1}
      placeholder={t("edit.unknown")}
      defaultValue={model[name] ?? ""}
    />
  );
  // The browser cannot point into what is folded away: faults are said by the fields alone.
  const hidden = [...perMillion.slice(2), ...perCall].map((name) => `prices/${name}`);
  const hasHiddenFault = [...hidden, "capabilities/embedding_dimensions"].some((path) => submit.faultOf(path) !== null);
  return (
    <Dialog title={model.full_name} size="wide" onClose={onClose}>
      <form method="post" noValidate className={styles.form} onSubmit={save}>
        <p className={styles.quiet}>{t("edit.text")}</p>
        <div className={styles.fields}>{main.map((name) => priceField(name, 6))}</div>
        <div className={styles.fields}>
          {countField("context_window")}
          {countField("max_output_tokens")}
        </div>
        <fieldset className={styles.group}>
          <legend>{t("edit.abilities")}</legend>
          <p className={styles.quiet}>{t("edit.abilitiesHint")}</p>
          <div className={styles.fields}>
            {abilities.map((name) => {
              const value = capabilities[name];
              return (
                <SelectField
                  key={name}
                  label={t(`can.${name}`)}
                  name={name}
                  defaultValue={value === null ? "" : value ? "yes" : "no"}
                >
                  <option value="">{t("edit.unknown")}</option>
                  <option value="yes">{t("edit.yes")}</option>
                  <option value="no">{t("edit.no")}</option>
                </SelectField>
              );
            })}
          </div>
        </fieldset>
        <details className={styles.more} open={hasHiddenFault || undefined}>
          <summary>{t("edit.more")}</summary>
          <div className={styles.fields}>
            {perMillion.slice(2).map((name) => priceField(name, 6))}
            {perCall.map((name) => priceField(name, 0))}
            <TextField
              label={t("edit.embedding_dimensions")}
              hint={t("edit.hint_embedding_dimensions")}
              error={submit.faultOf("capabilities/embedding_dimensions")}
              name="embedding_dimensions"
              type="number"
              min={1}
              max={65_536}
              step={1}
              defaultValue={capabilities.embedding_dimensions ?? ""}
            />
          </div>
        </details>
        {submit.error !== null && <FailureMessage error={submit.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" variant="primary" disabled={submit.isBusy}>
            {t("edit.action")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
