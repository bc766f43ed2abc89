import {
  decide,
  falseHitBound,
  isTrusted,
  readForCache,
  recheckProbability,
  staticThreshold,
} from "@aurora/answer-cache";
import type { AnswerCipher } from "@aurora/auth";
import type {
  CacheDecision,
  CacheEntry,
  CacheEntryDetail,
  CacheEntryQuery,
  CachePolicyFields,
  CacheRejection,
  CacheReport,
  CacheSettings,
  FoundCacheEntries,
  PurgeCacheRequest,
  PutCacheSettingsRequest,
  SearchCacheEntriesRequest,
} from "@aurora/contracts";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import type { z } from "zod";
import { type Page, pageByTime } from "./paging.ts";

interface EntryRow {
  readonly id: string;
  readonly source_app: string | null;
  readonly pack_id: string | null;
  readonly language: string;
  readonly model: string;
  /** Sealed. */
  readonly sealed_question: string;
  readonly document_ids: string[];
  readonly hits: number;
  readonly agreed: number;
  readonly disagreed: number;
  readonly threshold: number;
  readonly rejections: CacheRejection[];
  readonly created_at: string;
  readonly expires_at: string;
  readonly last_hit_at: string | null;
}
interface EntryFilter {
  readonly sourceApp?: string | undefined;
  readonly documentId?: string | undefined;
  readonly now: Date;
}
interface Comparisons {
  readonly agreed: number;
  readonly disagreed: number;
}

