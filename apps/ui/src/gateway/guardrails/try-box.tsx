"use client";
import { TryGuardrailsRequest, TryGuardrailsResult } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { Button } from "../../components/button.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { Message } from "../../components/feedback.tsx";
import { TextArea } from "../../components/field.tsx";
import styles from "../gateway.module.css";
import { useSubmit } from "../use-submit.ts";
import own from "./guardrails.module.css";

const tones = { passed: "good", masked: "neutral", refused: "danger" } as const;
const kinds = ["email", "phone", "iban", "nir", "card", "name", "term"] as const;

/** Tries what stands in the form, saved or not, on a text. `settings` reads the form at that moment. */
export function TryBox({ settings }: { settings: () => unknown }) {
  const t = useTranslations("guardrails");
  const api = useApi();
  const submit = useSubmit();
  const [text, setText] = useState("");
  const [result, setResult] = useState<TryGuardrailsResult | null>(null);
  function tryIt(event: FormEvent) {
    event.preventDefault();
    setResult(null);
    const body = submit.check(TryGuardrailsRequest, { settings: settings(), text });
    if (body)
      void submit.run(async () =>
        setResult(await api.call(TryGuardrailsResult, "/api/admin/guardrails/try", { method: "POST", body })),
      );
  }
  const kindName = (kind: string) => {
    const known = kinds.find((one) => one === kind.toLowerCase());
    return known ? t(`kind.${known}`) : kind;
  };
  return (
    <form method="post" className={`${styles.card} ${own.try}`} aria-labelledby="guard-try" onSubmit={tryIt}>
      <div>
        <h2 id="guard-try">{t("try.title")}</h2>
        <p className={styles.quiet}>{t("try.text")}</p>
      </div>
      <TextArea
        label={t("try.label")}
        error={submit.faultOf("text") ?? (submit.faultOf("settings") && t("try.badSettings"))}
        required
        maxLength={10_000}
        placeholder={t("try.example")}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <div className={styles.actions}>
        <Button type="submit" disabled={submit.isBusy}>
          {t("try.action")}
        </Button>
        {text === "" && (
          <Button variant="quiet" onClick={() => setText(t("try.example"))}>
            {t("try.fill")}
          </Button>
        )}
      </div>
      {submit.error !== null && <FailureMessage error={submit.error} />}
      {result && (
        <>
          <Message tone={tones[result.outcome]}>{t(`try.outcome.${result.outcome}`)}</Message>
          {result.sent !== null && (
            <section className={styles.group} aria-labelledby="guard-sent">
              <h3 id="guard-sent">{t("try.sent")}</h3>
              <p className={own.sent}>{result.sent}</p>
            </section>
          )}
          {result.findings.length > 0 && (
            <ul className={styles.tags}>
              {result.findings.map(({ guard, kind, count }) => (
                <li key={`${guard} ${kind}`}>{t("try.finding", { kind: kindName(kind), count })}</li>
              ))}
            </ul>
          )}
        </>
      )}
    </form>
  );
}
