"use client";
import { CacheSettings, CacheSettingsList, cacheModes, PutCacheSettingsRequest, Slug } from "@aurora/contracts";
import { formatDateTime } from "@aurora/i18n";
import { Plus } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { useResource } from "../../api/use-resource.ts";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogActions } from "../../components/dialog.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { Message, Skeleton } from "../../components/feedback.tsx";
import { CheckField, SelectField, TextField } from "../../components/field.tsx";
import { ConfirmDialog } from "../confirm-dialog.tsx";
import styles from "../gateway.module.css";
import { useSubmit } from "../use-submit.ts";

/** The rules of the whole organisation, and of each pack that has its own. */
export function PolicyTab() {
  const t = useTranslations("cache");
  const api = useApi();
  const settings = useResource("settings", (signal) =>
    api.call(CacheSettingsList, "/api/admin/cache/settings", { signal }),
  );
  const [added, setAdded] = useState<readonly CacheSettings[]>([]);
  const [isAdding, setIsAdding] = useState(false);
  const items = settings.data?.items;
  const all = items && [...items, ...added.filter((one) => !items.some(({ pack_id }) => pack_id === one.pack_id))];
  const tenant = items?.find(({ pack_id }) => pack_id === null);
  return (
    <>
      {settings.error !== null && <FailureMessage error={settings.error} onRetry={settings.reload} />}
      {!items && settings.error === null && <Skeleton shape="block" />}
      {all?.map((one) => (
        <PolicyForm
          key={one.pack_id ?? ""}
          settings={one}
          onSaved={settings.reload}
          onDropped={() => {
            setAdded(added.filter(({ pack_id }) => pack_id !== one.pack_id));
            settings.reload();
          }}
        />
      ))}
      {tenant && (
        <div>
          <Button onClick={() => setIsAdding(true)}>
            <Plus aria-hidden />
            {t("policy.addPack")}
          </Button>
        </div>
      )}
      {isAdding && tenant && (
        <PackDialog
          taken={(all ?? []).map(({ pack_id }) => pack_id)}
          onClose={() => setIsAdding(false)}
          onChosen={(pack) => {
            setIsAdding(false);
            setAdded([...added, { ...tenant, pack_id: pack, is_set: false, updated_at: null }]);
          }}
        />
      )}
    </>
  );
}

