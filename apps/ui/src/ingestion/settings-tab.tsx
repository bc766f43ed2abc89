"use client";
import { type SourceApp, SourceAppPage, TenantIngestion } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { Button } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Message, Skeleton } from "../components/feedback.tsx";
import { SelectField, TextField } from "../components/field.tsx";
import styles from "./ingestion.module.css";

/** How documents are read and cut, service by service, and whether public links work. */
export function SettingsTab() {
  const t = useTranslations("ingestion");
  const api = useApi();
  const apps = useResource("apps", (signal) => api.call(SourceAppPage, "/api/admin/source-apps?limit=200", { signal }));
  const tenant = useResource("tenant", (signal) => api.call(TenantIngestion, "/api/admin/ingestion", { signal }));
  const [error, setError] = useState<unknown>(null);
  const setLinks = async (isEnabled: boolean) => {
    setError(null);
    try {
      await api.send("/api/admin/ingestion", { method: "PUT", body: { public_links_enabled: isEnabled } });
      tenant.reload();
    } catch (failure) {
      setError(failure);
    }
  };
  const failure = error ?? apps.error ?? tenant.error;
  return (
    <div className={styles.settings}>
      {failure !== null && <FailureMessage error={failure} />}
      {!tenant.data && failure === null && <Skeleton shape="block" />}
      {tenant.data && (
        <label className={styles.switch}>
          <input
            type="checkbox"
            checked={tenant.data.public_links_enabled}
            onChange={(event) => void setLinks(event.target.checked)}
          />
          <span>
            <strong>{t("settings.links")}</strong>
            <span className={styles.quiet}>{t("settings.linksHint")}</span>
          </span>
        </label>
      )}
      {apps.data?.items.map((app) => (
        <SourceAppForm key={app.source_app} app={app} onSaved={apps.reload} />
      ))}
    </div>
  );
}

function SourceAppForm({ app, onSaved }: { app: SourceApp; onSaved: () => void }) {
  const t = useTranslations("ingestion");
  const api = useApi();
  const [values, setValues] = useState(app.ingestion);
  const [error, setError] = useState<unknown>(null);
  const [isSaved, setIsSaved] = useState(false);
  const change = (part: Partial<typeof values>) => {
    setIsSaved(false);
    setValues({ ...values, ...part });
  };
  const save = async (event: FormEvent) => {
    event.preventDefault();
    setError(null);
    try {
      await api.send(`/api/admin/source-apps/${app.source_app}`, { method: "PUT", body: { ingestion: values } });
      setIsSaved(true);
      onSaved();
    } catch (failure) {
      setError(failure);
    }
  };
  return (
    <form className={styles.card} onSubmit={save}>
      <h2>{app.label}</h2>
      <div className={styles.fields}>
        <SelectField
          label={t("settings.profile")}
          hint={t(`settings.profileHint.${values.chunk_profile}`)}
          value={values.chunk_profile}
          onChange={(event) => change({ chunk_profile: event.target.value as "index" | "docling" })}
        >
          {(["index", "docling"] as const).map((one) => (
            <option key={one} value={one}>
              {t(`settings.profileName.${one}`)}
            </option>
          ))}
        </SelectField>
        {values.chunk_profile === "index" ? (
          <>
            <TextField
              label={t("settings.maxChars")}
              type="number"
              required
              min={200}
              max={8000}
              value={values.chunk_max_chars}
              onChange={(event) => change({ chunk_max_chars: event.target.valueAsNumber || 0 })}
            />
            <TextField
              label={t("settings.overlap")}
              type="number"
              required
              min={0}
              max={50}
              value={Math.round(values.chunk_overlap * 100)}
              onChange={(event) => change({ chunk_overlap: (event.target.valueAsNumber || 0) / 100 })}
            />
          </>
        ) : (
          <TextField
            label={t("settings.maxTokens")}
            type="number"
            required
            min={32}
            max={2048}
            value={values.chunk_max_tokens}
            onChange={(event) => change({ chunk_max_tokens: event.target.valueAsNumber || 0 })}
          />
        )}
        <SelectField
          label={t("settings.ocr")}
          value={values.ocr}
          onChange={(event) => change({ ocr: event.target.value as "auto" | "off" })}
        >
          {(["auto", "off"] as const).map((one) => (
            <option key={one} value={one}>
              {t(`settings.ocrName.${one}`)}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t("settings.language")}
          value={values.language ?? ""}
          onChange={(event) =>
            change({ language: event.target.value === "" ? null : (event.target.value as "fr" | "en") })
          }
        >
          <option value="">{t("settings.languageName.both")}</option>
          <option value="fr">{t("settings.languageName.fr")}</option>
          <option value="en">{t("settings.languageName.en")}</option>
        </SelectField>
        <SelectField
          label={t("settings.html")}
          value={values.html_mode}
          onChange={(event) => change({ html_mode: event.target.value as "main" | "raw" })}
        >
          {(["main", "raw"] as const).map((one) => (
            <option key={one} value={one}>
              {t(`settings.htmlName.${one}`)}
            </option>
          ))}
        </SelectField>
      </div>
      {error !== null && <FailureMessage error={error} />}
      {isSaved && <Message tone="good">{t("settings.saved")}</Message>}
      <div>
        <Button type="submit" variant="primary">
          {t("settings.save")}
        </Button>
      </div>
    </form>
  );
}
