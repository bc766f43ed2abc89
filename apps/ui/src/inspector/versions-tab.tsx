"use client";
import { DocumentVersionPage } from "@aurora/contracts";
import { formatBytes, formatDateTime } from "@aurora/i18n";
import { Download, RotateCcw } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../api/api-provider.tsx";
import { usePagedList } from "../api/use-paged-list.ts";
import { Button } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Skeleton } from "../components/feedback.tsx";
import { useFailureHelp } from "../documents/use-failure-help.ts";
import type { InspectedDocument } from "./inspected-document.ts";
import styles from "./inspector.module.css";
import { exactPercent } from "./quality-tab.tsx";

type Props = { document: InspectedDocument; canManage: boolean; onChanged: () => void };

/** Every file this document has been; an older one can be read anew, and answers keep the present one until it is done. */
export function VersionsTab({ document, canManage, onChanged }: Props) {
  const t = useTranslations("inspector");
  const locale = useLocale();
  const api = useApi();
  const explain = useFailureHelp();
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState<number | null>(null);
  const list = usePagedList(document.id, (query, signal) =>
    api.call(DocumentVersionPage, `/api/documents/${document.id}/versions?${query}`, { signal }),
  );
  async function reread(version: number) {
    setBusy(version);
    setError(null);
    try {
      await api.send(`/api/documents/${document.id}/reindex`, { method: "POST", body: { version } });
      list.reload();
      onChanged();
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(null);
    }
  }
  if (list.error) return <FailureMessage error={list.error} onRetry={list.reload} />;
  if (!list.items) return <Skeleton shape="block" />;
  return (
    <>
      {error !== null && <FailureMessage error={error} />}
      <ol className={styles.versions}>
        {list.items.map((version) => (
          <li key={version.version} data-current={version.is_published || undefined}>
            <p className={styles.versionHead}>
              <strong>{t("versions.number", { version: version.version })}</strong>
              {version.is_published && <span className={styles.badge}>{t("versions.current")}</span>}
            </p>
            <p className={styles.quiet}>
              {[
                formatDateTime(locale, new Date(version.created_at)),
                formatBytes(locale, version.size_bytes),
                version.coverage !== null && t("versions.coverage", { share: exactPercent(locale, version.coverage) }),
              ]
                .filter(Boolean)
                .join(" · ")}
            </p>
            <p className={styles.filename}>{version.filename}</p>
            {version.failure && <p className={styles.bad}>{explain(version.failure).reason}</p>}
            <div className={styles.actions}>
              <a
                className={styles.action}
                href={`${api.baseUrl}/api/documents/${document.id}/versions/${version.version}/original`}
                download
              >
                <Download aria-hidden />
                {t("versions.download")}
              </a>
              {canManage && (
                <Button size="small" disabled={busy !== null} onClick={() => reread(version.version)}>
                  <RotateCcw aria-hidden />
                  {version.is_published ? t("versions.reread") : t("versions.restore")}
                </Button>
              )}
            </div>
          </li>
        ))}
      </ol>
      {list.hasMore && <Button onClick={list.loadMore}>{t("more")}</Button>}
    </>
  );
}
