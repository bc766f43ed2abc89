import type { BoundingBox } from "@aurora/contracts";
import { grantedSourceApps, type TenantScope } from "@aurora/kernel";
import type { Database } from "../../database.ts";

interface PassageRow {
  readonly chunk_id: string;
  readonly document_id: string;
  readonly external_id: string | null;
  readonly title: string;
  readonly source_app: string;
  readonly workspace: string | null;
  readonly pack_id: string | null;
  readonly text: string;
  readonly content_hash: string;
  readonly heading_path: string[];
  readonly page_start: number | null;
  readonly page_end: number | null;
  readonly bboxes: BoundingBox[];
  readonly spans: { start: number; end: number; box: BoundingBox }[];
  readonly is_table: boolean;
  readonly language: string | null;
}

/** The retriever's two reads: published chunks by id, and the tenant's term counts. One round trip each. */
export function createPassageRepository(db: Database) {
  return {
    /** Chunks of published versions in readable source_apps; all other ids are left out. */
    async loadPassages(scope: TenantScope, chunkIds: readonly string[]) {
      if (chunkIds.length === 0) return [];
      const granted = grantedSourceApps(scope, "read");
      const rows = await db.queryInScope<PassageRow & Record<string, unknown>>(scope, {
        name: "api_load_passages",
        text: `select c.id as chunk_id, c.document_id, d.external_id, d.title, d.source_app, d.workspace, d.pack_id, c.text,
            c.content_hash, c.heading_path, c.page_start, c.page_end, c.bboxes, c.spans, c.is_table, c.language
          from chunks c
          join documents d on d.tenant_id = c.tenant_id and d.id = c.document_id and c.version = d.published_version
          where c.id = any ($1::uuid[]) and ($2::text[] is null or d.source_app = any ($2::text[]))`,
        values: [chunkIds, granted === "all" ? null : granted],
      });
      return rows.map((row) => ({
        chunkId: row.chunk_id,
        documentId: row.document_id,
        externalId: row.external_id,
        title: row.title,
        sourceApp: row.source_app,
        workspace: row.workspace,
        packId: row.pack_id,
        text: row.text,
        contentHash: row.content_hash,
        headingPath: row.heading_path,
        pageStart: row.page_start,
        pageEnd: row.page_end,
        bboxes: row.bboxes,
        spans: row.spans,
        isTable: row.is_table,
        language: row.language,
      }));
    },

    /** Zeros where nothing was published under this index version. */
    async loadStatistics(scope: TenantScope, indexVersion: string, termIds: readonly number[]) {
      const rows = await db.queryInScope<{ term_id: string | null; n: string; epoch: string | null }>(scope, {
        name: "api_load_statistics",
        text: `select null as term_id, chunk_count as n, epoch from corpus_statistics where index_version = $1
          union all
          select term_id, chunk_count, null from term_statistics where index_version = $1 and term_id = any ($2::bigint[])`,
        values: [indexVersion, termIds],
      });
      const corpus = rows.find((row) => row.term_id === null);
      const terms = rows.flatMap((row) =>
        row.term_id === null ? [] : [[Number(row.term_id), Number(row.n)] as const],
      );
      return {
        chunkCount: Number(corpus?.n ?? 0),
        epoch: Number(corpus?.epoch ?? 0),
        documentFrequency: new Map(terms),
      };
    },
  };
}
