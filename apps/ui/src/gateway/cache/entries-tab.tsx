"use client";
import {
  type CacheDecision,
  type CacheEntry,
  CacheEntryPage,
  cacheEntryStates,
  FoundCacheEntries,
} from "@aurora/contracts";
import { formatDateTime, formatNumber } from "@aurora/i18n";
import { Search, Trash2 } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { type FormEvent, useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { usePagedList } from "../../api/use-paged-list.ts";
import { Button } from "../../components/button.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { EmptyState, Message, Skeleton } from "../../components/feedback.tsx";
import { SelectField, TextField } from "../../components/field.tsx";
import { HorizonArt } from "../../components/horizon-art.tsx";
import { useSession } from "../../session/session-provider.tsx";
import { Badge } from "../badge.tsx";
import styles from "../gateway.module.css";
import { useSubmit } from "../use-submit.ts";
import own from "./cache.module.css";
import { ComparisonFailure } from "./comparison-failure.tsx";
import { EntryDialog } from "./entry-dialog.tsx";
import { PurgeDialog } from "./purge-dialog.tsx";
import { useReasonText } from "./reasons.ts";

type Found = { readonly entry: CacheEntry; readonly decision: CacheDecision | null };

/** Answers kept for questions that ask the same. */
export function EntriesTab() {
  const t = useTranslations("cache");
  const api = useApi();
  const { sourceApps } = useSession();
  const submit = useSubmit();
  const [sourceApp, setSourceApp] = useState("");
  const [state, setState] = useState("");
  const [found, setFound] = useState<readonly Found[] | null>(null);
  const [opened, setOpened] = useState<CacheEntry | null>(null);
  const [isPurging, setIsPurging] = useState(false);
  const [notice, setNotice] = useState<string | null>(null);
  const list = usePagedList(`entries/${sourceApp}/${state}`, (query, signal) => {
    if (sourceApp) query.set("source_app", sourceApp);
    if (state) query.set("state", state);
    return api.call(CacheEntryPage, `/api/admin/cache/entries?${query}`, { signal });
  });
  const items: readonly Found[] | null = found ?? list.items?.map((entry) => ({ entry, decision: null })) ?? null;
  const isFiltered = sourceApp !== "" || state !== "" || found !== null;
  function search(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const question = String(new FormData(event.currentTarget).get("question") ?? "").trim();
    if (question === "") return setFound(null);
    void submit.run(async () => {
      const { items } = await api.call(FoundCacheEntries, "/api/admin/cache/entries/search", {
        method: "POST",
        body: { question, limit: 20 },
      });
      setFound(items);
    });
  }
  const gone = (sentence: string) => {
    setOpened(null);
    setNotice(sentence);
    setFound(null);
    list.reload();
  };
  return (
    <>
      <search>
        <form className={own.search} onSubmit={search}>
          <TextField
            label={t("entries.search")}
            hint={t("entries.searchHint")}
            error={submit.faultOf("question")}
            name="question"
            type="search"
            maxLength={2_000}
            data-shortcut="/"
            onChange={(event) => event.target.value === "" && setFound(null)}
          />
          <Button type="submit" disabled={submit.isBusy}>
            {t("entries.searchAction")}
          </Button>
        </form>
      </search>
      <div className={styles.toolbar}>
        <SelectField
          label={t("entries.sourceApp")}
          value={sourceApp}
          onChange={(event) => {
            setSourceApp(event.target.value);
            setFound(null);
          }}
        >
          <option value="">{t("entries.everySourceApp")}</option>
          {sourceApps.map((one) => (
            <option key={one.sourceApp} value={one.sourceApp}>
              {one.label}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t("entries.state")}
          value={state}
          onChange={(event) => {
            setState(event.target.value);
            setFound(null);
          }}
        >
          <option value="">{t("entries.everyState")}</option>
          {cacheEntryStates.map((one) => (
            <option key={one} value={one}>
              {t(`state.${one}`)}
            </option>
          ))}
        </SelectField>
        <div className={styles.end}>
          <Button onClick={() => setIsPurging(true)}>
            <Trash2 aria-hidden />
            {t("purge.open")}
          </Button>
        </div>
      </div>
      {submit.error !== null && <ComparisonFailure error={submit.error} />}
      {list.error !== null && !found && <FailureMessage error={list.error} onRetry={list.reload} />}
      {!items && list.error === null && <Skeleton shape="block" />}
      {notice && <Message tone="good">{notice}</Message>}
      {found && (
        <p className={styles.quiet} role="status">
          {t("entries.found", { count: found.length })}
        </p>
      )}
      {items?.length === 0 && !found && (
        <EmptyState
          art={isFiltered ? null : <HorizonArt />}
          title={t(isFiltered ? "entries.noneTitle" : "entries.emptyTitle")}
        >
          {t(isFiltered ? "entries.noneText" : "entries.emptyText")}
        </EmptyState>
      )}
      {items && items.length > 0 && (
        <ul className={styles.list}>
          {items.map(({ entry, decision }) => (
            <EntryRow key={entry.id} entry={entry} decision={decision} onOpen={() => setOpened(entry)} />
          ))}
        </ul>
      )}
      {list.hasMore && !found && (
        <div className={styles.centre}>
          <Button onClick={list.loadMore}>{t("more")}</Button>
        </div>
      )}
      {opened && (
        <EntryDialog
          entry={opened}
          onClose={() => setOpened(null)}
          onWrong={() => gone(t("entry.markedWrong"))}
          onDeleted={() => gone(t("entry.deleted"))}
        />
      )}
      {isPurging && (
        <PurgeDialog
          onClose={() => setIsPurging(false)}
          onPurged={({ exact, semantic }) => {
            setIsPurging(false);
            gone(t("purge.done", { exact, semantic }));
          }}
        />
      )}
    </>
  );
}

function EntryRow({
  entry,
  decision,
  onOpen,
}: {
  entry: CacheEntry;
  decision: CacheDecision | null;
  onOpen: () => void;
}) {
  const t = useTranslations("cache");
  const locale = useLocale();
  const reasonText = useReasonText();
  const similarity = decision && formatNumber(locale, decision.similarity, { maximumFractionDigits: 3 });
  return (
    <li className={styles.row}>
      <div className={styles.main}>
        <p className={own.question}>{entry.question ?? t("entries.hidden", { id: entry.id.slice(0, 8) })}</p>
        <p className={styles.quiet}>
          {[
            entry.source_app,
            entry.pack_id,
            entry.language,
            entry.model,
            t("entries.hits", { count: entry.hits }),
            t("entries.until", { date: formatDateTime(locale, new Date(entry.expires_at)) }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
        {decision && (
          <Badge tone={decision.hit ? "good" : "caution"}>
            {decision.hit
              ? t("entries.wouldHit", { similarity: similarity ?? "" })
              : t("entries.wouldMiss", { similarity: similarity ?? "", reason: reasonText(decision.reason) })}
          </Badge>
        )}
      </div>
      <Badge tone={entry.disagreed > 0 ? "caution" : entry.state === "trusted" ? "good" : "busy"}>
        {t(`state.${entry.state}`)}
      </Badge>
      <Button
        size="small"
        aria-label={t("entries.inspect", { question: entry.question ?? entry.id.slice(0, 8) })}
        onClick={onOpen}
      >
        <Search aria-hidden />
        {t("entries.open")}
      </Button>
    </li>
  );
}
