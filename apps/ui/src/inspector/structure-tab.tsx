"use client";
import { Image as ImageIcon, Table2 } from "lucide-react";
import { useTranslations } from "next-intl";
import { useApi } from "../api/api-provider.tsx";
import { useResource } from "../api/use-resource.ts";
import { FailureMessage } from "../components/failure-message.tsx";
import { Skeleton } from "../components/feedback.tsx";
import { Link } from "../i18n/routing.ts";
import { blocksOf, DoclingJson } from "../reader/docling.ts";
import styles from "./inspector.module.css";

/** Headings, tables and pictures in reading order: what the reader of the file understood of it. */
export function StructureTab({ documentId }: { documentId: string }) {
  const t = useTranslations("inspector");
  const api = useApi();
  const content = useResource(documentId, async (signal) =>
    blocksOf(await api.call(DoclingJson, `/api/documents/${documentId}/content?format=json`, { signal })),
  );
  if (content.error) return <FailureMessage error={content.error} onRetry={content.reload} />;
  if (!content.data) return <Skeleton shape="block" />;
  const parts = content.data.filter(({ kind }) => ["heading", "table", "picture"].includes(kind));
  if (parts.length === 0) return <p className={styles.quiet}>{t("structure.empty")}</p>;
  return (
    <ol className={styles.outline}>
      {parts.map((block, index) => {
        const label =
          block.kind === "heading"
            ? block.text
            : block.kind === "table"
              ? block.caption || t("structure.table", { rows: block.rows.length })
              : block.kind === "picture"
                ? block.caption || t("structure.picture")
                : "";
        const line = (
          <>
            {block.kind === "table" && <Table2 aria-hidden />}
            {block.kind === "picture" && <ImageIcon aria-hidden />}
            <span>{label}</span>
            {block.page !== null && <span className={styles.page}>{t("page", { page: block.page })}</span>}
          </>
        );
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: blocks never move
          <li key={index} data-level={block.kind === "heading" ? Math.min(5, block.level) : "part"}>
            {block.page === null ? (
              <span>{line}</span>
            ) : (
              <Link href={`/documents/${documentId}?page=${block.page}`}>{line}</Link>
            )}
          </li>
        );
      })}
    </ol>
  );
}
