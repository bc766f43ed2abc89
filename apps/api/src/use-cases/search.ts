import type { SearchRequest, SearchResponse } from "@aurora/contracts";
import { AppError, grantedSourceApps, type TenantScope, tenantScope } from "@aurora/kernel";
import type { RetrievedPassage, Retriever } from "@aurora/rag";
import type { z } from "zod";

export interface CorpusDeps {
  readonly registry: { listActiveSourceApps(scope: TenantScope): Promise<readonly string[]> };
  readonly documents: { countReadable(scope: TenantScope, ids: readonly string[]): Promise<number> };
}

export interface CorpusRequest {
  readonly query: string;
  readonly source_app?: string | null | undefined;
  readonly workspace?: string | null | undefined;
  readonly pack_id?: string | null | undefined;
  readonly document_ids: readonly string[];
  readonly k?: number | null | undefined;
  readonly fetch_k?: number | null | undefined;
  readonly mmr_lambda?: number | null | undefined;
}

/**
 * The scope with exactly the source_apps that are both granted and switched on, so that a question reads no other.
 * @throws AppError `not_found` when a document asked for by id may not be read or does not exist.
 */
export async function readingScope(
  { documents, registry }: CorpusDeps,
  scope: TenantScope,
  documentIds: readonly string[],
): Promise<TenantScope> {
  const granted = grantedSourceApps(scope, "read");
  const active = await registry.listActiveSourceApps(scope);
  const read = granted === "all" ? active : active.filter((sourceApp) => granted.includes(sourceApp));
  const reading = tenantScope(scope.tenantId, scope.principal, { read, ingest: [], manage: [] });
  const wanted = new Set(documentIds);
  if (wanted.size > 0 && (await documents.countReadable(reading, [...wanted])) < wanted.size)
    throw new AppError("not_found", "Not found.", { errors: [{ pointer: "/document_ids", code: "not_found" }] });
  return reading;
}

export const retrievalRequest = (request: CorpusRequest, signal: AbortSignal) => ({
  query: request.query,
  sourceApp: request.source_app ?? null,
  workspace: request.workspace ?? null,
  packId: request.pack_id ?? null,
  documentIds: [...new Set(request.document_ids)],
  k: request.k ?? null,
  fetchK: request.fetch_k ?? null,
  mmrLambda: request.mmr_lambda ?? null,
  signal,
});

/** Path in the UI, without its language, that opens the page with the passage marked. */
export function passageUrl(documentId: string, page: number | null, chunkId: string, queryId?: string): string {
  const query = new URLSearchParams({
    ...(page !== null && { page: String(page) }),
    chunk: chunkId,
    ...(queryId !== undefined && { q: queryId }),
  });
  return `/documents/${documentId}?${query}`;
}

export interface SearchDeps extends CorpusDeps {
  readonly retriever: Retriever;
}

/** Retrieval alone: what a question would be answered from, best first. */
export const createSearch =
  (deps: SearchDeps) =>
  async (
    scope: TenantScope,
    request: z.output<typeof SearchRequest>,
    signal: AbortSignal,
  ): Promise<z.output<typeof SearchResponse>> => {
    const reading = await readingScope(deps, scope, request.document_ids);
    const { hits, diagnostics } = await deps.retriever.retrieve(reading, retrievalRequest(request, signal));
    return { hits: hits.map(presentHit), timings_ms: { ...diagnostics.timings_ms } };
  };

const presentHit = ({ denseScore, passage, score, sparseScore }: RetrievedPassage) => ({
  chunk_id: passage.chunkId,
  document_id: passage.documentId,
  external_id: passage.externalId,
  title: passage.title,
  source_app: passage.sourceApp,
  workspace: passage.workspace,
  page_start: passage.pageStart,
  page_end: passage.pageEnd,
  bboxes: [...passage.bboxes],
  heading_path: [...passage.headingPath],
  text: passage.text,
  score,
  dense_score: denseScore,
  sparse_score: sparseScore,
  url: passageUrl(passage.documentId, passage.pageStart, passage.chunkId),
});
