"use client";
import {
  GuardMode,
  Guardrails,
  type GuardSettings,
  guardLimits,
  PutGuardrailsRequest,
  piiKinds,
} from "@aurora/contracts";
import { formatDateTime } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { Button } from "../../components/button.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { Message } from "../../components/feedback.tsx";
import { CheckField, SelectField, TextArea, TextField } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import { useSubmit } from "../use-submit.ts";
import own from "./guardrails.module.css";
import { TermList } from "./term-list.tsx";
import { TryBox } from "./try-box.tsx";

const modes = GuardMode.options;
const costModes = modes.filter((mode) => mode !== "mask");
const places = ["request", "response", "both"] as const;

/** The three guards of one scope, beside a box where they can be tried before they are saved. */
export function GuardForm({ guardrails, onSaved }: { guardrails: Guardrails; onSaved: () => void }) {
  const t = useTranslations("guardrails");
  const locale = useLocale();
  const api = useApi();
  const submit = useSubmit();
  const [settings, setSettings] = useState(guardrails.settings);
  const [names, setNames] = useState(guardrails.settings.pii.names.join("\n"));
  const [most, setMost] = useState(String(guardrails.settings.cost.max_usd ?? ""));
  const [isSaved, setIsSaved] = useState(false);
  const change = (part: Partial<GuardSettings>) => {
    setIsSaved(false);
    setSettings({ ...settings, ...part });
  };
  const { pii, deny, cost } = settings;
  const linesIn = (text: string) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter(Boolean);
  const typed = () => ({
    ...settings,
    pii: { ...pii, names: linesIn(names) },
    cost: { ...cost, max_usd: most.trim() === "" ? null : Number(most) },
  });
  function save(event: FormEvent) {
    event.preventDefault();
    const body = submit.check(PutGuardrailsRequest, { source_app: guardrails.source_app, settings: typed() });
    setIsSaved(false);
    if (body)
      void submit
        .run(async () => {
          await api.call(Guardrails, "/api/admin/guardrails", { method: "PUT", body });
          onSaved();
        })
        .then(setIsSaved);
  }
  const modeField = (guard: "pii" | "deny" | "cost", mode: GuardMode, onMode: (mode: GuardMode) => void) => (
    <SelectField
      label={t(guard === "cost" ? "cost.mode" : "mode")}
      hint={t(`modeHint.${mode}`)}
      value={mode}
      onChange={(event) => onMode(modes.find((one) => one === event.target.value) ?? "off")}
    >
      {(guard === "cost" ? costModes : modes).map((one) => (
        <option key={one} value={one}>
          {t(`modeName.${one}`)}
        </option>
      ))}
    </SelectField>
  );
  return (
    <div className={own.pair}>
      <form method="post" className={styles.stack} onSubmit={save}>
        <section className={styles.card} aria-labelledby="guard-pii">
          <div>
            <h2 id="guard-pii">{t("pii.title")}</h2>
            <p className={styles.quiet}>{t("pii.text")}</p>
          </div>
          <div className={styles.fields}>
            {modeField("pii", pii.mode, (mode) => change({ pii: { ...pii, mode } }))}
            {pii.mode !== "off" && (
              <SelectField
                label={t("pii.providers")}
                value={pii.providers}
                onChange={(event) =>
                  change({ pii: { ...pii, providers: event.target.value === "all" ? "all" : "external" } })
                }
              >
                <option value="external">{t("pii.external")}</option>
                <option value="all">{t("pii.all")}</option>
              </SelectField>
            )}
          </div>
          {pii.mode !== "off" && (
            <>
              <fieldset className={styles.group}>
                <legend>{t("pii.kinds")}</legend>
                <div className={own.kinds}>
                  {piiKinds.map((kind) => (
                    <CheckField
                      key={kind}
                      label={t(`kind.${kind}`)}
                      checked={pii.kinds.includes(kind)}
                      onChange={(event) =>
                        change({
                          pii: {
                            ...pii,
                            kinds: piiKinds.filter((one) =>
                              one === kind ? event.target.checked : pii.kinds.includes(one),
                            ),
                          },
                        })
                      }
                    />
                  ))}
                </div>
              </fieldset>
              {pii.kinds.includes("name") && (
                <TextArea
                  label={t("pii.names")}
                  hint={t("pii.namesHint", { count: guardLimits.maxNames })}
                  error={submit.faultOf("settings/pii/names")}
                  value={names}
                  onChange={(event) => {
                    setIsSaved(false);
                    setNames(event.target.value);
                  }}
                />
              )}
            </>
          )}
        </section>
        <section className={styles.card} aria-labelledby="guard-deny">
          <div>
            <h2 id="guard-deny">{t("deny.title")}</h2>
            <p className={styles.quiet}>{t("deny.text")}</p>
          </div>
          <div className={styles.fields}>
            {modeField("deny", deny.mode, (mode) => change({ deny: { ...deny, mode } }))}
            {deny.mode !== "off" && (
              <SelectField
                label={t("deny.where")}
                value={deny.applies_to}
                onChange={(event) =>
                  change({
                    deny: { ...deny, applies_to: places.find((one) => one === event.target.value) ?? "request" },
                  })
                }
              >
                {places.map((one) => (
                  <option key={one} value={one}>
                    {t(`deny.in.${one}`)}
                  </option>
                ))}
              </SelectField>
            )}
          </div>
          {deny.mode !== "off" && (
            <TermList terms={deny.terms} submit={submit} onChange={(terms) => change({ deny: { ...deny, terms } })} />
          )}
        </section>
        <section className={styles.card} aria-labelledby="guard-cost">
          <div>
            <h2 id="guard-cost">{t("cost.title")}</h2>
            <p className={styles.quiet}>{t("cost.text")}</p>
          </div>
          <div className={styles.fields}>
            {modeField("cost", cost.mode, (mode) => {
              if (mode !== "mask") change({ cost: { ...cost, mode } });
            })}
            {cost.mode !== "off" && (
              <TextField
                label={t("cost.most")}
                hint={t("cost.mostHint")}
                error={submit.faultOf("settings/cost/max_usd")}
                type="number"
                required
                min={0}
                max={guardLimits.maxUsd}
                step="any"
                inputMode="decimal"
                value={most}
                onChange={(event) => {
                  setIsSaved(false);
                  setMost(event.target.value);
                }}
              />
            )}
          </div>
        </section>
        {submit.error !== null && <FailureMessage error={submit.error} />}
        {isSaved && <Message tone="good">{t("saved")}</Message>}
        <div className={styles.actions}>
          <Button type="submit" variant="primary" disabled={submit.isBusy}>
            {t("save")}
          </Button>
          {guardrails.updated_at && (
            <p className={styles.quiet}>
              {t("updated", { date: formatDateTime(locale, new Date(guardrails.updated_at)) })}
            </p>
          )}
        </div>
      </form>
      <TryBox settings={typed} />
    </div>
  );
}
