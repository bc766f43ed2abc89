"use client";
import type { DeletionReceipt } from "@aurora/contracts";
import { formatBytes, formatNumber } from "@aurora/i18n";
import { useLocale, useTranslations } from "next-intl";
import { Message } from "../components/feedback.tsx";
import styles from "./ingestion.module.css";

const kinds = [
  "document",
  "version",
  "job",
  "chunk",
  "embedding",
  "artifact",
  "statistics",
  "link",
  "point",
  "original",
  "answer",
] as const;

/** What a deletion removed from where, and whether a look into every store found anything left. */
export function ReceiptView({ receipt }: { receipt: Pick<DeletionReceipt, "status" | "removed" | "residue"> }) {
  const t = useTranslations("ingestion");
  const locale = useLocale();
  const nameOf = (kind: string) => {
    const known = kinds.find((one) => one === kind);
    return known ? t(`receipts.kinds.${known}`) : kind;
  };
  return (
    <div className={styles.receipt}>
      <Message tone={receipt.status === "clean" ? "good" : "caution"}>{t(`receipts.status.${receipt.status}`)}</Message>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("receipts.store")}</th>
            <th scope="col">{t("receipts.kind")}</th>
            <th scope="col">{t("receipts.count")}</th>
            <th scope="col">{t("receipts.size")}</th>
          </tr>
        </thead>
        <tbody>
          {receipt.removed.map(({ store, kind, count, bytes }) => (
            <tr key={`${store}/${kind}`}>
              <td>{t(`receipts.in.${store}`)}</td>
              <td>{nameOf(kind)}</td>
              <td>{formatNumber(locale, count)}</td>
              <td>{bytes === null ? "–" : formatBytes(locale, bytes)}</td>
            </tr>
          ))}
          {receipt.residue.map(({ store, kind, count }) => (
            <tr key={`left/${store}/${kind}`} className={styles.bad}>
              <td>{t(`receipts.in.${store}`)}</td>
              <td>{t("receipts.left", { kind: nameOf(kind) })}</td>
              <td>{formatNumber(locale, count)}</td>
              <td>–</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
