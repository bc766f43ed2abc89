"use client";
import { formatBytes, formatDateTime, formatNumber } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { Message } from "../components/feedback.tsx";
import { StatusBadge } from "../documents/document-row.tsx";
import { useFailureHelp } from "../documents/use-failure-help.ts";
import { Link } from "../i18n/routing.ts";
import { useSession } from "../session/session-provider.tsx";
import type { InspectedDocument } from "./inspected-document.ts";
import styles from "./inspector.module.css";

export function DetailsTab({ document }: { document: InspectedDocument }) {
  const t = useTranslations("inspector");
  const locale = useLocale();
  const { sourceApps } = useSession();
  const explain = useFailureHelp();
  const language =
    document.language && (new Intl.DisplayNames([locale], { type: "language" }).of(document.language) ?? null);
  const rows: readonly (readonly [string, string | null])[] = [
    [t("detail.file"), document.filename],
    [t("detail.folder"), document.folder || null],
    [t("detail.size"), formatBytes(locale, document.size_bytes)],
    [t("detail.version"), document.version > 0 ? formatNumber(locale, document.version) : null],
    [t("detail.pages"), document.page_count === null ? null : formatNumber(locale, document.page_count)],
    [t("detail.chunks"), formatNumber(locale, document.chunk_count)],
    [t("detail.language"), language],
    [
      t("detail.sourceApp"),
      sourceApps.find((one) => one.sourceApp === document.source_app)?.label ?? document.source_app,
    ],
    [t("detail.workspace"), document.workspace],
    [t("detail.pack"), document.pack_id],
    [t("detail.externalId"), document.external_id],
    [t("detail.added"), formatDateTime(locale, new Date(document.created_at))],
    [t("detail.changed"), formatDateTime(locale, new Date(document.updated_at))],
    [t("detail.fingerprint"), document.sha256],
  ];
  return (
    <>
      <StatusBadge status={document.status} />
      {document.failure && (
        <Message tone="danger">
          {explain(document.failure).reason} {explain(document.failure).help}
        </Message>
      )}
      {document.duplicate_of && (
        <Message tone="caution">
          {t("duplicate")} <Link href={`/documents/${document.duplicate_of}`}>{t("duplicateOpen")}</Link>
        </Message>
      )}
      <dl className={styles.facts}>
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
    </>
  );
}
