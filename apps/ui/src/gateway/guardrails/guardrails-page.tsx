"use client";
import { type Guardrails, GuardrailsList } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { useResource } from "../../api/use-resource.ts";
import { Button } from "../../components/button.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { Skeleton } from "../../components/feedback.tsx";
import { SelectField } from "../../components/field.tsx";
import { useSession } from "../../session/session-provider.tsx";
import { ConfirmDialog } from "../confirm-dialog.tsx";
import styles from "../gateway.module.css";
import { GatewayPage } from "../gateway-page.tsx";
import { GuardForm } from "./guard-form.tsx";

/** What is looked for in texts before they go to a model, and in what it answers. */
export function GuardrailsPage() {
  const t = useTranslations("guardrails");
  const api = useApi();
  const { sourceApps } = useSession();
  const [scope, setScope] = useState("");
  /** How often own settings were erased: the form then begins anew. */
  const [dropped, setDropped] = useState(0);
  const [isDropping, setIsDropping] = useState(false);
  const list = useResource("guardrails", (signal) => api.call(GuardrailsList, "/api/admin/guardrails", { signal }));
  const items = list.data?.items;
  const everyone = items?.find(({ source_app }) => source_app === null);
  const own = items?.find(({ source_app }) => source_app === scope);
  // A service without settings of its own begins with everyone's.
  const shown: Guardrails | undefined =
    scope === "" ? everyone : (own ?? (everyone && { ...everyone, source_app: scope, updated_at: null }));
  const hasOwn = (sourceApp: string) => items?.some(({ source_app }) => source_app === sourceApp) ?? false;
  return (
    <GatewayPage title={t("title")} lead={t("lead")}>
      <div className={styles.stack}>
        {list.error !== null && <FailureMessage error={list.error} onRetry={list.reload} />}
        {!items && list.error === null && <Skeleton shape="block" />}
        {items && (
          <div className={styles.toolbar}>
            <SelectField
              label={t("scope")}
              hint={t(scope === "" ? "scopeHint.everyone" : hasOwn(scope) ? "scopeHint.own" : "scopeHint.none")}
              value={scope}
              onChange={(event) => setScope(event.target.value)}
            >
              <option value="">{t("everyone")}</option>
              {sourceApps.map(({ sourceApp, label }) => (
                <option key={sourceApp} value={sourceApp}>
                  {hasOwn(sourceApp) ? t("withOwn", { name: label }) : label}
                </option>
              ))}
            </SelectField>
            {hasOwn(scope) && (
              <div className={styles.end}>
                <Button onClick={() => setIsDropping(true)}>{t("drop.open")}</Button>
              </div>
            )}
          </div>
        )}
        {shown && <GuardForm key={`${scope} ${dropped}`} guardrails={shown} onSaved={list.reload} />}
      </div>
      {isDropping && (
        <ConfirmDialog
          title={t("drop.title")}
          action={t("drop.action")}
          onClose={() => setIsDropping(false)}
          onConfirm={async () => {
            await api.send(`/api/admin/guardrails/${encodeURIComponent(scope)}`, { method: "DELETE" });
            list.reload();
            setDropped(dropped + 1);
          }}
        >
          {t("drop.text")}
        </ConfirmDialog>
      )}
    </GatewayPage>
  );
}
