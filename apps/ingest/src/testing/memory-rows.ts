import { IngestionSettings, type JobFailure, type JobState } from "@aurora/contracts";
import { type Clock, sequentialIds } from "@aurora/kernel";
import type {
  IngestionJob,
  IngestionRows,
  JobReport,
  Publication,
  StoredArtifact,
  StoredConversion,
} from "../use-cases/ingestion-rows.ts";

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };
interface MemoryJob extends Omit<Mutable<IngestionJob>, "document"> {
  readonly tenantId: string;
  readonly document: Mutable<IngestionJob["document"]>;
  failure: JobFailure | null;
  isDeadLetter: boolean;
  conversionKey: string | null;
  progress: number;
  updatedAt: Date;
}

/** The rows of the ingestion worker for tests of its use-cases: one tenant's jobs, and all that was written for them. */
export interface MemoryRows extends IngestionRows {
  readonly jobs: Map<string, MemoryJob>;
  /** Every `report` that entered a step. */
  readonly steps: string[];
  readonly reports: JobReport[];
  readonly chunkIds: Map<string, Set<string>>;
  readonly artifacts: Map<string, readonly StoredArtifact[]>;
  readonly conversions: Map<string, StoredConversion>;
  /** By document, embedder and passage hash. */
  readonly embeddings: Map<string, Float32Array>;
  readonly publications: Publication[];
  addJob(
    original: Partial<IngestionJob["original"]>,
    job?: Partial<Pick<MemoryJob, "version" | "attempts" | "state" | "document" | "settings">>,
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
  const steps: string[] = [];
  const reports: JobReport[] = [];
  const conversions: MemoryRows["conversions"] = new Map();
  const embeddings: MemoryRows["embeddings"] = new Map();
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
    steps,
    reports,
    chunkIds,
    artifacts,
    conversions,
    embeddings,
    publications,
    addJob(original, job = {}) {
      const id = ids.uuid();
      jobs.set(id, {
        id,
        tenantId,
        version: 1,
        state: "queued",
        attempts: 0,
        isCleaned: false,
        failure: null,
        isDeadLetter: false,
        conversionKey: null,
        progress: 0,
        updatedAt: new Date(clock.nowMs()),
        settings: IngestionSettings.parse({}),
        original: { filename: "note.txt", sizeBytes: 0, sha256: "", objectKey: "originals/note", ...original },
        document: {
          id: ids.uuid(),
          title: "Announced title",
          filename: "note.txt",
          sourceApp: "default",
          workspace: null,
          packId: null,
          publishedVersion: 0,
        },
        ...job,
      });
      return id;
    },
    deleteDocument(documentId) {
      for (const [id, job] of jobs) if (job.document.id === documentId) jobs.delete(id);
      for (const key of [...chunkIds.keys()]) if (key.startsWith(documentId)) chunkIds.delete(key);
      for (const kept of [artifacts, conversions, embeddings])
        for (const key of [...kept.keys()]) if (key.startsWith(documentId)) kept.delete(key);
    },
    findTenant: async (_scope, jobId) => jobs.get(jobId)?.tenantId ?? null,
    find: async (_scope, jobId) => structuredClone(jobs.get(jobId)) ?? null,
    async begin(_scope, jobId, now) {
      const job = open(jobId);
      if (!job) return false;
      Object.assign(job, { state: "converting", attempts: job.attempts + 1, isCleaned: false, updatedAt: now });
      return true;
    },
    async report(_scope, jobId, at, now, attempt) {
      const job = open(jobId);
      if (!job || job.attempts !== attempt) return false;
      reports.push(at);
      if (steps.at(-1) !== at.step) steps.push(at.step);
      Object.assign(job, { state: at.state, progress: at.progress, updatedAt: now });
      return true;
    },
    async handBack(_scope, jobId, isTryCounted, now) {
      const job = open(jobId);
      if (!job) return;
      Object.assign(job, { state: "queued", progress: 0, updatedAt: now });
      if (!isTryCounted) job.attempts -= 1;
    },
    async end(_scope, jobId, end, now) {
      const job = open(jobId);
      if (!job) return false;
      Object.assign(job, end, { updatedAt: now });
      return true;
    },
    async cleanJob(_scope, jobId, _now, remove) {
      const job = jobs.get(jobId);
      if (!job || job.isCleaned || !finalStates.includes(job.state)) return false;
      const { id } = job.document;
      const ofDocument = [...jobs.values()].filter((other) => other.document.id === id);
      const versions =
        job.state === "success" ? Array.from({ length: job.version - 1 }, (_, index) => index + 1) : [job.version];
      const isRead = ({ id: jobId, state, version }: MemoryJob) =>
        open(jobId) !== null || (state === "success" && !versions.includes(version));
      const kept = new Set(ofDocument.filter(isRead).map(({ conversionKey }) => conversionKey));
      const keys = ofDocument
        .filter(({ version }) => versions.includes(version))
        .flatMap(({ conversionKey }) => (conversionKey === null || kept.has(conversionKey) ? [] : [conversionKey]));
      await remove(id, versions, keys);
      for (const version of versions) {
        chunkIds.delete(versionKey(id, version));
        artifacts.delete(versionKey(id, version));
      }
      job.isCleaned = true;
      return true;
    },
    async claimConversion(_scope, documentId, version, conversionKey) {
      for (const job of jobs.values())
        if (job.document.id === documentId && job.version === version) job.conversionKey = conversionKey;
    },
    async saveConversion(_scope, documentId, version, conversion, rows) {
      requireDocument(documentId);
      conversions.set(versionKey(documentId, version), conversion);
      artifacts.set(versionKey(documentId, version), rows);
    },
    async findEmbeddings(_scope, documentId, embedderId, hashes) {
      const found = hashes.map((hash) => [hash, embeddings.get(`${documentId}/${embedderId}/${hash}`)] as const);
      return new Map(found.flatMap(([hash, vector]) => (vector ? [[hash, vector] as const] : [])));
    },
    async saveEmbeddings(_scope, documentId, embedderId, vectors) {
      requireDocument(documentId);
      for (const [hash, vector] of vectors) embeddings.set(`${documentId}/${embedderId}/${hash}`, vector);
    },
    async saveChunks(_scope, documentId, version, rows) {
      requireDocument(documentId);
      const known = chunkIds.get(versionKey(documentId, version)) ?? new Set();
      for (const row of rows) known.add(row.id);
      chunkIds.set(versionKey(documentId, version), known);
    },
    async deleteChunks(_scope, documentId, version) {
      chunkIds.delete(versionKey(documentId, version));
    },
    async publish(_scope, publication) {
      const job = open(publication.jobId);
      if (!job) return "closed";
      Object.assign(job, { state: "success", progress: 1, isCleaned: job.version === 1 });
      Object.assign(job.document, { publishedVersion: publication.version, filename: job.original.filename });
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