function PackDialog({
  taken,
  onClose,
  onChosen,
}: {
  taken: readonly (string | null)[];
  onClose: () => void;
  onChosen: (pack: string) => void;
}) {
  const t = useTranslations("cache");
  const [fault, setFault] = useState<string | null>(null);
  function choose(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const pack = String(new FormData(event.currentTarget).get("pack") ?? "").trim();
    if (!Slug.safeParse(pack).success) setFault(t("policy.badPack"));
    else if (taken.includes(pack)) setFault(t("policy.takenPack"));
    else onChosen(pack);
  }
  return (
    <Dialog title={t("policy.addPack")} onClose={onClose}>
      <form method="post" className={styles.form} onSubmit={choose}>
        <TextField
          label={t("policy.pack")}
          hint={t("policy.packHint")}
          error={fault}
          name="pack"
          required
          maxLength={64}
          autoComplete="off"
        />
        <DialogActions>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" variant="primary">
            {t("policy.choose")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

const dayOf = 86_400;

function PolicyForm({
  settings,
  onSaved,
  onDropped,
}: {
  settings: CacheSettings;
  onSaved: () => void;
  onDropped: () => void;
}) {
  const t = useTranslations("cache");
  const locale = useLocale();
  const api = useApi();
  const submit = useSubmit();
  const [mode, setMode] = useState(settings.mode);
  const [isSaved, setIsSaved] = useState(false);
  const [isDropping, setIsDropping] = useState(false);
  const isSemantic = mode === "semantic" || mode === "mixed";
  const name = settings.pack_id === null ? t("policy.everyone") : t("policy.ofPack", { pack: settings.pack_id });
  function save(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const number = (field: string, otherwise: number) => (data.has(field) ? Number(data.get(field)) : otherwise);
    const isOn = (field: string, otherwise: boolean) => (data.has(`has ${field}`) ? data.has(field) : otherwise);
    const body = submit.check(PutCacheSettingsRequest, {
      pack_id: settings.pack_id,
      mode,
      ttl_seconds: data.has("days") ? Math.round(Number(data.get("days")) * dayOf) : settings.ttl_seconds,
      threshold: number("threshold", settings.threshold),
      top_k: number("top_k", settings.top_k),
      shadow: isOn("shadow", settings.shadow),
      max_error_rate: data.has("error_rate") ? Number(data.get("error_rate")) / 100 : settings.max_error_rate,
      recheck_rate: data.has("recheck") ? Number(data.get("recheck")) / 100 : settings.recheck_rate,
      store_tool_calls: isOn("store_tool_calls", settings.store_tool_calls),
      store_any_temperature: isOn("store_any_temperature", settings.store_any_temperature),
    });
    setIsSaved(false);
    if (body)
      void submit
        .run(async () => {
          await api.call(CacheSettings, "/api/admin/cache/settings", { method: "PUT", body });
          onSaved();
        })
        .then(setIsSaved);
  }
  const percent = (rate: number) => Number((rate * 100).toFixed(2));
  const box = (field: "shadow" | "store_tool_calls" | "store_any_temperature") => (
    <>
      <input type="hidden" name={`has ${field}`} value="1" />
      <CheckField
        name={field}
        label={t(`policy.${field}`)}
        hint={t(`policy.hint_${field}`)}
        defaultChecked={settings[field]}
      />
    </>
  );
  return (
    <form
      method="post"
      className={styles.card}
      aria-label={name}
      onSubmit={save}
      onChange={() => isSaved && setIsSaved(false)}
    >
      <div className={styles.cardHead}>
        <div>
          <h2>{name}</h2>
          <p className={styles.quiet}>
            {settings.is_set && settings.updated_at
              ? t("policy.updated", { date: formatDateTime(locale, new Date(settings.updated_at)) })
              : t("policy.defaults")}
          </p>
        </div>
        {settings.pack_id !== null && (
          <Button size="small" variant="quiet" onClick={() => setIsDropping(true)}>
            {t("policy.drop")}
          </Button>
        )}
      </div>
      <div className={styles.fields}>
        <SelectField
          label={t("policy.mode")}
          hint={t(`policy.modeHint.${mode}`)}
          value={mode}
          onChange={(event) => setMode(cacheModes.find((one) => one === event.target.value) ?? "exact")}
        >
          {cacheModes.map((one) => (
            <option key={one} value={one}>
              {t(`policy.modeName.${one}`)}
            </option>
          ))}
        </SelectField>
        {mode !== "disabled" && (
          <TextField
            label={t("policy.ttl")}
            hint={t("policy.ttlHint")}
            error={submit.faultOf("ttl_seconds")}
            name="days"
            type="number"
            required
            min={0}
            max={30}
            step="any"
            defaultValue={Number((settings.ttl_seconds / dayOf).toFixed(4))}
          />
        )}
        {isSemantic && (
          <>
            <TextField
              label={t("policy.threshold")}
              hint={t("policy.thresholdHint")}
              error={submit.faultOf("threshold")}
              name="threshold"
              type="number"
              required
              min={0}
              max={1}
              step="any"
              defaultValue={settings.threshold}
            />
            <TextField
              label={t("policy.topK")}
              hint={t("policy.topKHint")}
              error={submit.faultOf("top_k")}
              name="top_k"
              type="number"
              required
              min={1}
              max={20}
              step={1}
              defaultValue={settings.top_k}
            />
            <TextField
              label={t("policy.errorRate")}
              hint={t("policy.errorRateHint")}
              error={submit.faultOf("max_error_rate")}
              name="error_rate"
              type="number"
              required
              min={0.1}
              max={20}
              step="any"
              defaultValue={percent(settings.max_error_rate)}
            />
            <TextField
              label={t("policy.recheck")}
              hint={t("policy.recheckHint")}
              error={submit.faultOf("recheck_rate")}
              name="recheck"
              type="number"
              required
              min={1}
              max={100}
              step="any"
              defaultValue={percent(settings.recheck_rate)}
            />
          </>
        )}
      </div>
      {isSemantic && box("shadow")}
      {mode !== "disabled" && (
        <>
          {box("store_tool_calls")}
          {box("store_any_temperature")}
        </>
      )}
      {submit.error !== null && <FailureMessage error={submit.error} />}
      {isSaved && <Message tone="good">{t("policy.saved")}</Message>}
      <div>
        <Button type="submit" variant="primary" disabled={submit.isBusy}>
          {t("policy.save")}
        </Button>
      </div>
      {isDropping && settings.pack_id !== null && (
        <ConfirmDialog
          title={t("policy.dropTitle", { pack: settings.pack_id })}
          action={t("policy.drop")}
          onClose={() => setIsDropping(false)}
          onConfirm={async () => {
            if (settings.is_set) await api.send(`/api/admin/cache/settings/${settings.pack_id}`, { method: "DELETE" });
            onDropped();
          }}
        >
          {t("policy.dropText")}
        </ConfirmDialog>
      )}
    </form>
  );
}
