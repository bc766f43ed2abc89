"use client";
import type { DocumentSummary } from "@aurora/contracts";
import { useTranslations } from "next-intl";
import { useDeferredValue, useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { Button } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { EmptyState, Skeleton } from "../components/feedback.tsx";
import { HorizonArt } from "../components/horizon-art.tsx";
import { PageBody, PageHeader } from "../components/page-header.tsx";
import { useSession } from "../session/session-provider.tsx";
import { AddDocuments } from "./add-documents.tsx";
import { DeleteDialog } from "./delete-dialog.tsx";
import { DeleteManyDialog } from "./delete-many-dialog.tsx";
import { DocumentFilters } from "./document-filters.tsx";
import { isFiltered, noFilters } from "./document-query.ts";
import { DocumentRow } from "./document-row.tsx";
import styles from "./documents-page.module.css";
import { SelectionBar } from "./selection-bar.tsx";
import { useUploads } from "./uploads-provider.tsx";
import { useDocumentList } from "./use-document-list.ts";

export function DocumentsPage() {
  const t = useTranslations("documents");
  const { sourceApps } = useSession();
  const uploads = useUploads();
  const [filters, setFilters] = useState(noFilters);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [isDeletingChosen, setIsDeletingChosen] = useState(false);
  const [deleting, setDeleting] = useState<DocumentSummary | null>(null);
  const list = useDocumentList(useDeferredValue(filters), uploads.changes);
  const canIngest = sourceApps.some(({ permissions }) => permissions.includes("ingest"));
  const isNarrowed = isFiltered(filters);
  const canManage = (document: DocumentSummary) =>
    sourceApps.some((one) => one.sourceApp === document.source_app && one.permissions.includes("manage"));
  const manageable = (list.items ?? []).filter(canManage);
  const selected = manageable.filter(({ id }) => chosen.has(id));
  const choose = (id: string, isChosen: boolean) =>
    setChosen(new Set(isChosen ? [...chosen, id] : [...chosen].filter((other) => other !== id)));
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
        actions={canIngest && !(isEmpty && !isNarrowed) && <AddDocuments onAdded={list.reload} />}
      />
      {(!isEmpty || isNarrowed) && <DocumentFilters filters={filters} onChange={setFilters} />}
      {retryError !== null && <FailureMessage error={retryError} />}
      {list.error !== null && <FailureMessage error={list.error} onRetry={list.reload} />}
      {list.items === null && list.error === null && (
        <div className={styles.skeletons} aria-busy="true" role="status" aria-label={t("loading")}>
          {[1, 2, 3, 4, 5].map((row) => (
            <Skeleton key={row} shape="row" />
          ))}
        </div>
      )}
      {isEmpty && !isNarrowed && (
        <EmptyState
          art={<HorizonArt />}
          title={t("empty.title")}
          actions={canIngest && <AddDocuments onAdded={list.reload} />}
        >
          {canIngest ? t("empty.text") : t("empty.readOnly")}
        </EmptyState>
      )}
      {isEmpty && isNarrowed && (
        <EmptyState
          title={t("nothingFound.title")}
          actions={<Button onClick={() => setFilters(noFilters)}>{t("nothingFound.action")}</Button>}
        >
          {t("nothingFound.text")}
        </EmptyState>
      )}
      {list.items && list.items.length > 0 && (
        <>
          <p className="visually-hidden" role="status">
            {t("shown", { count: list.items.length })}
          </p>
          {manageable.length > 0 && (
            <SelectionBar
              shown={manageable.length}
              selected={selected.length}
              onAll={(isChosen) => setChosen(new Set(isChosen ? manageable.map(({ id }) => id) : []))}
              onDelete={() => setIsDeletingChosen(true)}
            />
          )}
          <ul className={styles.list} data-selectable={manageable.length > 0 || undefined}>
            {list.items.map((document) => (
              <DocumentRow
                key={document.id}
                document={document}
                isChosen={chosen.has(document.id)}
                {...(manageable.length > 0 && { onChoose: (isChosen: boolean) => choose(document.id, isChosen) })}
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
      {isDeletingChosen && (
        <DeleteManyDialog
          documents={selected}
          onClose={() => setIsDeletingChosen(false)}
          onDeleted={() => {
            setIsDeletingChosen(false);
            setChosen(new Set());
            list.reload();
          }}
        />
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
