"use client";
import { type CatalogueModel, ModelAlias, type ModelRoute, PutModelRouteRequest } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { TimeoutFields, timeoutsOf } from "../../admin/provider-fields.tsx";
import { useApi } from "../../api/api-provider.tsx";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogActions } from "../../components/dialog.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { CheckField, TextField } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import { useSubmit } from "../use-submit.ts";
import { TargetList } from "./target-list.tsx";
import type { Target } from "./targets.ts";

type Props = {
  /** null = a new one. */
  route: ModelRoute | null;
  aliases: readonly string[];
  models: readonly CatalogueModel[];
  onClose: () => void;
  onSaved: (alias: string) => void;
};

export function RouteDialog({ route, aliases, models, onClose, onSaved }: Props) {
  const t = useTranslations("modelRoutes");
  const api = useApi();
  const submit = useSubmit();
  const [targets, setTargets] = useState<readonly Target[]>(
    route ? route.targets.map(({ model, weight }) => ({ model, weight })) : [{ model: "", weight: 0 }],
  );
  const [aliasFault, setAliasFault] = useState<string | null>(null);
  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const text = (name: string) => String(data.get(name) ?? "").trim();
    const alias = route?.alias ?? text("alias");
    const fault = !ModelAlias.safeParse(alias).success
      ? t("form.badAlias")
      : !route && aliases.includes(alias)
        ? t("form.taken")
        : null;
    setAliasFault(fault);
    if (fault) return;
    const hedge = text("hedge");
    const body = submit.check(PutModelRouteRequest, {
      description: text("description"),
      targets: targets.map(({ model, weight }) => ({ model: model.trim(), weight })),
      retries: {
        max: Number(text("retries")),
        base_ms: Math.round(Number(text("base")) * 1_000),
        max_ms: Math.round(Number(text("longest")) * 1_000),
      },
      hedge_after_ms: hedge === "" ? null : Math.round(Number(hedge) * 1_000),
      timeouts: timeoutsOf(data),
      is_active: data.get("is_active") !== null,
    });
    if (body)
      void submit.run(async () => {
        await api.send(`/api/admin/model-routes/${encodeURIComponent(alias)}`, { method: "PUT", body });
        onSaved(alias);
      });
  }
  // The browser cannot point into what is folded away: faults are said by the fields alone.
  const hasHiddenFault = ["retries", "hedge_after_ms", "timeouts"].some((path) => submit.faultOf(path) !== null);
  return (
    <Dialog title={route ? t("form.edit", { alias: route.alias }) : t("add")} size="wide" onClose={onClose}>
      <form method="post" noValidate className={styles.form} onSubmit={save}>
        <div className={route ? styles.form : styles.fields}>
          {!route && (
            <TextField
              label={t("form.alias")}
              hint={t("form.aliasHint")}
              error={aliasFault}
              name="alias"
              required
              maxLength={64}
              autoComplete="off"
              placeholder="fast"
            />
          )}
          <TextField
            label={t("form.description")}
            error={submit.faultOf("description")}
            name="description"
            maxLength={500}
            autoComplete="off"
            defaultValue={route?.description ?? ""}
          />
        </div>
        <TargetList targets={targets} models={models} submit={submit} onChange={setTargets} />
        <details className={styles.more} open={hasHiddenFault || undefined}>
          <summary>{t("form.advanced")}</summary>
          <div className={styles.form}>
            <div className={styles.fields}>
              <TextField
                label={t("form.retries")}
                hint={t("form.retriesHint")}
                error={submit.faultOf("retries/max")}
                name="retries"
                type="number"
                required
                min={0}
                max={5}
                step={1}
                defaultValue={route?.retries.max ?? 0}
              />
              <TextField
                label={t("form.base")}
                hint={t("form.baseHint")}
                error={submit.faultOf("retries/base_ms")}
                name="base"
                type="number"
                required
                min={0.01}
                max={10}
                step={0.01}
                defaultValue={(route?.retries.base_ms ?? 250) / 1_000}
              />
              <TextField
                label={t("form.longest")}
                hint={t("form.longestHint")}
                error={submit.faultOf("retries/max_ms")}
                name="longest"
                type="number"
                required
                min={0.01}
                max={60}
                step={0.01}
                defaultValue={(route?.retries.max_ms ?? 8_000) / 1_000}
              />
              <TextField
                label={t("form.hedge")}
                hint={t("form.hedgeHint")}
                error={submit.faultOf("hedge_after_ms")}
                name="hedge"
                type="number"
                min={0.05}
                max={60}
                step={0.01}
                placeholder={t("form.never")}
                defaultValue={route?.hedge_after_ms == null ? "" : route.hedge_after_ms / 1_000}
              />
            </div>
            <fieldset className={styles.group}>
              <legend>{t("form.timeouts")}</legend>
              <TimeoutFields initial={route?.timeouts ?? null} submit={submit} />
            </fieldset>
          </div>
        </details>
        <CheckField name="is_active" label={t("form.active")} defaultChecked={route?.is_active ?? true} />
        {submit.error !== null && <FailureMessage error={submit.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t("form.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={submit.isBusy}>
            {t("form.save")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
