"use client";
import { AcceptedJob, IngestionOptions } from "@aurora/contracts";
import { Link2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { Button, IconButton } from "../components/button.tsx";
import { Dialog, DialogActions } from "../components/dialog.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { SelectField, TextField } from "../components/field.tsx";
import { useSession } from "../session/session-provider.tsx";
import styles from "./documents-page.module.css";
import { UploadButton } from "./upload-button.tsx";

/** The ways to add documents: files, a folder, and an address where this instance fetches from some. */
export function AddDocuments({ onAdded }: { onAdded: () => void }) {
  const t = useTranslations("documents");
  const api = useApi();
  const [isOpen, setIsOpen] = useState(false);
  const options = useResource("options", (signal) => api.call(IngestionOptions, "/api/ingestion/options", { signal }));
  return (
    <>
      {options.data?.ingest_url && (
        <IconButton label={t("address.open")} variant="secondary" onClick={() => setIsOpen(true)}>
          <Link2 aria-hidden />
        </IconButton>
      )}
      <UploadButton />
      {isOpen && (
        <AddressDialog
          onClose={() => setIsOpen(false)}
          onAdded={() => {
            setIsOpen(false);
            onAdded();
          }}
        />
      )}
    </>
  );
}

function AddressDialog({ onClose, onAdded }: { onClose: () => void; onAdded: () => void }) {
  const t = useTranslations("documents");
  const api = useApi();
  const { sourceApps } = useSession();
  const targets = sourceApps.filter(({ permissions }) => permissions.includes("ingest"));
  const [address, setAddress] = useState("");
  const [sourceApp, setSourceApp] = useState(targets[0]?.sourceApp ?? "");
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setIsBusy] = useState(false);
  async function add(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    setError(null);
    try {
      const body = { url: address.trim(), source_app: sourceApp, caller_app: "aurora_nexus_ui" };
      await api.call(AcceptedJob, "/api/documents/url", { method: "POST", body });
      onAdded();
    } catch (failure) {
      setError(failure);
      setIsBusy(false);
    }
  }
  return (
    <Dialog title={t("address.title")} onClose={onClose}>
      <form className={styles.form} onSubmit={add}>
        <TextField
          label={t("address.label")}
          hint={t("address.hint")}
          type="url"
          inputMode="url"
          autoComplete="off"
          placeholder="https://"
          required
          maxLength={2048}
          value={address}
          onChange={(event) => setAddress(event.target.value)}
        />
        {targets.length > 1 && (
          <SelectField
            label={t("choose.label")}
            value={sourceApp}
            onChange={(event) => setSourceApp(event.target.value)}
          >
            {targets.map((one) => (
              <option key={one.sourceApp} value={one.sourceApp}>
                {one.label}
              </option>
            ))}
          </SelectField>
        )}
        {error !== null && <FailureMessage error={error} />}
        <DialogActions>
          <Button onClick={onClose}>{t("choose.cancel")}</Button>
          <Button variant="primary" type="submit" disabled={isBusy || address.trim() === ""}>
            {isBusy ? t("address.busy") : t("address.action")}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
