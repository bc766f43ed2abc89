import type { JobFailure, JobState } from "@aurora/contracts";
import { type Clock, sequentialIds } from "@aurora/kernel";
import type { IngestionJob, IngestionRows, Publication, StoredArtifact } from "../use-cases/ingestion-rows.ts";

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
interface MemoryJob extends Omit<Mutable<IngestionJob>, "document"> {
  readonly tenantId: string;
  readonly document: Mutable<IngestionJob["document"]>;
  failure: JobFailure | null;
  progress: number;
  updatedAt: Date;
}

/** The rows of the ingestion worker for tests of its use-cases: one tenant's jobs, and all that was written for them. */
export interface MemoryRows extends IngestionRows {
  readonly jobs: Map<string, MemoryJob>;
  /** Every `report`, as `state`. */
  readonly states: string[];
  readonly chunkIds: Map<string, Set<string>>;
  readonly artifacts: Map<string, readonly StoredArtifact[]>;
  readonly publications: Publication[];
  addJob(
    document: Partial<IngestionJob["document"]>,
    job?: Partial<Pick<MemoryJob, "version" | "attempts" | "state">>,
  ): string;
  /** As a deletion of the document does. */
  deleteDocument(documentId: string): void;
}

const finalStates: readonly JobState[] = ["success", "failed", "cancelled"];

export function createMemoryRows(tenantId: string, clock: Clock): MemoryRows {
  const ids = sequentialIds();
  const jobs: MemoryRows["jobs"] = new Map();
  const chunkIds: MemoryRows["chunkIds"] = new Map();
  const artifacts: MemoryRows["artifacts"] = new Map();
  const publications: Publication[] = [];
  const states: string[] = [];
  const versionKey = (documentId: string, version: number) => `${documentId}/${version}`;
  const open = (jobId: string) => {
    const job = jobs.get(jobId);
    return job && !finalStates.includes(job.state) ? job : null;
  };
  const requireDocument = (documentId: string) => {
    if (![...jobs.values()].some((job) => job.document.id === documentId))
      throw new Error("violates foreign key constraint");
  };
  return {
    jobs,
    states,
    chunkIds,
    artifacts,
    publications,
    addJob(document, job = {}) {
      const id = ids.uuid();
      jobs.set(id, {
        id,
        tenantId,
        version: 1,
        state: "queued",
        attempts: 0,
        isCleaned: false,
        failure: null,
        progress: 0,
        updatedAt: new Date(clock.nowMs()),
        ...job,
        document: {
          id: ids.uuid(),
          title: "Announced title",
          filename: "note.txt",
          sizeBytes: 0,
          sha256: "",
          sourceApp: "default",
          workspace: null,
          packId: null,
          objectKey: "originals/note",
          publishedVersion: 0,
          ...document,
        },
      });
      return id;
    },
    deleteDocument(documentId) {
      for (const [id, job] of jobs) if (job.document.id === documentId) jobs.delete(id);
      for (const key of [...chunkIds.keys()]) if (key.startsWith(documentId)) chunkIds.delete(key);
      for (const key of [...artifacts.keys()]) if (key.startsWith(documentId)) artifacts.delete(key);
    },
    findTenant: async (_scope, jobId) => jobs.get(jobId)?.tenantId ?? null,
    find: async (_scope, jobId) => structuredClone(jobs.get(jobId)) ?? null,
    async begin(_scope, jobId, now) {
      const job = open(jobId);
      if (!job) return false;
      Object.assign(job, { attempts: job.attempts + 1, isCleaned: false, updatedAt: now });
      return true;
    },
    async report(_scope, jobId, at, now) {
      const job = open(jobId);
      if (!job) return false;
      if (states.at(-1) !== at.state) states.push(at.state);
      Object.assign(job, at, { updatedAt: now });
      return true;
    },
    async handBack(_scope, jobId, isTryCounted, now) {
      const job = open(jobId);
      if (!job) return;
      Object.assign(job, { state: "queued", progress: 0, updatedAt: now });
      if (!isTryCounted) job.attempts -= 1;
    },
    async end(_scope, jobId, state, failure, now) {
      const job = open(jobId);
      if (!job) return false;
      Object.assign(job, { state, failure, updatedAt: now });
      return true;
    },
    async markCleaned(_scope, jobId) {
      const job = jobs.get(jobId);
      if (job) job.isCleaned = true;
    },
    async saveArtifacts(_scope, documentId, version, rows) {
      requireDocument(documentId);
      artifacts.set(versionKey(documentId, version), rows);
    },
    hasArtifacts: async (_scope, documentId, version) => artifacts.has(versionKey(documentId, version)),
    async saveChunks(_scope, documentId, version, rows) {
      requireDocument(documentId);
      const known = chunkIds.get(versionKey(documentId, version)) ?? new Set();
      for (const row of rows) known.add(row.id);
      chunkIds.set(versionKey(documentId, version), known);
    },
    async deleteChunks(_scope, documentId, version) {
      chunkIds.delete(versionKey(documentId, version));
    },
    async deleteVersions(_scope, documentId, versions) {
      for (const version of versions) {
        chunkIds.delete(versionKey(documentId, version));
        artifacts.delete(versionKey(documentId, version));
      }
    },
    async publish(_scope, publication) {
      const job = open(publication.jobId);
      if (!job) return "closed";
      Object.assign(job, { state: "success", progress: 1, isCleaned: job.version === 1 });
      job.document.publishedVersion = publication.version;
      publications.push(publication);
      return "published";
    },
    findStale: async (_scope, before, atMost) =>
      [...jobs.values()]
        .filter((job) => open(job.id) && job.updatedAt < before)
        .sort((a, b) => a.updatedAt.getTime() - b.updatedAt.getTime())
        .slice(0, atMost)
        .map(({ id }) => ({ tenantId, id })),
    async touch(_scope, jobIds, now) {
      for (const id of jobIds) Object.assign(jobs.get(id) ?? {}, { updatedAt: now });
    },
  };
}