export interface ManageCacheDeps {
  readonly clock: Clock;
  readonly cipher: AnswerCipher;
  /** What the Gateway compares questions with. */
  readonly embedder: Embedder;
  /** QUERIES_LOG_STORE_QUESTION: whether a question may be shown. */
  readonly showsQuestions: boolean;
  /** LLM_CACHE_TTL_SECONDS: the default and the longest. */
  readonly cacheTtlSeconds: number;
  readonly cache: {
    listCacheSettings(scope: TenantScope): Promise<CacheSettings[]>;
    putCacheSettings(scope: TenantScope, packId: string | null, fields: CachePolicyFields, at: Date): Promise<void>;
    deleteCacheSettings(scope: TenantScope, packId: string): Promise<boolean>;
    listCacheEntries(
      scope: TenantScope,
      filter: EntryFilter,
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<EntryRow[]>;
    findCacheEntry(scope: TenantScope, id: string, now: Date): Promise<EntryRow | null>;
    deleteCacheEntry(scope: TenantScope, id: string, reportedAt: Date | null): Promise<boolean>;
    purgeCache(
      scope: TenantScope,
      which: { sourceApp?: string | undefined; packId?: string | undefined; semanticOnly: boolean },
    ): Promise<{ exact: number; semantic: number }>;
    cacheComparisons(scope: TenantScope, since: Date): Promise<Comparisons>;
    cacheFigures(
      scope: TenantScope,
      since: Date,
      now: Date,
    ): Promise<
      Omit<CacheReport, "days" | "hit_rate" | "trusted_entries" | "false_hit_rate" | "false_hit_rate_upper_bound">
    >;
  };
}

/** Comparisons of so many days count, as in the Gateway. */
const evidenceDays = 30;
const dayMs = 86_400_000;
/** A search looks at so many of the newest entries. */
const searchedEntries = 1_000;
const notFound = () => new AppError("not_found", "Not found.");

/** The answer caches of the caller's tenant. Every method is an administrator's; none gives an answer's text. */
export function createManageCache(deps: ManageCacheDeps) {
  const { cache, cacheTtlSeconds, cipher, clock, embedder, showsQuestions } = deps;
  const now = () => new Date(clock.nowMs());

  /** Exact only, until somebody asks for more: as the Gateway has it. */
  const defaults: CacheSettings = {
    pack_id: null,
    mode: "exact",
    ttl_seconds: cacheTtlSeconds,
    threshold: staticThreshold,
    top_k: 5,
    shadow: false,
    max_error_rate: 0.02,
    recheck_rate: 0.03,
    store_tool_calls: false,
    store_any_temperature: false,
    is_set: false,
    updated_at: null,
  };
  async function settings(scope: TenantScope): Promise<CacheSettings[]> {
    const set = await cache.listCacheSettings(scope);
    return set.some((one) => one.pack_id === null) ? set : [defaults, ...set];
  }
  /** What is needed to say how far entries are trusted. */
  async function trustOf(scope: TenantScope) {
    const [policies, tenant] = await Promise.all([
      settings(scope),
      cache.cacheComparisons(scope, new Date(clock.nowMs() - evidenceDays * dayMs)),
    ]);
    return (row: Pick<EntryRow, "agreed" | "disagreed" | "pack_id">) => {
      const policy = policies.find((one) => one.pack_id === row.pack_id) ?? policies[0] ?? defaults;
      const rates = { maxErrorRate: policy.max_error_rate, recheckRate: policy.recheck_rate };
      const probability = recheckProbability(row, tenant, rates);
      return { probability, isTrusted: isTrusted(probability, policy.recheck_rate), threshold: policy.threshold };
    };
  }
  const questionOf = (scope: TenantScope, row: EntryRow): string | null =>
    cipher.open({ tenantId: scope.tenantId, keyHash: `${row.id}:question` }, row.sealed_question);

  function present(scope: TenantScope, row: EntryRow, trust: Awaited<ReturnType<typeof trustOf>>): CacheEntry {
    const { isTrusted: trusted, threshold } = trust(row);
    const { sealed_question: _sealed, rejections: _rejections, ...shown } = row;
    return {
      ...shown,
      state: trusted ? "trusted" : "learning",
      question: showsQuestions ? questionOf(scope, row) : null,
      checks: row.agreed + row.disagreed,
      threshold: Math.max(row.threshold, threshold),
    };
  }
  async function existing(scope: TenantScope, id: string): Promise<EntryRow> {
    const row = await cache.findCacheEntry(scope, id, now());
    if (!row) throw notFound();
    return row;
  }
  /** Whoever may not read questions may not find out by guessing them either. */
  function requireQuestions(): void {
    if (!showsQuestions) throw new AppError("forbidden", "Questions are not shown: QUERIES_LOG_STORE_QUESTION is off.");
  }
  /** The decision the Gateway would take, equal scope and evidence assumed. */
  async function decisions(
    scope: TenantScope,
    rows: readonly EntryRow[],
    asked: { readonly question: string; readonly language?: string | undefined },
    trust: Awaited<ReturnType<typeof trustOf>>,
  ): Promise<{ row: EntryRow; decision: CacheDecision }[]> {
    const readable = rows.flatMap((row) => {
      const question = questionOf(scope, row);
      return question === null ? [] : [{ row, question }];
    });
    const [wanted, ...vectors] = await embedder.embed(
      [asked.question, ...readable.map(({ question }) => question)],
      "query",
    );
    return readable.map(({ row, question }, index) => {
      const similarity = cosine(wanted, vectors[index]);
      const threshold = Math.max(row.threshold, trust(row).threshold);
      const language = asked.language ?? row.language;
      const decision = decide(
        readForCache(question, row.language),
        readForCache(asked.question, language),
        similarity,
        threshold,
      );
      return { row, decision: { ...decision, similarity: Math.round(similarity * 10_000) / 10_000 } };
    });
  }

  return {
    settings,
    async putSettings(scope: TenantScope, input: z.output<typeof PutCacheSettingsRequest>): Promise<CacheSettings> {
      const { pack_id, ...fields } = input;
      const at = now();
      await cache.putCacheSettings(scope, pack_id, fields, at);
      return { pack_id, ...fields, is_set: true, updated_at: at.toISOString() };
    },
    async removeSettings(scope: TenantScope, packId: string): Promise<void> {
      if (!(await cache.deleteCacheSettings(scope, packId))) throw notFound();
    },

    async listEntries(scope: TenantScope, query: z.output<typeof CacheEntryQuery>): Promise<Page<CacheEntry>> {
      const trust = await trustOf(scope);
      const filter = { sourceApp: query.source_app, documentId: query.document_id, now: now() };
      const page = await pageByTime(query, (after, limit) => cache.listCacheEntries(scope, filter, after, limit));
      const items = page.items.map((row) => present(scope, row, trust));
      return { ...page, items: items.filter(({ state }) => query.state === undefined || state === query.state) };
    },
    async getEntry(scope: TenantScope, id: string): Promise<CacheEntryDetail> {
      const [row, trust] = [await existing(scope, id), await trustOf(scope)];
      return { ...present(scope, row, trust), rejections: row.rejections, recheck_probability: trust(row).probability };
    },
    async removeEntry(scope: TenantScope, id: string): Promise<void> {
      if (!(await cache.deleteCacheEntry(scope, id, null))) throw notFound();
    },
    /** One answer that somebody calls wrong removes its entry, in every replica. */
    async reportWrong(scope: TenantScope, id: string): Promise<void> {
      if (!(await cache.deleteCacheEntry(scope, id, now()))) throw notFound();
    },
    async checkEntry(
      scope: TenantScope,
      id: string,
      asked: { readonly question: string; readonly language?: string | undefined },
    ): Promise<CacheDecision> {
      const row = await existing(scope, id);
      requireQuestions();
      const [judged] = await decisions(scope, [row], asked, await trustOf(scope));
      if (!judged) throw notFound(); // sealed by another key
      return judged.decision;
    },
    async search(
      scope: TenantScope,
      asked: z.output<typeof SearchCacheEntriesRequest>,
    ): Promise<z.output<typeof FoundCacheEntries>> {
      requireQuestions();
      const trust = await trustOf(scope);
      const rows = await cache.listCacheEntries(scope, { now: now() }, null, searchedEntries);
      const judged = await decisions(scope, rows, asked, trust);
      const nearest = judged.sort((a, b) => b.decision.similarity - a.decision.similarity).slice(0, asked.limit);
      return { items: nearest.map(({ row, decision }) => ({ entry: present(scope, row, trust), decision })) };
    },
    purge: (scope: TenantScope, input: z.output<typeof PurgeCacheRequest>) =>
      cache.purgeCache(scope, {
        sourceApp: input.source_app,
        packId: input.pack_id,
        semanticOnly: input.semantic_only,
      }),

    async report(scope: TenantScope, days: number): Promise<CacheReport> {
      const [figures, trust, newest] = await Promise.all([
        cache.cacheFigures(scope, new Date(clock.nowMs() - (days - 1) * dayMs), now()),
        trustOf(scope),
        cache.listCacheEntries(scope, { now: now() }, null, searchedEntries),
      ]);
      const { calls, checks, disagreed, exact_hits, semantic_hits } = figures;
      return {
        days,
        ...figures,
        hit_rate: calls > 0 ? (exact_hits + semantic_hits) / calls : null,
        trusted_entries: newest.filter((row) => trust(row).isTrusted).length,
        false_hit_rate: checks > 0 ? disagreed / checks : null,
        false_hit_rate_upper_bound: falseHitBound({ agreed: checks - disagreed, disagreed }),
      };
    },
  };
}

const cosine = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  a && b ? a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0) : 0;
