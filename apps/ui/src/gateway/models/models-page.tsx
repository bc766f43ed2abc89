"use client";
import { type CatalogueModel, CatalogueModelList } from "@aurora/contracts";
import { formatNumber } from "@aurora/i18n";
import { Download } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { useResource } from "../../api/use-resource.ts";
import { Button, ButtonLink } from "../../components/button.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { EmptyState, Message, Skeleton } from "../../components/feedback.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import { HorizonArt } from "../../components/horizon-art.tsx";
import styles from "../gateway.module.css";
import { GatewayPage } from "../gateway-page.tsx";
import { EditModelDialog } from "./edit-model-dialog.tsx";
import { ImportDialog } from "./import-dialog.tsx";
import { ModelRow } from "./model-row.tsx";

const pageSize = 40;

/** Every model of every provider: what it costs, how much it can read, what it can do. */
export function ModelsPage() {
  const t = useTranslations("models");
  const locale = useLocale();
  const api = useApi();
  const [words, setWords] = useState("");
  const wanted = useDeferredValue(words.trim().toLowerCase());
  const [provider, setProvider] = useState("");
  const [which, setWhich] = useState<"all" | "priced" | "unpriced">("all");
  const [shown, setShown] = useState(pageSize);
  const [editing, setEditing] = useState<CatalogueModel | null>(null);
  const [isImporting, setIsImporting] = useState(false);
  const [saved, setSaved] = useState<string | null>(null);
  const models = useResource("models", (signal) => api.call(CatalogueModelList, "/api/admin/models", { signal }));
  const all = models.data?.items ?? null;
  const providers = [...new Map((all ?? []).map((one) => [one.provider_id, one.provider_name]))];
  const isPriced = ({ prices }: CatalogueModel) => prices.prompt !== null && prices.completion !== null;
  const unpriced = (all ?? []).filter((model) => !isPriced(model)).length;
  const found = (all ?? []).filter(
    (model) =>
      (provider === "" || model.provider_id === provider) &&
      (which === "all" || isPriced(model) === (which === "priced")) &&
      wanted.split(/\s+/).every((word) => model.full_name.toLowerCase().includes(word)),
  );
  const importButton = (
    <Button onClick={() => setIsImporting(true)}>
      <Download aria-hidden />
      {t("import.open")}
    </Button>
  );
  const isEmpty = all?.length === 0;
  return (
    <GatewayPage title={t("title")} lead={t("lead")} actions={!isEmpty && importButton}>
      <div className={styles.stack}>
        {models.error !== null && <FailureMessage error={models.error} onRetry={models.reload} />}
        {!all && models.error === null && <Skeleton shape="block" />}
        {isEmpty && (
          <EmptyState
            art={<HorizonArt />}
            title={t("empty.title")}
            actions={
              <ButtonLink href="/admin/providers" variant="primary">
                {t("empty.action")}
              </ButtonLink>
            }
          >
            {t("empty.text")}
          </EmptyState>
        )}
        {all && all.length > 0 && (
          <>
            <search className={styles.toolbar}>
              <TextField
                label={t("search")}
                type="search"
                data-shortcut="/"
                maxLength={200}
                value={words}
                onChange={(event) => {
                  setWords(event.target.value);
                  setShown(pageSize);
                }}
              />
              <SelectField label={t("provider")} value={provider} onChange={(event) => setProvider(event.target.value)}>
                <option value="">{t("everyProvider")}</option>
                {providers.map(([id, name]) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </SelectField>
              <SelectField
                label={t("prices")}
                value={which}
                onChange={(event) => setWhich(event.target.value as typeof which)}
              >
                <option value="all">{t("which.all")}</option>
                <option value="priced">{t("which.priced")}</option>
                <option value="unpriced">{t("which.unpriced")}</option>
              </SelectField>
            </search>
            {unpriced > 0 && which !== "unpriced" && (
              <Message tone="caution">
                {t("unpriced", { count: unpriced })}{" "}
                <Button size="small" variant="quiet" onClick={() => setWhich("unpriced")}>
                  {t("showUnpriced")}
                </Button>
              </Message>
            )}
            {saved && <Message tone="good">{saved}</Message>}
            <p className={styles.quiet} role="status">
              {t("count", { found: formatNumber(locale, found.length), total: formatNumber(locale, all.length) })}
            </p>
            {found.length === 0 ? (
              <EmptyState title={t("none.title")}>{t("none.text")}</EmptyState>
            ) : (
              <ul className={styles.list}>
                {found.slice(0, shown).map((model) => (
                  <ModelRow key={model.id} model={model} onEdit={() => setEditing(model)} />
                ))}
              </ul>
            )}
            {found.length > shown && (
              <div className={styles.centre}>
                <Button onClick={() => setShown(shown + pageSize)}>{t("more")}</Button>
              </div>
            )}
          </>
        )}
      </div>
      {editing && (
        <EditModelDialog
          model={editing}
          onClose={() => setEditing(null)}
          onSaved={() => {
            setSaved(t("edit.saved", { name: editing.full_name }));
            setEditing(null);
            models.reload();
          }}
        />
      )}
      {isImporting && (
        <ImportDialog providers={providers} onClose={() => setIsImporting(false)} onImported={models.reload} />
      )}
    </GatewayPage>
  );
}
