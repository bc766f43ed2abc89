"use client";
import { CreatedLink, DocumentLinkPage } from "@aurora/contracts";
import { formatDateTime } from "@aurora/i18n";
import { Copy, Link2, Link2Off } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import type { z } from "zod";
import { useApi } from "../api/api-provider.tsx";
import { usePagedList } from "../api/use-paged-list.ts";
import { Button, IconButton } from "../components/button.tsx";
import { FailureMessage } from "../components/failure-message.tsx";
import { Message, Skeleton } from "../components/feedback.tsx";
import { SelectField, TextField } from "../components/field.tsx";
import styles from "./inspector.module.css";

const lifetimesHours = [24, 168, 720, 2160] as const;

/** Links that let anyone download the file, for a time or a number of downloads. */
export function LinksTab({ documentId }: { documentId: string }) {
  const t = useTranslations("inspector");
  const locale = useLocale();
  const api = useApi();
  const [error, setError] = useState<unknown>(null);
  const [made, setMade] = useState<z.infer<typeof CreatedLink> | null>(null);
  const [isCopied, setIsCopied] = useState(false);
  const [hours, setHours] = useState("168");
  const [downloads, setDownloads] = useState("");
  const list = usePagedList(documentId, (query, signal) =>
    api.call(DocumentLinkPage, `/api/documents/${documentId}/links?${query}`, { signal }),
  );
  const attempt = async (work: () => Promise<void>) => {
    setError(null);
    try {
      await work();
      list.reload();
    } catch (failure) {
      setError(failure);
    }
  };
  const create = (event: FormEvent) => {
    event.preventDefault();
    void attempt(async () => {
      setIsCopied(false);
      setMade(
        await api.call(CreatedLink, `/api/documents/${documentId}/links`, {
          method: "POST",
          body: { expires_in_hours: Number(hours), max_downloads: downloads === "" ? null : Number(downloads) },
        }),
      );
    });
  };
  const revoke = (id: string) =>
    attempt(() => api.send(`/api/documents/${documentId}/links/${id}`, { method: "DELETE" }));
  return (
    <>
      <form className={styles.form} onSubmit={create}>
        <SelectField label={t("links.expires")} value={hours} onChange={(event) => setHours(event.target.value)}>
          {lifetimesHours.map((value) => (
            <option key={value} value={value}>
              {t("links.lifetime", { days: value / 24 })}
            </option>
          ))}
        </SelectField>
        <TextField
          label={t("links.maxDownloads")}
          hint={t("links.maxDownloadsHint")}
          type="number"
          min={1}
          max={1_000_000}
          step={1}
          value={downloads}
          onChange={(event) => setDownloads(event.target.value)}
        />
        <Button type="submit" variant="primary">
          <Link2 aria-hidden />
          {t("links.create")}
        </Button>
      </form>
      {error !== null && <FailureMessage error={error} />}
      {made && (
        <Message tone="good">
          <p>{t("links.shownOnce")}</p>
          <p className={styles.made}>
            <code>{made.url}</code>
            <IconButton
              label={isCopied ? t("links.copied") : t("links.copy")}
              size="small"
              onClick={() => void navigator.clipboard.writeText(made.url).then(() => setIsCopied(true))}
            >
              <Copy aria-hidden />
            </IconButton>
          </p>
        </Message>
      )}
      {list.error !== null && <FailureMessage error={list.error} onRetry={list.reload} />}
      {!list.items && list.error === null && <Skeleton shape="block" />}
      {list.items?.length === 0 && <p className={styles.quiet}>{t("links.empty")}</p>}
      <ul className={styles.versions}>
        {list.items?.map((link) => (
          <li key={link.id} data-off={!link.is_active || undefined}>
            <p className={styles.versionHead}>
              <code>{link.prefix}…</code>
              {!link.is_active && <span className={styles.badge}>{t("links.ended")}</span>}
              {link.is_active && (
                <IconButton
                  label={t("links.revoke", { prefix: link.prefix })}
                  size="small"
                  onClick={() => revoke(link.id)}
                >
                  <Link2Off aria-hidden />
                </IconButton>
              )}
            </p>
            <p className={styles.quiet}>
              {t("links.downloads", { count: link.downloads_count, max: link.max_downloads ?? -1 })}
              {" · "}
              {t("links.until", { date: formatDateTime(locale, new Date(link.expires_at)) })}
            </p>
          </li>
        ))}
      </ul>
      {list.hasMore && <Button onClick={list.loadMore}>{t("more")}</Button>}
    </>
  );
}
