"use client";
import { CreateProviderRequest } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { useFailureSentence } from "../components/failure-message.tsx";
import { Message } from "../components/feedback.tsx";
import { SelectField, TextField } from "../components/field.tsx";
import styles from "./providers.module.css";

const kinds = ["openai", "openrouter", "openai_compatible"] as const;
type Kind = (typeof kinds)[number];

export function AddProviderDialog({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const t = useTranslations("providers");
  const api = useApi();
  const sentence = useFailureSentence();
  const [kind, setKind] = useState<Kind>("openai");
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const models = text("models")
      .split(/[\s,]+/)
      .filter(Boolean);
    const request = CreateProviderRequest.safeParse({
      name: text("name"),
      kind,
      ...(text("base_url") && { base_url: text("base_url") }),
      ...(text("api_key") && { api_key: text("api_key") }),
      location: kind === "openai_compatible" ? text("location") : "external",
      models,
      ...(form.get("is_default") && models[0] ? { default_model: models[0] } : {}),
    });
    if (!request.success) {
      const field = String(request.error.issues[0]?.path[0] ?? "");
      return setFailure(
        field === "name" ? t("form.badName") : field === "base_url" ? t("form.badUrl") : t("form.badModels"),
      );
    }
    setIsBusy(true);
    setFailure(null);
    try {
      await api.send("/api/admin/providers", { method: "POST", body: request.data });
      onAdded();
    } catch (error) {
      setFailure(sentence(error));
      setIsBusy(false);
    }
  }

  return (
    <Dialog title={t("add")} onClose={onClose}>
      <form method="post" className={styles.form} onSubmit={submit}>
        {failure && <Message tone="danger">{failure}</Message>}
        <SelectField
          label={t("form.kind")}
          value={kind}
          onChange={(event) => setKind(kinds.find((one) => one === event.target.value) ?? "openai")}
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
          name="name"
          required
          maxLength={64}
          autoComplete="off"
        />
        {kind === "openai_compatible" && (
          <>
            <TextField
              label={t("form.url")}
              name="base_url"
              type="url"
              required
              placeholder="https://llm.example.org/v1"
            />
            <SelectField
              label={t("form.location")}
              hint={t("form.locationHint")}
              name="location"
              defaultValue="external"
            >
              <option value="external">{t("location.external")}</option>
              <option value="local">{t("location.local")}</option>
            </SelectField>
          </>
        )}
        <TextField
          label={t("form.key")}
          hint={t("form.keyHint")}
          name="api_key"
          type="password"
          autoComplete="off"
          required={kind !== "openai_compatible"}
        />
        <TextField label={t("form.models")} hint={t("form.modelsHint")} name="models" required autoComplete="off" />
        <label className={styles.check}>
          <input type="checkbox" name="is_default" />
          {t("form.isDefault")}
        </label>
        <DialogActions>
          <Button onClick={onClose}>{t("remove.cancel")}</Button>
          <Button type="submit" variant="primary" disabled={isBusy}>
            {t("form.action")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
