"use client";
import { ChangePasswordRequest } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { ApiFailure } from "../api/client.ts";
import { Brand } from "../components/brand.tsx";
import { Button } from "../components/button.tsx";
import { useFailureSentence } from "../components/failure-message.tsx";
import { Message } from "../components/feedback.tsx";
import { AuroraSky } from "./aurora-sky.tsx";
import { PasswordField } from "./password-field.tsx";
import styles from "./sign-in.module.css";

/** `onDone` runs once the API has accepted the new password. */
export function ChangePasswordForm({ onDone }: { onDone: () => void }) {
  const t = useTranslations("auth");
  const api = useApi();
  const sentence = useFailureSentence();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    if (form.get("new_password") !== form.get("repeated")) return setFailure(t("password.different"));
    const body = ChangePasswordRequest.safeParse({
      current_password: form.get("current_password"),
      new_password: form.get("new_password"),
    });
    if (!body.success) return setFailure(t("password.tooShort"));
    setIsBusy(true);
    setFailure(null);
    try {
      await api.send("/api/auth/password", { method: "POST", body: body.data });
      onDone();
    } catch (error) {
      setFailure(ApiFailure.is(error) && error.code === "invalid_credentials" ? t("password.wrong") : sentence(error));
      setIsBusy(false);
    }
  }

  return (
    <form method="post" className={styles.stack} onSubmit={submit}>
      {failure && <Message tone="danger">{failure}</Message>}
      <PasswordField label={t("password.current")} name="current_password" autoComplete="current-password" required />
      <PasswordField
        label={t("password.new")}
        hint={t("password.hint")}
        name="new_password"
        autoComplete="new-password"
        minLength={12}
        required
      />
      <PasswordField label={t("password.repeat")} name="repeated" autoComplete="new-password" required />
      <Button type="submit" variant="primary" disabled={isBusy}>
        {t("password.action")}
      </Button>
    </form>
  );
}

/** Shown instead of the product to whoever still has the password the installation printed. */
export function ForcedPasswordChange() {
  const t = useTranslations("auth");
  return (
    <div className={styles.page}>
      <section className={styles.sky}>
        <AuroraSky />
        <div className={styles.brand}>
          <Brand />
        </div>
        <div className={styles.promise}>
          <p className={styles.headline}>{t("forced.promise")}</p>
        </div>
      </section>
      <main className={styles.side}>
        <div className={styles.form}>
          <h1>{t("forced.title")}</h1>
          <p className={styles.lead}>{t("forced.text")}</p>
          <ChangePasswordForm onDone={() => window.location.reload()} />
        </div>
      </main>
    </div>
  );
}
