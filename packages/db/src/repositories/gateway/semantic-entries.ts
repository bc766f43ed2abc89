import type { TenantScope } from "@aurora/kernel";
import type { Database } from "../../database.ts";

export interface SemanticEntryRow {
  readonly id: string;
  readonly scopeHash: string;
  readonly sourceApp: string | null;
  readonly packId: string | null;
  readonly language: string;
  readonly model: string;
  readonly embedderId: string;
  /** Sealed. */
  readonly question: string;
  /** Sealed. */
  readonly response: string;
  readonly evidence: readonly string[];
  readonly cited: readonly string[];
  readonly corpusEpoch: number;
  readonly documentIds: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}
export interface FoundEntry extends Pick<SemanticEntryRow, "id" | "question" | "response" | "evidence" | "cited"> {
  readonly corpusEpoch: number;
  readonly threshold: number;
  readonly agreed: number;
  readonly disagreed: number;
  readonly createdAtMs: number;
}
export interface FoundEntries {
  readonly entries: readonly FoundEntry[];
  /** Of the tenant, over the days of evidence: what the comparisons of all entries said. */
  readonly agreed: number;
  readonly disagreed: number;
}
/** Of one entry and look-up, or of the tenant's day alone (`entryId` null). */
export interface SemanticEvent {
  readonly entryId: string | null;
  readonly kind: "lookup" | "hit" | "shadow_hit" | "rejected" | "agreed" | "disagreed";
  /** Of a rejection. */
  readonly reason: string | null;
  /** Of a comparison. */
  readonly similarity: number | null;
  readonly at: Date;
}

/** How far an entry's threshold is put above a similarity it was wrong at. */
const margin = 0.01;
/** So many comparisons an entry may lose: then it goes. */
const mostDisagreed = 1;

