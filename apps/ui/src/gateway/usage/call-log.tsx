"use client";
import { page, UsageCacheStatus, UsageCall, UsageOutcome } from "@aurora/contracts";
import { formatDateTime, formatDuration, formatNumber } from "@aurora/i18n";
import { RotateCw } from "lucide-react";
import { useLocale, useTranslations } from "next-intl";
import { useState } from "react";
import { useApi } from "../../api/api-provider.tsx";
import { usePagedList } from "../../api/use-paged-list.ts";
import { Button, IconButton } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { FailureMessage } from "../../components/failure-message.tsx";
import { Skeleton } from "../../components/feedback.tsx";
import { SelectField } from "../../components/field.tsx";
import { Link } from "../../i18n/routing.ts";
import { Badge } from "../badge.tsx";
import { Fact } from "../fact.tsx";
import styles from "../gateway.module.css";
import { formatCount, formatUsd } from "../money.ts";
import type { FilterName } from "./usage-query.ts";
import { useValueText } from "./value-text.ts";

const CallPage = page(UsageCall);
type Filter = (name: FilterName, value: string | null, label?: string) => void;

/** Every call of the period, newest first; one opened says all that is known of it. */
export function CallLog({ query, onFilter }: { query: string; onFilter: Filter }) {
  const t = useTranslations("usage");
  const api = useApi();
  const [opened, setOpened] = useState<UsageCall | null>(null);
  const chosen = new URLSearchParams(query);
  const list = usePagedList(query, (paging, signal) =>
    api.call(CallPage, `/api/admin/usage/calls?${query}&${paging}`, { signal }),
  );
  return (
    <section className={styles.stack} aria-labelledby="calls">
      <div className={styles.cardHead}>
        <div>
          <h2 id="calls">{t("calls.title")}</h2>
          <p className={styles.quiet}>{t("calls.text")}</p>
        </div>
        <IconButton label={t("calls.reload")} size="small" onClick={list.reload}>
          <RotateCw aria-hidden />
        </IconButton>
      </div>
      <div className={styles.toolbar}>
        <SelectField
          label={t("filter.outcome")}
          value={chosen.get("outcome") ?? ""}
          onChange={(event) => onFilter("outcome", event.target.value || null)}
        >
          <option value="">{t("calls.every")}</option>
          {UsageOutcome.options.map((one) => (
            <option key={one} value={one}>
              {t(`outcome.${one}`)}
            </option>
          ))}
        </SelectField>
        <SelectField
          label={t("filter.cache_status")}
          value={chosen.get("cache_status") ?? ""}
          onChange={(event) => onFilter("cache_status", event.target.value || null)}
        >
          <option value="">{t("calls.every")}</option>
          {UsageCacheStatus.options.map((one) => (
            <option key={one} value={one}>
              {t(`cacheStatus.${one}`)}
            </option>
          ))}
        </SelectField>
      </div>
      {list.error !== null && <FailureMessage error={list.error} onRetry={list.reload} />}
      {!list.items && list.error === null && <Skeleton shape="block" />}
      {list.items && list.items.length > 0 && (
        <ul className={styles.list}>
          {list.items.map((call) => (
            <CallRow key={call.id} call={call} onOpen={() => setOpened(call)} />
          ))}
        </ul>
      )}
      {list.hasMore && (
        <div className={styles.centre}>
          <Button onClick={list.loadMore}>{t("calls.more")}</Button>
        </div>
      )}
      {opened && <CallDialog call={opened} onClose={() => setOpened(null)} />}
    </section>
  );
}

const toneOf = { ok: "good", error: "bad", aborted: "quiet" } as const;

