"use client";
import { Check, Copy } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import styles from "./gateway.module.css";

/** A secret while it can be seen, and a button that copies it. */
export function CopySecret({ secret }: { secret: string }) {
  const t = useTranslations("gateway");
  const [isCopied, setIsCopied] = useState(false);
  const Icon = isCopied ? Check : Copy;
  return (
    <div className={styles.secret}>
      <code>{secret}</code>
      <Button
        size="small"
        onClick={() =>
          void navigator.clipboard.writeText(secret).then(
            () => setIsCopied(true),
            () => setIsCopied(false), // not allowed here: the text can still be selected
          )
        }
      >
        <Icon aria-hidden />
        {t(isCopied ? "copied" : "copy")}
      </Button>
      <span role="status" className="visually-hidden">
        {isCopied && t("copied")}
      </span>
    </div>
  );
}
