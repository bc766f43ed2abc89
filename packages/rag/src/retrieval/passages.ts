import type { BoundingBox } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import type { TermStatistics } from "./query-terms.ts";

/** A chunk of a published document version, as it is searched, shown and cited. */
export interface Passage {
  readonly chunkId: string;
  readonly documentId: string;
  /** The caller's own id of the document, when one was given at upload. */
  readonly externalId: string | null;
  readonly title: string;
  readonly sourceApp: string;
  readonly workspace: string | null;
  readonly packId: string | null;
  /** Verbatim text of the document. */
  readonly text: string;
  /** SHA-256 hex of `text`. */
  readonly contentHash: string;
  readonly headingPath: readonly string[];
  readonly pageStart: number | null;
  readonly pageEnd: number | null;
  readonly bboxes: readonly BoundingBox[];
  readonly spans: readonly { readonly start: number; readonly end: number; readonly box: BoundingBox }[];
  readonly isTable: boolean;
  readonly language: string | null;
}

/** What the retriever needs of the database's published chunks. */
export interface PassageReader {
  /**
   * @returns The chunks among `chunkIds` that belong to their document's published version and a source_app the scope
   * may read, in any order: ids of older versions, of deleted documents and of others are left out.
   */
  load(scope: TenantScope, chunkIds: readonly string[]): Promise<readonly Passage[]>;
}

export interface CorpusStatistics extends TermStatistics {
  /** Raised by every publication and deletion of the tenant. */
  readonly epoch: number;
}

/** What the retriever needs of the tenant's term counts. */
export interface StatisticsReader {
  /** @returns Counts of the tenant's published chunks of one index version; zeros where none was published. */
  load(scope: TenantScope, indexVersion: string, termIds: readonly number[]): Promise<CorpusStatistics>;
}
