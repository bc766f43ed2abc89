"use client";
import { Eye, EyeOff } from "lucide-react";
import { useTranslations } from "next-intl";
import { type ComponentProps, useState } from "react";
import { IconButton } from "../components/button.tsx";
import { TextField } from "../components/field.tsx";
import styles from "./sign-in.module.css";

/** A password that can be looked at while it is typed. */
export function PasswordField(props: ComponentProps<typeof TextField>) {
  const t = useTranslations("auth");
  const [isShown, setIsShown] = useState(false);
  return (
    <div className={styles.password}>
      <TextField {...props} type={isShown ? "text" : "password"} />
      {!props.hint && (
        <span className={styles.reveal}>
          <IconButton
            label={isShown ? t("password.hide") : t("password.show")}
            aria-pressed={isShown}
            onClick={() => setIsShown(!isShown)}
          >
            {isShown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
          </IconButton>
        </span>
      )}
    </div>
  );
}
