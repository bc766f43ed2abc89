"use client";
import { DocumentPage, type DocumentSummary } from "@aurora/contracts";
import { Search } from "lucide-react";
import { useTranslations } from "next-intl";
import { useDeferredValue, useEffect, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { Button } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { EmptyState, Skeleton } from "../components/feedback.tsx";
import { SelectField, TextField } from "../components/field.tsx";
import { HorizonArt } from "../components/horizon-art.tsx";
import { PageBody, PageHeader } from "../components/page-header.tsx";
import { useSession } from "../session/session-provider.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import { DocumentRow } from "./document-row.tsx";
import styles from "./documents-page.module.css";
import { UploadButton } from "./upload-button.tsx";
import { useUploads } from "./uploads-provider.tsx";

const pageSize = 50;
const pollEveryMs = 4_000;
const statuses = ["success", "queued", "failed"] as const;
type Filters = { q: string; sourceApp: string; status: string };

function queryOf(filters: Filters, cursor: string | null): string {
  const query = new URLSearchParams({ limit: String(pageSize) });
  if (filters.q.trim()) query.set("q", filters.q.trim());
  if (filters.sourceApp) query.set("source_app", filters.sourceApp);
  if (filters.status) query.set("status", filters.status);
  if (cursor) query.set("cursor", cursor);
  return query.toString();
}

export function DocumentsPage() {
  const t = useTranslations("documents");
  const { sourceApps } = useSession();
  const uploads = useUploads();
  const [filters, setFilters] = useState<Filters>({ q: "", sourceApp: "", status: "" });
  const [deleting, setDeleting] = useState<DocumentSummary | null>(null);
  const list = useDocumentList(useDeferredValue(filters), uploads.changes);
  const canIngest = sourceApps.some(({ permissions }) => permissions.includes("ingest"));
  const isFiltered = Boolean(filters.q.trim() || filters.sourceApp || filters.status);
  const isEmpty = list.items?.length === 0;
  const api = useApi();
  const [retryError, setRetryError] = useState<unknown>(null);
  async function retry({ job_id }: DocumentSummary) {
    setRetryError(null);
    try {
      await api.send(`/api/ingestion/jobs/${job_id}/retry`, { method: "POST" });
      list.reload();
    } catch (error) {
      setRetryError(error);
    }
  }

  return (
    <PageBody>
      <PageHeader
        title={t("title")}
        lead={t("lead")}
        actions={canIngest && !(isEmpty && !isFiltered) && <UploadButton />}
      />
      {(!isEmpty || isFiltered) && (
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
              onChange={(event) => setFilters({ ...filters, q: event.target.value })}
            />
          </div>
          {sourceApps.length > 1 && (
            <SelectField
              label={t("filter.sourceApp")}
              isLabelHidden
              value={filters.sourceApp}
              onChange={(event) => setFilters({ ...filters, sourceApp: event.target.value })}
            >
              <option value="">{t("filter.everySourceApp")}</option>
              {sourceApps.map((one) => (
                <option key={one.sourceApp} value={one.sourceApp}>
                  {one.label}
                </option>
              ))}
            </SelectField>
          )}
          <SelectField
            label={t("filter.status")}
            isLabelHidden
            value={filters.status}
            onChange={(event) => setFilters({ ...filters, status: event.target.value })}
          >
            <option value="">{t("filter.everyStatus")}</option>
            {statuses.map((status) => (
              <option key={status} value={status}>
                {t(`status.${status}`)}
              </option>
            ))}
          </SelectField>
        </search>
      )}
      {retryError !== null && <FailureMessage error={retryError} />}
      {list.error !== null && <FailureMessage error={list.error} onRetry={list.reload} />}
      {list.items === null && list.error === null && (
        <div className={styles.skeletons} aria-busy="true" role="status" aria-label={t("loading")}>
          {[1, 2, 3, 4, 5].map((row) => (
            <Skeleton key={row} shape="row" />
          ))}
        </div>
      )}
      {isEmpty && !isFiltered && (
        <EmptyState art={<HorizonArt />} title={t("empty.title")} actions={canIngest && <UploadButton />}>
          {canIngest ? t("empty.text") : t("empty.readOnly")}
        </EmptyState>
      )}
      {isEmpty && isFiltered && (
        <EmptyState
          title={t("nothingFound.title")}
          actions={
            <Button onClick={() => setFilters({ q: "", sourceApp: "", status: "" })}>{t("nothingFound.action")}</Button>
          }
        >
          {t("nothingFound.text")}
        </EmptyState>
      )}
      {list.items && list.items.length > 0 && (
        <>
          <p className="visually-hidden" role="status">
            {t("shown", { count: list.items.length })}
          </p>
          <ul className={styles.list}>
            {list.items.map((document) => (
              <DocumentRow
                key={document.id}
                document={document}
                onDelete={() => setDeleting(document)}
                onRetry={() => retry(document)}
              />
            ))}
          </ul>
          {list.hasMore && (
            <div className={styles.more}>
              <Button onClick={list.loadMore}>{t("more")}</Button>
            </div>
          )}
        </>
      )}
      {deleting && (
        <DeleteDialog
          document={deleting}
          onClose={() => setDeleting(null)}
          onDeleted={() => {
            setDeleting(null);
            list.reload();
          }}
        />
      )}
    </PageBody>
  );
}

/** The list as far as it was opened. It reads itself anew while something in it is still being worked on. */
function useDocumentList(filters: Filters, changes: number) {
  const api = useApi();
  const [depth, setDepth] = useState(1);
  const base = queryOf(filters, null);
  const resource = useResource(`${base}#${depth}`, async (signal) => {
    const items: DocumentSummary[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < depth; page++) {
      const next: { items: DocumentSummary[]; next_cursor: string | null } = await api.call(
        DocumentPage,
        `/api/documents?${queryOf(filters, cursor)}`,
        { signal },
      );
      items.push(...next.items);
      cursor = next.next_cursor;
      if (!cursor) break;
    }
    return { items, hasMore: cursor !== null };
  });
  // What is shown stays while the next list is on its way, so that typing does not make the page blink.
  const [shown, setShown] = useState(resource.data);
  if (resource.data && resource.data !== shown) setShown(resource.data);
  const { reload } = resource;
  useEffect(() => {
    if (changes > 0) reload();
  }, [changes, reload]);
  const isMoving = shown?.items.some(({ status }) => !["success", "failed", "cancelled", "uploading"].includes(status));
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(() => document.visibilityState === "visible" && reload(), pollEveryMs);
    return () => clearInterval(timer);
  }, [isMoving, reload]);
  return {
    items: shown?.items ?? null,
    hasMore: shown?.hasMore ?? false,
    error: resource.error,
    reload,
    loadMore: () => setDepth((pages) => pages + 1),
  };
}
