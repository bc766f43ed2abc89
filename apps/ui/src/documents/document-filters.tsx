"use client";
import { BatchPage, FolderList } from "@aurora/contracts";
import { Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { SelectField, TextField } from "../components/field.tsx";
import { useSession } from "../session/session-provider.tsx";
import type { Filters } from "./document-query.ts";
import styles from "./documents-page.module.css";

const statuses = ["success", "queued", "failed", "cancelled", "uploading"] as const;

/** Narrows the list: words, service, folder, batch, status. Folders and batches are offered where there are any. */
export function DocumentFilters({ filters, onChange }: { filters: Filters; onChange: (filters: Filters) => void }) {
  const t = useTranslations("documents");
  const { sourceApps } = useSession();
  const api = useApi();
  const ofService = filters.sourceApp ? `source_app=${encodeURIComponent(filters.sourceApp)}` : "";
  const folders = useResource(`folders?${ofService}`, (signal) =>
    api.call(FolderList, `/api/documents/folders?${ofService}`, { signal }),
  );
  const batches = useResource(`batches?${ofService}`, (signal) =>
    api.call(BatchPage, `/api/ingestion/batches?limit=50&${ofService}`, { signal }),
  );
  const uploads = (batches.data?.items ?? []).filter(({ kind }) => kind === "upload");
  const folderNames = (folders.data?.items ?? []).map(({ folder }) => folder);
  return (
    <search className={styles.filters}>
      <div className={styles.search}>
        <Search aria-hidden />
        <TextField
          label={t("search")}
          isLabelHidden
          type="search"
          placeholder={t("search")}
          data-shortcut="/"
          value={filters.q}
          maxLength={200}
          onChange={(event) => onChange({ ...filters, q: event.target.value })}
        />
      </div>
      {sourceApps.length > 1 && (
        <SelectField
          label={t("filter.sourceApp")}
          isLabelHidden
          value={filters.sourceApp}
          onChange={(event) => onChange({ ...filters, sourceApp: event.target.value, folder: "", batchId: "" })}
        >
          <option value="">{t("filter.everySourceApp")}</option>
          {sourceApps.map((one) => (
            <option key={one.sourceApp} value={one.sourceApp}>
              {one.label}
            </option>
          ))}
        </SelectField>
      )}
      {(folderNames.length > 0 || filters.folder) && (
        <SelectField
          label={t("filter.folder")}
          isLabelHidden
          value={filters.folder}
          onChange={(event) => onChange({ ...filters, folder: event.target.value })}
        >
          <option value="">{t("filter.everyFolder")}</option>
          {folderNames.map((folder) => (
            <option key={folder} value={folder}>
              {folder}
            </option>
          ))}
        </SelectField>
      )}
      {(uploads.length > 0 || filters.batchId) && (
        <SelectField
          label={t("filter.batch")}
          isLabelHidden
          value={filters.batchId}
          onChange={(event) => onChange({ ...filters, batchId: event.target.value })}
        >
          <option value="">{t("filter.everyBatch")}</option>
          {uploads.map((batch) => (
            <option key={batch.id} value={batch.id}>
              {batch.name}
            </option>
          ))}
        </SelectField>
      )}
      <SelectField
        label={t("filter.status")}
        isLabelHidden
        value={filters.status}
        onChange={(event) => onChange({ ...filters, status: event.target.value })}
      >
        <option value="">{t("filter.everyStatus")}</option>
        {statuses.map((status) => (
          <option key={status} value={status}>
            {t(`status.${status}`)}
          </option>
        ))}
      </SelectField>
    </search>
  );
}
