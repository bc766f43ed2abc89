import type { UsageCall } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { sql } from "drizzle-orm";
import type { Database } from "../../database.ts";
import type { PageCursor } from "./paging.ts";
import { at, iso, type Row } from "./present.ts";
import { matches, outcomeOf, type UsageFilter } from "./usage-filters.ts";

const columns = sql`u.id, u.created_at, u.query_id, u.trace_id, u.user_id, u.source_app, u.caller_app, u.key_id,
  u.endpoint, u.is_stream, u.provider, u.model, u.requested_model, u.status, ${outcomeOf} as outcome, u.error_code,
  u.finish_reason, u.attempts, u.fallback_from, u.provider_request_id, u.cache_status, u.similarity, u.cache_entry_id,
  u.prompt_tokens as tokens_in, u.completion_tokens as tokens_out, u.cached_tokens as tokens_cached,
  u.cache_write_tokens as tokens_cache_write, u.reasoning_tokens as tokens_reasoning, u.is_usage_estimated,
  u.cost_usd::float8 as cost_usd, u.saved_cost_usd::float8 as saved_cost_usd, u.price_version, u.egress, u.document_ids,
  u.total_ms, u.upstream_ms, u.first_chunk_ms, u.cache_lookup_ms`;

/** The log of the Gateway's calls, newest first. */
export const createUsageCallRepository = (db: Database) => ({
  listCalls: (scope: TenantScope, filter: UsageFilter, after: PageCursor | null, limit: number): Promise<UsageCall[]> =>
    db.inScope(scope, async (tx) => {
      const older = after ? sql`(u.created_at, u.id) < (${at(after.at)}, ${after.id}::uuid)` : sql`true`;
      const { rows } = await tx.execute<Row>(sql`
        select ${columns} from llm_usage u where ${matches(filter)} and ${older}
        order by u.created_at desc, u.id desc limit ${limit}`);
      return rows.map((row) => ({ ...row, created_at: iso(row.created_at) }) as UsageCall);
    }),
});
