"use client";
import { DocumentDetail } from "@aurora/contracts";
import { ArrowLeft, Download, PanelRight, ScrollText } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { ApiFailure } from "../api/client.ts";
import { useResource } from "../api/use-resource.ts";
import buttonStyles from "../components/button.module.css";
import { ButtonLink, IconButton } from "../components/button.tsx";
import { classes } from "../components/classes.ts";
import { FailureMessage } from "../components/failure-message.tsx";
import { EmptyState, Message, Skeleton } from "../components/feedback.tsx";
import { HorizonArt } from "../components/horizon-art.tsx";
import { Link } from "../i18n/routing.ts";
import { Inspector } from "../inspector/inspector.tsx";
import { PageView } from "./page-view.tsx";
import styles from "./reader-page.module.css";
import { TextView } from "./text-view.tsx";
import { usePassage } from "./use-passage.ts";

type Props = { documentId: string; page: number | null; chunkId: string | null };

/** A document as it is, opened at the page and the words an answer cites. */
export function ReaderPage({ documentId, page, chunkId }: Props) {
  const t = useTranslations("reader");
  const api = useApi();
  const document = useResource(documentId, (signal) =>
    api.call(DocumentDetail, `/api/documents/${encodeURIComponent(documentId)}`, { signal }),
  );
  const passage = usePassage(documentId, chunkId);
  const [isText, setIsText] = useState(false);
  const [hasDetails, setHasDetails] = useState(false);

  if (document.error) {
    const isMissing = ApiFailure.is(document.error) && [400, 404].includes(document.error.status);
    return isMissing ? (
      <EmptyState
        art={<HorizonArt />}
        heading="h1"
        title={t("missing.title")}
        actions={<ButtonLink href="/documents">{t("missing.action")}</ButtonLink>}
      >
        {t("missing.text")}
      </EmptyState>
    ) : (
      <div className={styles.alone}>
        <FailureMessage error={document.error} onRetry={document.reload} />
      </div>
    );
  }
  const detail = document.data;
  const hasPages = Boolean(detail?.has_page_images);
  const isLoading = !detail || passage.isLoading;
  return (
    <div className={styles.reader}>
      <div className={styles.bar}>
        <Link href="/documents" className={styles.back} aria-label={t("back")} title={t("back")}>
          <ArrowLeft aria-hidden />
        </Link>
        <h1 className={styles.title}>
          {detail ? detail.title : <span className="visually-hidden">{t("loading")}</span>}
        </h1>
        {hasPages && (
          <IconButton label={t("textView")} aria-pressed={isText} onClick={() => setIsText(!isText)}>
            <ScrollText aria-hidden />
          </IconButton>
        )}
        {detail && (
          <a
            className={classes(buttonStyles.button, buttonStyles.quiet, buttonStyles.icon)}
            href={`${api.baseUrl}/api/documents/${detail.id}/original`}
            aria-label={t("download")}
            title={t("download")}
            download
          >
            <Download aria-hidden />
          </a>
        )}
        <IconButton label={t("details")} aria-expanded={hasDetails} onClick={() => setHasDetails(!hasDetails)}>
          <PanelRight aria-hidden />
        </IconButton>
      </div>
      <div className={classes(styles.columns, hasDetails && styles.withDetails)}>
        <div className={styles.content}>
          {chunkId && passage.data === null && !passage.isLoading && (
            <div className={styles.notice}>
              <Message tone="caution">{t("passageGone")}</Message>
            </div>
          )}
          {isLoading && (
            <div className={styles.pages} role="status" aria-label={t("loading")}>
              <Skeleton shape="page" />
            </div>
          )}
          {!isLoading && !detail.is_searchable && (
            <EmptyState art={<HorizonArt />} title={t("unread.title")}>
              {t("unread.text")}
            </EmptyState>
          )}
          {!isLoading && detail.is_searchable && hasPages && !isText && (
            <PageView documentId={detail.id} pages={detail.pages} startPage={page} passage={passage.data} />
          )}
          {!isLoading && detail.is_searchable && (!hasPages || isText) && (
            <TextView documentId={detail.id} quote={passage.data?.quote ?? null} page={page} />
          )}
        </div>
        {hasDetails && detail && (
          <Inspector document={detail} onClose={() => setHasDetails(false)} onChanged={document.reload} />
        )}
      </div>
    </div>
  );
}