function CallRow({ call, onOpen }: { call: UsageCall; onOpen: () => void }) {
  const t = useTranslations("usage");
  const locale = useLocale();
  const valueText = useValueText();
  const tokens =
    call.tokens_in === null && call.tokens_out === null ? null : (call.tokens_in ?? 0) + (call.tokens_out ?? 0);
  const at = formatDateTime(locale, new Date(call.created_at));
  return (
    <li className={styles.row}>
      <div className={styles.main}>
        <p className={styles.title}>
          <span className={styles.name}>
            {call.provider}/{call.model}
          </span>
          <Badge tone={toneOf[call.outcome]}>
            {call.outcome === "error" ? (call.error_code ?? String(call.status)) : t(`outcome.${call.outcome}`)}
          </Badge>
        </p>
        <p className={styles.quiet}>
          {[
            at,
            call.caller_app,
            call.source_app,
            valueText("cache_status", call.cache_status),
            call.fallback_from && t("calls.fallback", { model: call.fallback_from }),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </div>
      <span className={styles.quiet}>
        {[
          tokens !== null && t("calls.tokens", { count: formatCount(locale, tokens) }),
          call.cost_usd === null ? t("calls.noPrice") : formatUsd(locale, call.cost_usd),
          formatDuration(locale, call.total_ms),
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      <Button size="small" aria-label={t("calls.openOf", { model: call.model, at })} onClick={onOpen}>
        {t("calls.open")}
      </Button>
    </li>
  );
}

function CallDialog({ call, onClose }: { call: UsageCall; onClose: () => void }) {
  const t = useTranslations("usage");
  const locale = useLocale();
  const valueText = useValueText();
  const ms = (value: number | null) => (value === null ? "–" : formatDuration(locale, value));
  const count = (value: number | null) => (value === null ? "–" : formatNumber(locale, value));
  const usd = (value: number | null) => (value === null ? t("calls.noPrice") : formatUsd(locale, value));
  return (
    <Dialog title={`${call.provider}/${call.model}`} size="wide" onClose={onClose}>
      <p className={styles.quiet}>{t("calls.private")}</p>
      <dl className={styles.facts}>
        <Fact name={t("detail.at")}>{formatDateTime(locale, new Date(call.created_at))}</Fact>
        <Fact name={t("filter.outcome")}>
          {t(`outcome.${call.outcome}`)} ({call.status})
        </Fact>
        {call.error_code && <Fact name={t("filter.error_code")}>{call.error_code}</Fact>}
        {call.requested_model && <Fact name={t("detail.requested")}>{call.requested_model}</Fact>}
        {call.fallback_from && <Fact name={t("detail.fallback")}>{call.fallback_from}</Fact>}
        <Fact name={t("detail.attempts")}>{count(call.attempts)}</Fact>
        {call.finish_reason && <Fact name={t("detail.finish")}>{call.finish_reason}</Fact>}
        <Fact name={t("filter.endpoint")}>
          {call.endpoint}
          {call.is_stream && ` (${t("detail.stream")})`}
        </Fact>
        <Fact name={t("filter.caller_app")}>{call.caller_app ?? "–"}</Fact>
        <Fact name={t("filter.source_app")}>{call.source_app ?? "–"}</Fact>
        <Fact name={t("filter.cache_status")}>
          {valueText("cache_status", call.cache_status)}
          {call.similarity !== null && ` (${formatNumber(locale, call.similarity, { maximumFractionDigits: 3 })})`}
        </Fact>
        <Fact name={t("detail.tokensIn")}>
          {count(call.tokens_in)}
          {call.tokens_cached !== null &&
            call.tokens_cached > 0 &&
            ` (${t("detail.cached", { count: call.tokens_cached })})`}
        </Fact>
        <Fact name={t("detail.tokensOut")}>
          {count(call.tokens_out)}
          {call.tokens_reasoning !== null &&
            call.tokens_reasoning > 0 &&
            ` (${t("detail.reasoning", { count: call.tokens_reasoning })})`}
        </Fact>
        {call.is_usage_estimated && <Fact name={t("detail.counts")}>{t("detail.estimated")}</Fact>}
        <Fact name={t("figure.cost")}>{usd(call.cost_usd)}</Fact>
        {call.saved_cost_usd !== null && call.saved_cost_usd > 0 && (
          <Fact name={t("detail.saved")}>{usd(call.saved_cost_usd)}</Fact>
        )}
        <Fact name={t("detail.total")}>{ms(call.total_ms)}</Fact>
        <Fact name={t("detail.firstChunk")}>{ms(call.first_chunk_ms)}</Fact>
        <Fact name={t("detail.upstream")}>{ms(call.upstream_ms)}</Fact>
        <Fact name={t("detail.lookup")}>{ms(call.cache_lookup_ms)}</Fact>
        <Fact name={t("detail.egress")}>{t(`egress.${call.egress}`)}</Fact>
        {call.provider_request_id && <Fact name={t("detail.providerRequest")}>{call.provider_request_id}</Fact>}
        {call.trace_id && <Fact name={t("detail.trace")}>{call.trace_id}</Fact>}
        {call.query_id && <Fact name={t("detail.query")}>{call.query_id}</Fact>}
      </dl>
      {call.document_ids.length > 0 && (
        <section className={styles.group} aria-labelledby="call-documents">
          <h3 id="call-documents">{t("detail.documents")}</h3>
          <ul className={styles.tags}>
            {call.document_ids.map((id) => (
              <li key={id}>
                <Link href={`/documents/${id}`}>{id.slice(0, 8)}</Link>
              </li>
            ))}
          </ul>
        </section>
      )}
    </Dialog>
  );
}
