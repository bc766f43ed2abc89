"use client";
import { LoginResponse } from "@aurora/contracts";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { ApiFailure } from "../api/client.ts";
import { Button } from "../components/button.tsx";
import { useFailureSentence } from "../components/failure-message.tsx";
import { Message } from "../components/feedback.tsx";
import { TextField } from "../components/field.tsx";
import { PasswordField } from "./password-field.tsx";
import { safeReturnPath } from "./return-path.ts";
import styles from "./sign-in.module.css";

/** What this tab kept for someone whose session ended is not left to whoever signs in next. */
function forgetOthers(userId: string) {
  for (const key of Object.keys(sessionStorage))
    if (key.startsWith("aurora.") && !key.endsWith(userId)) sessionStorage.removeItem(key);
}

export function SignInForm() {
  const t = useTranslations("auth");
  const api = useApi();
  const locale = useLocale();
  const sentence = useFailureSentence();
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const email = useRef<HTMLInputElement>(null);
  // A form sent before this code runs would put the password in the address: until then nothing can be sent.
  const [isReady, setIsReady] = useState(false);
  useEffect(() => {
    setIsReady(true);
    email.current?.focus();
  }, []);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setIsBusy(true);
    setFailure(null);
    try {
      const body = { email: String(form.get("email")).trim(), password: String(form.get("password")) };
      const { user } = await api.call(LoginResponse, "/api/auth/login", { method: "POST", body });
      forgetOthers(user.id);
      // A whole new page: nothing of an earlier reader stays in memory.
      window.location.assign(safeReturnPath(new URLSearchParams(window.location.search).get("next"), locale));
    } catch (error) {
      setFailure(ApiFailure.is(error) && error.code === "invalid_credentials" ? t("signIn.refused") : sentence(error));
      setIsBusy(false);
      email.current?.focus();
    }
  }

  return (
    <form method="post" className={styles.stack} onSubmit={submit}>
      {failure && <Message tone="danger">{failure}</Message>}
      <TextField ref={email} label={t("signIn.email")} name="email" type="email" autoComplete="username" required />
      <PasswordField label={t("signIn.password")} name="password" autoComplete="current-password" required />
      <Button type="submit" variant="primary" disabled={isBusy || !isReady}>
        {isBusy ? t("signIn.busy") : t("signIn.action")}
      </Button>
    </form>
  );
}