/** What the Gateway reads and writes of the semantic cache. */
export function createSemanticRows(db: Database) {
  return {
    /** The living ones of the ids within the scope hash, and the tenant's comparisons since a day. One round trip. */
    async findEntries(
      scope: TenantScope,
      ids: readonly string[],
      within: { readonly scopeHash: string; readonly now: Date; readonly since: Date },
    ): Promise<FoundEntries> {
      const [row] = await db.queryInScope<{
        entries:
          | (Omit<FoundEntry, "corpusEpoch" | "createdAtMs"> & { corpus_epoch: number; created_at_ms: number })[]
          | null;
        agreed: string;
        disagreed: string;
      }>(scope, {
        name: "semantic_find_entries",
        text: `select (select jsonb_agg(jsonb_build_object('id', id, 'question', question, 'response', response,
              'evidence', evidence, 'cited', cited, 'corpus_epoch', corpus_epoch, 'threshold', threshold, 'agreed', agreed,
              'disagreed', disagreed, 'created_at_ms', extract(epoch from created_at) * 1000))
            from llm_cache_semantic_entries where id = any ($1::uuid[]) and scope_hash = $2 and expires_at > $3) as entries,
          coalesce(sum(agreed), 0) as agreed, coalesce(sum(disagreed), 0) as disagreed
          from llm_cache_semantic_days where day >= $4::date`,
        values: [ids, within.scopeHash, within.now, within.since],
      });
      const entries = (row?.entries ?? []).map(({ corpus_epoch, created_at_ms, ...entry }) => ({
        ...entry,
        corpusEpoch: corpus_epoch,
        createdAtMs: created_at_ms,
      }));
      return { entries, agreed: Number(row?.agreed ?? 0), disagreed: Number(row?.disagreed ?? 0) };
    },

    /**
     * Keeps entries. One that draws on a document that is gone, or that was published anew since the answer was asked for
     * (`asOf` its evidence), is not kept: the documents' rows are locked, so a change under way is waited for.
     * @returns the ids that were kept.
     */
    async insertEntries(scope: TenantScope, entries: readonly SemanticEntryRow[]): Promise<readonly string[]> {
      const json = entries.map((entry) => ({
        ...{ id: entry.id, scope_hash: entry.scopeHash, source_app: entry.sourceApp, pack_id: entry.packId },
        ...{ language: entry.language, model: entry.model, embedder_id: entry.embedderId, question: entry.question },
        ...{ response: entry.response, evidence: entry.evidence, cited: entry.cited, corpus_epoch: entry.corpusEpoch },
        ...{ document_ids: entry.documentIds, created_at: entry.createdAt, expires_at: entry.expiresAt },
      }));
      const rows = await db.queryInScope<{ id: string }>(scope, {
        name: "semantic_insert_entries",
        text: `with entry as (
            select * from jsonb_to_recordset($2::jsonb) as e (id uuid, scope_hash text, source_app text, pack_id text,
              language text, model text, embedder_id text, question text, response text, evidence text[], cited text[],
              corpus_epoch bigint, document_ids uuid[], created_at timestamptz, expires_at timestamptz)),
          alive as (select id from documents where id in (select unnest(document_ids) from entry) for key share)
          insert into llm_cache_semantic_entries (tenant_id, id, scope_hash, source_app, pack_id, language, model,
            embedder_id, question, response, evidence, cited, corpus_epoch, document_ids, threshold, created_at, expires_at)
          select $1, e.id, e.scope_hash, e.source_app, e.pack_id, e.language, e.model, e.embedder_id, e.question,
            e.response, e.evidence, e.cited, e.corpus_epoch, e.document_ids, 0, e.created_at, e.expires_at from entry e
          where not exists (select from unnest(e.document_ids) as d (id) where d.id not in (select id from alive))
          on conflict (id) do nothing returning id`,
        values: [scope.tenantId, JSON.stringify(json)],
      });
      return rows.map(({ id }) => id);
    },

    /** Counts what happened; a comparison lost raises the entry's threshold, the second one removes it. */
    async recordEvents(scope: TenantScope, events: readonly SemanticEvent[]): Promise<void> {
      const json = events.map(({ entryId, kind, reason, similarity, at }) => ({
        entry_id: entryId,
        kind,
        reason,
        similarity,
        at,
      }));
      await db.queryInScope(scope, {
        name: "semantic_record_events",
        text: `with event as (
            select e.*, (at at time zone 'UTC')::date as day from jsonb_to_recordset($2::jsonb)
              as e (entry_id uuid, kind text, reason text, similarity real, at timestamptz)),
          reasons as (
            select entry_id, reason, day, count(*) as count from event where kind = 'rejected' group by 1, 2, 3),
          entry_reasons as (
            select entry_id, jsonb_object_agg(reason, total) as counts
            from (select entry_id, reason, sum(count) as total from reasons group by 1, 2) own group by 1),
          day_reasons as (
            select day, jsonb_object_agg(reason, total) as counts
            from (select day, reason, sum(count) as total from reasons group by 1, 2) own group by 1),
          entry_sum as (
            select entry_id, count(*) filter (where kind = 'hit') as hits, count(*) filter (where kind = 'agreed') as agreed,
              count(*) filter (where kind = 'disagreed') as disagreed, max(at) filter (where kind = 'hit') as last_hit_at,
              max(similarity) filter (where kind = 'disagreed') as wrong_at
            from event where entry_id is not null group by 1),
          gone as (
            delete from llm_cache_semantic_entries c using entry_sum s
            where c.id = s.entry_id and c.disagreed + s.disagreed > ${mostDisagreed}),
          counted as (
            update llm_cache_semantic_entries c set hits = c.hits + s.hits, agreed = c.agreed + s.agreed,
              disagreed = c.disagreed + s.disagreed, last_hit_at = greatest(c.last_hit_at, s.last_hit_at),
              threshold = greatest(c.threshold, s.wrong_at + ${margin}),
              rejections = add_counts(c.rejections, coalesce(r.counts, '{}'))
            from entry_sum s left join entry_reasons r on r.entry_id = s.entry_id
            where c.id = s.entry_id and c.disagreed + s.disagreed <= ${mostDisagreed}),
          day_sum as (
            select day, count(*) filter (where kind = 'lookup') as lookups, count(*) filter (where kind = 'hit') as hits,
              count(*) filter (where kind = 'shadow_hit') as shadow_hits, count(*) filter (where kind = 'agreed') as agreed,
              count(*) filter (where kind = 'disagreed') as disagreed
            from event group by 1)
          insert into llm_cache_semantic_days as d (tenant_id, day, lookups, hits, shadow_hits, agreed, disagreed, rejections)
          select $1, s.day, s.lookups, s.hits, s.shadow_hits, s.agreed, s.disagreed, coalesce(r.counts, '{}')
          from day_sum s left join day_reasons r on r.day = s.day
          on conflict (tenant_id, day) do update set lookups = d.lookups + excluded.lookups, hits = d.hits + excluded.hits,
            shadow_hits = d.shadow_hits + excluded.shadow_hits, agreed = d.agreed + excluded.agreed,
            disagreed = d.disagreed + excluded.disagreed, rejections = add_counts(d.rejections, excluded.rejections)`,
        values: [scope.tenantId, JSON.stringify(json)],
      });
    },

    /** Points whose entries are gone. */
    async listOrphans(scope: TenantScope, atMost: number): Promise<readonly string[]> {
      const rows = await db.queryInScope<{ id: string }>(scope, {
        name: "semantic_list_orphans",
        text: "select id from llm_cache_semantic_orphans limit $1",
        values: [atMost],
      });
      return rows.map(({ id }) => id);
    },
    async forgetOrphans(scope: TenantScope, ids: readonly string[]): Promise<void> {
      await db.queryInScope(scope, {
        name: "semantic_forget_orphans",
        text: "delete from llm_cache_semantic_orphans where id = any ($1::uuid[])",
        values: [ids],
      });
    },
    async deleteExpired(scope: TenantScope, now: Date, atMost: number): Promise<number> {
      const rows = await db.queryInScope<{ id: string }>(scope, {
        name: "semantic_delete_expired",
        text: `delete from llm_cache_semantic_entries where id in (
          select id from llm_cache_semantic_entries where expires_at <= $1 limit $2) returning id`,
        values: [now, atMost],
      });
      return rows.length;
    },

    /** The policy of the tenant ('') and of a pack, where they are set. */
    async findPolicies(scope: TenantScope, packId: string | null) {
      return db.queryInScope<PolicyRow>(scope, {
        name: "cache_find_policies",
        text: `select pack_id, mode, ttl_seconds, threshold, top_k, shadow, max_error_rate, recheck_rate, store_tool_calls,
          store_any_temperature from cache_settings where pack_id in ('', $1) order by pack_id desc limit 1`,
        values: [packId ?? ""],
      });
    },
  };
}

export interface PolicyRow {
  readonly pack_id: string;
  readonly mode: "disabled" | "exact" | "semantic" | "mixed";
  readonly ttl_seconds: number;
  readonly threshold: number;
  readonly top_k: number;
  readonly shadow: boolean;
  readonly max_error_rate: number;
  readonly recheck_rate: number;
  readonly store_tool_calls: boolean;
  readonly store_any_temperature: boolean;
}
