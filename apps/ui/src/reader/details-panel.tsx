"use client";
import type { DocumentDetail } from "@aurora/contracts";
import { formatBytes, formatDateTime, formatNumber } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import type { z } from "zod";
import { StatusBadge } from "../documents/document-row.tsx";
import { useFailureHelp } from "../documents/use-failure-help.ts";
import { useSession } from "../session/session-provider.tsx";
import styles from "./reader-page.module.css";

export function DetailsPanel({ document }: { document: z.infer<typeof DocumentDetail> }) {
  const t = useTranslations("reader");
  const locale = useLocale();
  const { sourceApps } = useSession();
  const explain = useFailureHelp();
  const language =
    document.language && (new Intl.DisplayNames([locale], { type: "language" }).of(document.language) ?? null);
  const rows: readonly (readonly [string, string | null])[] = [
    [t("detail.file"), document.filename],
    [t("detail.size"), formatBytes(locale, document.size_bytes)],
    [t("detail.pages"), document.page_count === null ? null : formatNumber(locale, document.page_count)],
    [t("detail.chunks"), formatNumber(locale, document.chunk_count)],
    [t("detail.language"), language],
    [
      t("detail.sourceApp"),
      sourceApps.find((one) => one.sourceApp === document.source_app)?.label ?? document.source_app,
    ],
    [t("detail.workspace"), document.workspace],
    [t("detail.pack"), document.pack_id],
    [t("detail.added"), formatDateTime(locale, new Date(document.created_at))],
    [t("detail.fingerprint"), document.sha256],
  ];
  return (
    <aside className={styles.details} aria-label={t("details")}>
      <h2>{t("details")}</h2>
      <StatusBadge status={document.status} />
      {document.failure && (
        <p>
          {explain(document.failure).reason} {explain(document.failure).help}
        </p>
      )}
      <dl>
        {rows.map(
          ([name, value]) =>
            value && (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
    </aside>
  );
}
