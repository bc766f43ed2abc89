"use client";
import { ImportModelsResult, maxCatalogueBytes } from "@aurora/contracts";
import { formatNumber } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogActions } from "../../components/dialog.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { Message } from "../../components/feedback.tsx";
import { CheckField, SelectField, TextField } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import { useSubmit } from "../use-submit.ts";
import { usePriceText } from "./model-row.tsx";

const counts = ["added", "updated", "unchanged", "kept_manual", "available", "skipped"] as const;
/** As many as the request may name. */
const maxAdded = 500;
const shownAtMost = 200;

type Props = {
  providers: readonly (readonly [id: string, name: string])[];
  onClose: () => void;
  onImported: () => void;
};
type Source = { readonly providerId: string; readonly file: File | null; readonly isOverwriting: boolean };

/** Reads a provider's own catalogue, or a file of one: first what would change, then, when agreed, the change. */
export function ImportDialog({ providers, onClose, onImported }: Props) {
  const t = useTranslations("models");
  const api = useApi();
  const submit = useSubmit();
  const [from, setFrom] = useState<"provider" | "file">("provider");
  const [source, setSource] = useState<Source | null>(null);
  const [preview, setPreview] = useState<ImportModelsResult | null>(null);
  const [done, setDone] = useState<ImportModelsResult | null>(null);
  const [isTooLarge, setIsTooLarge] = useState(false);

  const read = ({ providerId, file, isOverwriting }: Source, isDryRun: boolean, add: readonly string[]) => {
    if (!file)
      return api.call(ImportModelsResult, "/api/admin/models/import", {
        method: "POST",
        body: { provider_id: providerId, dry_run: isDryRun, add, overwrite_manual: isOverwriting },
      });
    const form = new FormData();
    form.set("provider_id", providerId);
    form.set("dry_run", String(isDryRun));
    form.set("add", add.join("\n"));
    form.set("overwrite_manual", String(isOverwriting));
    form.set("file", file);
    return api.call(ImportModelsResult, "/api/admin/models/import-file", { method: "POST", body: form });
  };
  function look(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const chosen = data.get("file");
    const file = from === "file" && chosen instanceof File ? chosen : null;
    setIsTooLarge(file !== null && file.size > maxCatalogueBytes);
    if (file && file.size > maxCatalogueBytes) return;
    const next = {
      providerId: String(data.get("provider_id")),
      file,
      isOverwriting: data.get("overwrite_manual") !== null,
    };
    void submit.run(async () => {
      setPreview(await read(next, true, []));
      setSource(next);
    });
  }
  if (done)
    return (
      <Dialog title={t("import.doneTitle")} onClose={onClose}>
        <Message tone="good">{t("import.done", { added: done.counts.added, updated: done.counts.updated })}</Message>
        <Counts result={done} />
        <DialogActions>
          <Button variant="primary" onClick={onClose}>
            {t("import.close")}
          </Button>
        </DialogActions>
      </Dialog>
    );
  if (preview && source)
    return (
      <Dialog title={t("import.previewTitle")} size="wide" onClose={onClose}>
        <Preview
          result={preview}
          isBusy={submit.isBusy}
          onBack={() => setPreview(null)}
          onAgreed={(add) =>
            void submit.run(async () => {
              setDone(await read(source, false, add));
              onImported();
            })
          }
        />
        {submit.error !== null && <FailureMessage error={submit.error} />}
      </Dialog>
    );
  return (
    <Dialog title={t("import.title")} onClose={onClose}>
      <form method="post" className={styles.form} onSubmit={look}>
        <p className={styles.quiet}>{t("import.text")}</p>
        <SelectField label={t("provider")} name="provider_id" required error={submit.faultOf("provider_id")}>
          {providers.map(([id, name]) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t("import.from")}
          hint={t(`import.fromHint.${from}`)}
          value={from}
          onChange={(event) => setFrom(event.target.value === "file" ? "file" : "provider")}
        >
          <option value="provider">{t("import.fromName.provider")}</option>
          <option value="file">{t("import.fromName.file")}</option>
        </SelectField>
        {from === "file" && (
          <TextField
            label={t("import.file")}
            error={isTooLarge ? t("import.tooLarge") : submit.faultOf("file")}
            name="file"
            type="file"
            accept="application/json,.json"
            required
          />
        )}
        <CheckField name="overwrite_manual" label={t("import.overwrite")} hint={t("import.overwriteHint")} />
        {submit.error !== null && <FailureMessage error={submit.error} />}
        <DialogActions>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="submit" variant="primary" disabled={submit.isBusy || providers.length === 0}>
            {t("import.look")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}

function Counts({ result }: { result: ImportModelsResult }) {
  const t = useTranslations("models");
  const locale = useLocale();
  return (
    <dl className={styles.facts}>
      {counts
        .filter((name) => result.counts[name] > 0)
        .map((name) => (
          <div key={name}>
            <dt>{t(`import.count.${name}`)}</dt>
            <dd>{formatNumber(locale, result.counts[name])}</dd>
          </div>
        ))}
    </dl>
  );
}

/** What would change, and which models of the catalogue to add. */
function Preview({
  result,
  isBusy,
  onBack,
  onAgreed,
}: {
  result: ImportModelsResult;
  isBusy: boolean;
  onBack: () => void;
  onAgreed: (add: readonly string[]) => void;
}) {
  const t = useTranslations("models");
  const locale = useLocale();
  const priceText = usePriceText();
  const [words, setWords] = useState("");
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const available = result.items.filter(({ action }) => action === "available");
  const changed = result.items.filter(({ action }) => action === "updated");
  const wanted = words.trim().toLowerCase();
  const found = available.filter(({ name }) => name.toLowerCase().includes(wanted));
  const toggle = (name: string, isOn: boolean) => {
    const next = new Set(chosen);
    if (isOn) next.add(name);
    else next.delete(name);
    setChosen(next);
  };
  const isNothing = changed.length === 0 && chosen.size === 0;
  return (
    <>
      <Counts result={result} />
      {changed.length > 0 && (
        <details className={styles.more}>
          <summary>{t("import.changes", { count: changed.length })}</summary>
          <ul className={styles.checks}>
            {changed.map((model) => (
              <li key={model.name}>
                <span className={styles.name}>{model.name}</span>{" "}
                <span className={styles.quiet}>{priceText(model.prices)}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
      {available.length > 0 && (
        <fieldset className={styles.group}>
          <legend>{t("import.add")}</legend>
          <TextField
            label={t("import.find")}
            isLabelHidden
            placeholder={t("import.find")}
            type="search"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
          <div className={styles.checks}>
            {found.slice(0, shownAtMost).map((model) => (
              <CheckField
                key={model.name}
                label={model.name}
                hint={priceText(model.prices)}
                checked={chosen.has(model.name)}
                disabled={!chosen.has(model.name) && chosen.size >= maxAdded}
                onChange={(event) => toggle(model.name, event.target.checked)}
              />
            ))}
            {found.length > shownAtMost && (
              <p className={styles.quiet}>
                {t("import.tooMany", { count: formatNumber(locale, found.length - shownAtMost) })}
              </p>
            )}
          </div>
        </fieldset>
      )}
      {isNothing && <Message>{t("import.nothing")}</Message>}
      <DialogActions>
        <Button onClick={onBack}>{t("import.back")}</Button>
        <Button variant="primary" disabled={isBusy || isNothing} onClick={() => onAgreed([...chosen])}>
          {t("import.action", { count: changed.length + chosen.size })}
        </Button>
      </DialogActions>
    </>
  );
}
