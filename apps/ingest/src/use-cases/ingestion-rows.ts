import type {
  BoundingBox,
  ConservationReport,
  IngestionSettings,
  IngestionStep,
  JobFailure,
  JobState,
} from "@aurora/contracts";
import type { SystemScope, TenantScope } from "@aurora/kernel";

/** One `ingestion_jobs` row, the version it makes and the document it belongs to: all a delivery needs to know. */
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
    /** Of the version readers see. */
    readonly filename: string;
    readonly sourceApp: string;
    readonly workspace: string | null;
    readonly packId: string | null;
    readonly publishedVersion: number;
  };
  /** The bytes of this version. */
  readonly original: {
    readonly filename: string;
    readonly sizeBytes: number;
    readonly sha256: string;
    /** In `uploads`; frozen. */
    readonly objectKey: string;
  };
  /** Of the document's source_app, as they are now. */
  readonly settings: IngestionSettings;
}

export type OpenState = "queued" | "converting" | "chunking" | "embedding" | "indexing";

/** How far a running job is. */
export interface JobReport {
  readonly state: OpenState;
  readonly step: IngestionStep;
  /** 0 to 1 over the whole job. */
  readonly progress: number;
  /** Pages or chunks of the step; null = not counted. */
  readonly stepDone: number | null;
  readonly stepTotal: number | null;
  readonly etaSeconds: number | null;
}

export interface StoredArtifact {
  readonly kind: "json" | "markdown" | "text" | "page_image" | "picture";
  /** Of a page image its page; of a picture its number, from 1; 0 of all else. */
  readonly page: number;
  readonly objectKey: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** What a version's row tells of its conversion. */
export interface StoredConversion {
  readonly format: string;
  readonly mediaType: string;
  readonly language: string | null;
  readonly pageCount: number | null;
  readonly conservation: ConservationReport;
  readonly warnings: readonly JobFailure[];
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
  /** Of the text that was embedded: the key of its vector. */
  readonly passageHash: string;
  /** In the artefact `text`: UTF-16 offsets. */
  readonly charSpans: readonly { readonly start: number; readonly end: number }[];
}

/** What the publishing transaction writes, beside what the version's own row holds. */
export interface Publication {
  readonly jobId: string;
  readonly documentId: string;
  readonly version: number;
  readonly title: string;
  readonly pages: readonly { readonly page: number; readonly width: number; readonly height: number }[];
  readonly chunkCount: number;
  readonly settings: IngestionSettings;
  /** By which embedders the version's points were made; the first one's statistics it counts in. */
  readonly embedderIds: readonly string[];
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
  /** Counts a try, which begins with the first step. @returns false when the job is not open. */
  begin(scope: TenantScope, jobId: string, now: Date): Promise<boolean>;
  /**
   * Says how far the job is, and that its worker lives.
   * @param attempt Which try says it, from 1.
   * @returns false when the job is not open, or another try has begun: this one must write no more.
   */
  report(scope: TenantScope, jobId: string, at: JobReport, now: Date, attempt: number): Promise<boolean>;
  /** Back to `queued`, for the next try; a try that was interrupted from outside is not counted. */
  handBack(scope: TenantScope, jobId: string, isTryCounted: boolean, now: Date): Promise<void>;
  /**
   * Ends an open job.
   * @param end.isDeadLetter Its tries were used up: an administrator should look at it.
   * @returns false when it was not open.
   */
  end(
    scope: TenantScope,
    jobId: string,
    end: {
      readonly state: "failed" | "cancelled";
      readonly failure: JobFailure | null;
      readonly isDeadLetter: boolean;
    },
    now: Date,
  ): Promise<boolean>;
  /**
   * Runs `remove` on what the ended job must not leave behind: the points and chunks of its version, or of the versions
   * it replaced, and the conversions that nobody needs any more; then deletes their rows. Nobody begins to use a
   * conversion of the document meanwhile. @returns false when there is nothing to do any more.
   */
  cleanJob(
    scope: TenantScope,
    jobId: string,
    now: Date,
    remove: (documentId: string, versions: readonly number[], conversionKeys: readonly string[]) => Promise<void>,
  ): Promise<boolean>;
  /** From here on nobody removes the conversion while the job is open. */
  claimConversion(scope: TenantScope, documentId: string, version: number, conversionKey: string): Promise<void>;
  /** What the version's conversion gave, with the rows of its artefacts, all at once: those of an earlier try are replaced. */
  saveConversion(
    scope: TenantScope,
    documentId: string,
    version: number,
    conversion: StoredConversion,
    artifacts: readonly StoredArtifact[],
  ): Promise<void>;
  /** The vectors known for these passages, by hash. */
  findEmbeddings(
    scope: TenantScope,
    documentId: string,
    embedderId: string,
    passageHashes: readonly string[],
  ): Promise<ReadonlyMap<string, Float32Array>>;
  saveEmbeddings(
    scope: TenantScope,
    documentId: string,
    embedderId: string,
    vectors: ReadonlyMap<string, Float32Array>,
  ): Promise<void>;
  /** A known id is replaced. */
  saveChunks(scope: TenantScope, documentId: string, version: number, chunks: readonly StoredChunk[]): Promise<void>;
  /** Deletes the chunk rows of one version. */
  deleteChunks(scope: TenantScope, documentId: string, version: number): Promise<void>;
  /**
   * Makes the version the one readers see, in one transaction with all that depends on it. Only moves forward.
   * @throws Error when the chunk rows are not all there; AppError `conflict` when readers of the tenant have moved to
   *   an embedder that the version has no points of.
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
