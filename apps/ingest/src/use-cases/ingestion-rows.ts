import type { BoundingBox, JobFailure, JobState } from "@aurora/contracts";
import type { SystemScope, TenantScope } from "@aurora/kernel";

/** One `ingestion_jobs` row and the document it works on: all a delivery needs to know. */
export interface IngestionJob {
  readonly id: string;
  /** What a success publishes. */
  readonly version: number;
  readonly state: JobState;
  /** Tries begun so far, over every message that was sent for the job. */
  readonly attempts: number;
  /** Nothing is left of what the job must not leave behind. */
  readonly isCleaned: boolean;
  readonly document: {
    readonly id: string;
    readonly title: string;
    readonly filename: string;
    readonly sizeBytes: number;
    readonly sha256: string;
    readonly sourceApp: string;
    readonly workspace: string | null;
    readonly packId: string | null;
    /** In `uploads`; frozen. */
    readonly objectKey: string;
    readonly publishedVersion: number;
  };
}

export type OpenState = "queued" | "converting" | "chunking" | "embedding" | "indexing";

export interface StoredArtifact {
  readonly kind: "json" | "markdown" | "page_image";
  /** 0 unless a page image. */
  readonly page: number;
  readonly objectKey: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

export interface StoredChunk {
  readonly id: string;
  readonly ordinal: number;
  readonly text: string;
  readonly contentHash: string;
  readonly headingPath: readonly string[];
  readonly pageStart: number | null;
  readonly pageEnd: number | null;
  readonly bboxes: readonly BoundingBox[];
  readonly spans: readonly { readonly start: number; readonly end: number; readonly box: BoundingBox }[];
  readonly isTable: boolean;
  readonly language: string | null;
}

/** What the publishing transaction writes. */
export interface Publication {
  readonly jobId: string;
  readonly documentId: string;
  readonly version: number;
  readonly title: string;
  readonly mediaType: string;
  readonly language: string | null;
  readonly pages: readonly { readonly page: number; readonly width: number; readonly height: number }[];
  readonly chunkCount: number;
  readonly indexVersion: string;
  /** Term id → how many chunks of the version hold it. */
  readonly termCounts: ReadonlyMap<number, number>;
}

/** `closed`: the job is not open any more, or gone. `superseded`: a newer version is published; the job is cancelled. */
export type PublishOutcome = "published" | "closed" | "superseded";

/** Kept by packages/db (`createIngestionRows`). A job that is gone or no longer open is told by the result, not by an error. */
export interface IngestionRows {
  /** Tenant of a job, or null when the job is gone. */
  findTenant(scope: SystemScope, jobId: string): Promise<string | null>;
  find(scope: TenantScope, jobId: string): Promise<IngestionJob | null>;
  /** Counts a try. @returns false when the job is not open. */
  begin(scope: TenantScope, jobId: string, now: Date): Promise<boolean>;
  /** Says how far the job is, and that its worker lives. @returns false when the job is not open. */
  report(
    scope: TenantScope,
    jobId: string,
    at: { readonly state: OpenState; readonly progress: number },
    now: Date,
  ): Promise<boolean>;
  /** Back to `queued`, for the next try; a try that was interrupted from outside is not counted. */
  handBack(scope: TenantScope, jobId: string, isTryCounted: boolean, now: Date): Promise<void>;
  /** Ends an open job. @returns false when it was not open. */
  end(
    scope: TenantScope,
    jobId: string,
    state: "failed" | "cancelled",
    failure: JobFailure | null,
    now: Date,
  ): Promise<boolean>;
  markCleaned(scope: TenantScope, jobId: string, now: Date): Promise<void>;
  /** Rows of a version's artefacts, all at once: those of an earlier try are replaced. */
  saveArtifacts(
    scope: TenantScope,
    documentId: string,
    version: number,
    artifacts: readonly StoredArtifact[],
  ): Promise<void>;
  /** True once `saveArtifacts` ended for the version. */
  hasArtifacts(scope: TenantScope, documentId: string, version: number): Promise<boolean>;
  /** A known id is replaced. */
  saveChunks(scope: TenantScope, documentId: string, version: number, chunks: readonly StoredChunk[]): Promise<void>;
  /** Deletes the chunk rows of one version. */
  deleteChunks(scope: TenantScope, documentId: string, version: number): Promise<void>;
  /** Deletes chunk and artefact rows of versions nobody reads. */
  deleteVersions(scope: TenantScope, documentId: string, versions: readonly number[]): Promise<void>;
  /**
   * Makes the version the one readers see, in one transaction with all that depends on it. Only moves forward.
   * @throws Error when the chunk rows are not all there.
   */
  publish(scope: TenantScope, publication: Publication, now: Date): Promise<PublishOutcome>;
  /** Open jobs untouched since `before`, the longest-waiting first. */
  findStale(
    scope: SystemScope,
    before: Date,
    atMost: number,
  ): Promise<readonly { readonly tenantId: string; readonly id: string }[]>;
  /** Says that the jobs were looked at. */
  touch(scope: TenantScope, jobIds: readonly string[], now: Date): Promise<void>;
}
