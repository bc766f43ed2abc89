import type { TenantScope } from "@aurora/kernel";
import { getTableColumns } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { llmUsage } from "../../schema/index.ts";
import { createEmbeddingCacheRows } from "./embedding-cache.ts";
import { createGuardrailRows } from "./guardrail-rows.ts";
import { createLimitRows } from "./limits.ts";
import { createRoutingRows } from "./routing.ts";
import { createSemanticRows } from "./semantic-entries.ts";
import { createVirtualKeyRows } from "./virtual-keys.ts";

/** What the Gateway reads and writes: providers with their sealed credentials, the exact cache, usage rows. */
export function createGatewayRows(db: Database) {
  return {
    ...createRoutingRows(db),
    ...createEmbeddingCacheRows(db),
    ...createVirtualKeyRows(db),
    ...createLimitRows(db),
    ...createGuardrailRows(db),
    ...createSemanticRows(db),

    /** One round trip: the living cache entries, and the egress rules of the named corpora (absent = no such corpus). */
    async lookUp(
      scope: TenantScope,
      calls: { keyHashes: readonly string[]; sourceApps: readonly string[]; now: Date },
    ) {
      const [row] = await db.callInScope<{
        entries: { key_hash: string; response: Record<string, unknown>; created_at_ms: number }[] | null;
        egress: { source_app: string; egress: "local_only" | "approved"; approved_provider_ids: string[] }[] | null;
      }>(scope, {
        name: "gateway_look_up",
        text: "select * from gateway_look_up($1, $2, $3, $4)",
        values: [calls.keyHashes, calls.now, calls.sourceApps],
      });
      const entries = (row?.entries ?? []).map(
        (entry) => [entry.key_hash, { response: entry.response, createdAtMs: entry.created_at_ms }] as const,
      );
      return {
        entries: new Map(entries),
        egress: (row?.egress ?? []).map((rule) => ({
          sourceApp: rule.source_app,
          egress: rule.egress,
          approvedProviderIds: rule.approved_provider_ids,
        })),
      };
    },

    /**
     * Keeps complete answers, replacing those of the same keys. One that draws on a document that is gone is not kept:
     * the documents' rows are locked, so a deletion under way is waited for.
     */
    async storeAnswers(scope: TenantScope, entries: readonly AnswerEntry[]): Promise<void> {
      const newest = new Map(entries.map((entry) => [entry.keyHash, entry])); // a statement may touch a row once
      const json = [...newest.values()].map(({ keyHash, model, response, documentIds, createdAt, expiresAt }) => ({
        ...{ key_hash: keyHash, model, response },
        ...{ document_ids: documentIds, created_at: createdAt, expires_at: expiresAt },
      }));
      await db.queryInScope(scope, {
        name: "gateway_store_answers",
        text: `with entry as (
            select * from jsonb_to_recordset($2::jsonb) as e (key_hash text, model text, response jsonb,
              document_ids uuid[], created_at timestamptz, expires_at timestamptz)),
          alive as (select id from documents where id in (select unnest(document_ids) from entry) for key share)
          insert into llm_cache_exact (tenant_id, key_hash, model, response, document_ids, created_at, expires_at)
          select $1, e.key_hash, e.model, e.response, e.document_ids, e.created_at, e.expires_at from entry e
          where not exists (select from unnest(e.document_ids) as d (id) where d.id not in (select id from alive))
          on conflict (tenant_id, key_hash) do update set model = excluded.model, response = excluded.response,
            document_ids = excluded.document_ids, created_at = excluded.created_at, expires_at = excluded.expires_at`,
        values: [scope.tenantId, JSON.stringify(json)],
      });
    },

    /** One statement and one parameter a batch: a row a call is written on every answer. Writing a batch twice is safe. */
    async insertUsage(scope: TenantScope, rows: readonly UsageRow[]): Promise<void> {
      const json = rows.map((row) => ({
        ...Object.fromEntries(usageColumns.map(([name, column]) => [column, storable(row[name])])),
        tenant_id: scope.tenantId,
      }));
      await db.queryInScope(scope, {
        name: "gateway_insert_usage",
        text: `insert into llm_usage select * from jsonb_populate_recordset(null::llm_usage, $1::jsonb)
          on conflict (id) do nothing`,
        values: [JSON.stringify(json)],
      });
    },
  };
}

interface AnswerEntry {
  readonly keyHash: string;
  readonly model: string;
  readonly response: Record<string, unknown>;
  readonly documentIds: readonly string[];
  readonly createdAt: Date;
  readonly expiresAt: Date;
}
type UsageRow = Required<Omit<typeof llmUsage.$inferInsert, "tenantId">>;

/** What callers and providers wrote may hold what PostgreSQL has no character for: NUL, halves of a surrogate pair. */
const storable = (value: unknown): unknown =>
  typeof value === "string" ? Buffer.from(value).toString().replaceAll("\u0000", "") : value;

const usageColumns = Object.entries(getTableColumns(llmUsage))
  .filter(([name]) => name !== "tenantId")
  .map(([name, column]) => [name as keyof UsageRow, column.name] as const);
