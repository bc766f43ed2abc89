"use client";
import type { CreatedVirtualKey } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import type { z } from "zod";
import { Button } from "../../components/button.tsx";
import { Dialog, DialogActions } from "../../components/dialog.tsx";
import { Message } from "../../components/feedback.tsx";
import { CopySecret } from "../copy-secret.tsx";
import styles from "../gateway.module.css";

/** The only time the key is seen. */
export function NewKeyDialog({ made, onClose }: { made: z.infer<typeof CreatedVirtualKey>; onClose: () => void }) {
  const t = useTranslations("virtualKeys");
  return (
    <Dialog title={t("made.title", { name: made.virtual_key.name })} onClose={onClose}>
      <Message tone="caution">{t("made.once")}</Message>
      <CopySecret secret={made.key} />
      <p className={styles.quiet}>{t("made.use")}</p>
      <p className={styles.mono}>Authorization: Bearer {made.virtual_key.prefix}…</p>
      <DialogActions>
        <Button variant="primary" onClick={onClose}>
          {t("made.close")}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
