"use client";
import {
  limitMetrics,
  limitSubjectKinds,
  limitWindows,
  PutLimitRequest,
  type UsageLimit,
  VirtualKeyPage,
} from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { useResource } from "../../api/use-resource.ts";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogActions } from "../../components/dialog.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { Message } from "../../components/feedback.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import { useChoices } from "../use-choices.ts";
import { useSubmit } from "../use-submit.ts";
import { limitOf, typedLimit } from "./limit-rows.tsx";

type Props = {
  /** null = a new one; of one that is there only the amount changes. */
  limit: UsageLimit | null;
  onClose: () => void;
  onSaved: () => void;
};

export function LimitDialog({ limit, onClose, onSaved }: Props) {
  const t = useTranslations("limits");
  const api = useApi();
  const submit = useSubmit();
  const choices = useChoices();
  const keys = useResource("keys", (signal) =>
    api.call(VirtualKeyPage, "/api/admin/virtual-keys?limit=200&status=active", { signal }),
  );
  const [kind, setKind] = useState(limit?.subject_kind ?? "tenant");
  const [metric, setMetric] = useState(limit?.metric ?? "requests");
  const [window, setWindow] = useState(limit?.window ?? "day");
  const [amount, setAmount] = useState(limit ? typedLimit(limit).amount : "");
  const [subject, setSubject] = useState(limit?.subject_id ?? "");
  const subjects: readonly (readonly [id: string, name: string])[] =
    kind === "key"
      ? (keys.data?.items ?? []).map(({ id, name, prefix }) => [id, `${name} (${prefix}…)`])
      : kind === "user"
        ? choices.users.map(({ id, name, email }) => [id, `${name} (${email})`])
        : kind === "caller_app"
          ? choices.callerApps.map(({ name, label }) => [name, label])
          : kind === "source_app"
            ? choices.sourceApps.map(({ source_app, label }) => [source_app, label])
            : [];
  function save(event: FormEvent) {
    event.preventDefault();
    const body = submit.check(PutLimitRequest, {
      subject_kind: kind,
      subject_id: kind === "tenant" ? null : subject || null,
      ...limitOf({ metric, window, amount }),
    });
    if (body)
      void submit.run(async () => {
        await api.send("/api/admin/limits", { method: "PUT", body });
        onSaved();
      });
  }
  const failure = submit.error ?? choices.error ?? keys.error;
  return (
    <Dialog title={limit ? t("form.edit") : t("add")} onClose={onClose}>
      <form method="post" className={styles.form} onSubmit={save}>
        <SelectField
          label={t("form.kind")}
          hint={t(`form.kindHint.${kind}`)}
          value={kind}
          disabled={limit !== null}
          onChange={(event) => {
            setKind(limitSubjectKinds.find((one) => one === event.target.value) ?? "tenant");
            setSubject("");
          }}
        >
          {limitSubjectKinds.map((one) => (
            <option key={one} value={one}>
              {t(`kindName.${one}`)}
            </option>
          ))}
        </SelectField>
        {kind !== "tenant" && (
          <SelectField
            label={t("form.subject")}
            error={submit.faultOf("subject_id")}
            value={subject}
            disabled={limit !== null}
            onChange={(event) => setSubject(event.target.value)}
          >
            <option value="">{t(`every.${kind}`)}</option>
            {subjects.map(([id, name]) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </SelectField>
        )}
        <div className={styles.fields}>
          <SelectField
            label={t("form.metric")}
            value={metric}
            disabled={limit !== null}
            onChange={(event) => setMetric(limitMetrics.find((one) => one === event.target.value) ?? "requests")}
          >
            {limitMetrics.map((one) => (
              <option key={one} value={one}>
                {t(`unit.${one}`)}
              </option>
            ))}
          </SelectField>
          <SelectField
            label={t("form.window")}
            value={window}
            disabled={limit !== null}
            onChange={(event) => setWindow(limitWindows.find((one) => one === event.target.value) ?? "day")}
          >
            {limitWindows.map((one) => (
              <option key={one} value={one}>
                {t(`per.${one}`)}
              </option>
            ))}
          </SelectField>
        </div>
        <TextField
          label={t(`form.amount.${metric}`)}
          hint={t("form.amountHint")}
          error={submit.faultOf("amount")}
          type="number"
          required
          min={0}
          step={metric === "cost_micro_usd" ? "any" : 1}
          value={amount}
          onChange={(event) => setAmount(event.target.value)}
        />
        {metric === "cost_micro_usd" && <Message>{t("form.costHint")}</Message>}
        {failure !== null && <FailureMessage error={failure} />}
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
