import type { TenantScope } from "@aurora/kernel";

/** The two collections of the product (PRODUCT.md §1); the documents have one more for each embedder after the first. */
export type CollectionName = "aurora_documents" | `aurora_documents_${string}` | "llm_cache_semantic";

/** Term ids are 32-bit unsigned; ids are ascending and unique, values are positive and finite. */
export interface SparseVector {
  readonly ids: readonly number[];
  readonly values: readonly number[];
}

export type PayloadValue = string | number | boolean | null | readonly string[];
/** Flat. `tenant_id` is written by the store from the scope and can be neither given nor read around. */
export type Payload = Readonly<Record<string, PayloadValue>>;

export interface Point {
  /** Lower-case uuid, unique in the collection and tenant. */
  readonly id: string;
  /** L2-normalised, exactly `dimensions` numbers of the collection; absent = the point is sparse only. */
  readonly dense: Float32Array | null;
  readonly sparse: SparseVector | null;
  readonly payload: Payload;
}

export type Condition =
  | { readonly key: string; readonly match: string | number | boolean | null }
  | { readonly key: string; readonly any: readonly (string | number)[] };
/** Qdrant's clause shape: every `must`, at least one `should` when given, no `must_not`. */
export interface Filter {
  readonly must?: readonly Condition[];
  readonly should?: readonly Condition[];
  readonly must_not?: readonly Condition[];
}

export interface HybridQuery {
  readonly dense: Float32Array | null;
  /** Query-side weights (our IDF): the score is the dot product with the stored sparse vector. */
  readonly sparse: SparseVector | null;
  readonly filter: Filter;
  /** How many best points of each list; the answer is their union. */
  readonly limit: number;
}

export interface Hit {
  readonly id: string;
  readonly payload: Payload;
  /** Exact cosine with the query, whichever list found the point; null when the point or the query has no dense vector. */
  readonly denseScore: number | null;
  /** Exact sparse dot product, 0 when no term is shared; null when the query has no sparse vector. */
  readonly sparseScore: number | null;
  /** The stored dense vector, for MMR. */
  readonly dense: Float32Array | null;
}

export interface CollectionSpec {
  readonly name: CollectionName;
  readonly dimensions: number;
  readonly embedderId: string;
}

/**
 * Named dense + sparse vectors with payload filters. No call works without a scope, and none sees or touches a
 * point of another tenant. What a finished `upsert` or `delete` changed is seen by every later query, in every process.
 */
export interface VectorStore {
  readonly limits: { readonly maxPointsPerCall: number; readonly maxQueryLimit: number };
  /** Makes the collection when absent. @throws AppError `conflict` when it exists with another width or embedder. */
  ensureCollection(collection: CollectionName, spec: Omit<CollectionSpec, "name">): Promise<void>;
  /** Every collection that was made, by name. */
  collections(): Promise<readonly CollectionSpec[]>;
  /** All or nothing; a point with a known id replaces it. @throws AppError `invalid_input` on a wrong width. */
  upsert(scope: TenantScope, collection: CollectionName, points: readonly Point[]): Promise<void>;
  /** Removes every point of the tenant that passes the filter; an empty filter is refused. @returns how many. */
  delete(scope: TenantScope, collection: CollectionName, filter: Filter): Promise<number>;
  /** The union of the best `limit` by cosine and the best `limit` by sparse score, each with both scores. Order unspecified. */
  query(scope: TenantScope, collection: CollectionName, query: HybridQuery): Promise<readonly Hit[]>;
  count(scope: TenantScope, collection: CollectionName, filter: Filter): Promise<number>;
  close(): Promise<void>;
}
