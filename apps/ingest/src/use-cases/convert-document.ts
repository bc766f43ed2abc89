import type { ConvertedDocument, DocumentConverter } from "@aurora/conversion";
import { AppError, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import { artifactKey } from "@aurora/rag";
import type { IngestionJob, IngestionRows, StoredArtifact } from "./ingestion-rows.ts";
import type { JobProgress } from "./job-progress.ts";

export interface ConvertDeps {
  readonly rows: Pick<IngestionRows, "saveArtifacts" | "hasArtifacts">;
  readonly objects: Pick<ObjectStore, "get" | "put">;
  readonly converter: DocumentConverter;
  readonly conversion: {
    readonly timeoutMs: number;
    readonly maxMemoryMb: number;
    readonly maxPages: number;
    readonly pageImageDpi: number;
  };
}

/** What is kept of a conversion beside the document itself, so that an interrupted job need not convert again. */
type ConversionSummary = Omit<ConvertedDocument, "document" | "markdown">;

const maxArtifactBytes = 1024 * 1024 * 1024;

/**
 * The frozen original as a structured document; its JSON, Markdown and page images are stored as artefacts of the
 * version. A version converted by an earlier try is read back instead.
 * @throws AppError `checksum_mismatch` when the object is not what was announced; what the converter throws.
 */
export async function convertDocument(
  deps: ConvertDeps,
  scope: TenantScope,
  job: IngestionJob,
  progress: JobProgress,
): Promise<ConvertedDocument> {
  const stored = await readStored(deps, scope, job, progress.signal);
  if (stored !== null) return stored;

  const artifacts: StoredArtifact[] = [];
  const keep = async (kind: StoredArtifact["kind"], page: number, name: string, body: Uint8Array, type: string) => {
    const objectKey = artifactKey(job.document.id, job.version, name);
    await deps.objects.put(scope, "artifacts", objectKey, body, { contentType: type });
    artifacts.push({ kind, page, objectKey, sizeBytes: body.byteLength, sha256: sha256Hex(body) });
  };
  const converted = await deps.converter.convert(
    { filename: job.document.filename, bytes: await readOriginal(deps, scope, job, progress.signal) },
    { ...deps.conversion, signal: progress.signal, onProgress: (fraction) => progress.advance(fraction) },
    ({ page, png }) => keep("page_image", page, `pages/${page}.png`, png, "image/png"),
  );
  progress.signal.throwIfAborted();

  const { document, markdown, ...summary } = converted;
  await deps.objects.put(scope, "artifacts", summaryKey(job), encode(summary satisfies ConversionSummary), {
    contentType: "application/json",
  });
  await keep("json", 0, "document.json", encode(document), "application/json");
  await keep("markdown", 0, "document.md", new TextEncoder().encode(markdown), "text/markdown; charset=utf-8");
  await deps.rows.saveArtifacts(scope, job.document.id, job.version, artifacts);
  return converted;
}

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const summaryKey = (job: IngestionJob): string => artifactKey(job.document.id, job.version, "conversion.json");

async function readOriginal(
  { objects }: ConvertDeps,
  scope: TenantScope,
  { document }: IngestionJob,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await objects.get(scope, "uploads", document.objectKey, { maxBytes: document.sizeBytes, signal });
  if (bytes.byteLength !== document.sizeBytes || sha256Hex(bytes) !== document.sha256)
    throw new AppError("checksum_mismatch", "The stored file is not the one that was announced.");
  return bytes;
}

/** Null when there is nothing to resume from. */
async function readStored(
  { rows, objects }: ConvertDeps,
  scope: TenantScope,
  job: IngestionJob,
  signal: AbortSignal,
): Promise<ConvertedDocument | null> {
  if (!(await rows.hasArtifacts(scope, job.document.id, job.version))) return null;
  const read = async (objectKey: string) =>
    new TextDecoder().decode(await objects.get(scope, "artifacts", objectKey, { maxBytes: maxArtifactBytes, signal }));
  try {
    const summary = JSON.parse(await read(summaryKey(job))) as ConversionSummary;
    const document = JSON.parse(await read(artifactKey(job.document.id, job.version, "document.json")));
    const markdown = await read(artifactKey(job.document.id, job.version, "document.md"));
    return { ...summary, document, markdown };
  } catch (error) {
    if (AppError.is(error) && error.code === "not_found") return null; // the rows outlived the objects: convert again
    throw error;
  }
}
