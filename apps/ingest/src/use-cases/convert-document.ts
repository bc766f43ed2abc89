import {
  type ConvertedDocument,
  type DoclingDocument,
  type DocumentConverter,
  documentTextOf,
} from "@aurora/conversion";
import { AppError, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { MalwareScanner } from "@aurora/malware-scan";
import type { ObjectStore } from "@aurora/object-store";
import { conversionKey, conversionMark, conversionObjectKey } from "@aurora/rag";
import { storable } from "./chunk-document.ts";
import type { IngestionJob, IngestionRows, StoredArtifact } from "./ingestion-rows.ts";
import type { JobProgress } from "./job-progress.ts";

export interface ConvertDeps {
  readonly rows: Pick<IngestionRows, "claimConversion" | "saveConversion">;
  readonly objects: Pick<ObjectStore, "get" | "put">;
  readonly converter: DocumentConverter;
  /** Null: files are not scanned. */
  readonly scanner: MalwareScanner | null;
  readonly conversion: {
    readonly timeoutMs: number;
    readonly maxMemoryMb: number;
    readonly maxPages: number;
    readonly pageImageDpi: number;
  };
}

/** What the steps after the conversion need of it. */
export type Conversion = Pick<ConvertedDocument, "title" | "language" | "pages"> & {
  readonly document: DoclingDocument;
};

/** The object that says a conversion is complete: all but the document itself, and what lies beside it. */
type ConversionMark = Omit<ConvertedDocument, "document" | "markdown"> & {
  readonly artifacts: readonly (Omit<StoredArtifact, "objectKey"> & { readonly name: string })[];
  /** By which scanner the bytes were found clean; null: by none. */
  readonly scannerId: string | null;
};

const maxArtifactBytes = 1024 * 1024 * 1024;

/**
 * The frozen original as a structured document; its JSON, Markdown and page images are stored under a key made of its
 * bytes and of everything the result depends on. What was converted before, for this version or another of the
 * document, is read back instead.
 * @throws AppError `checksum_mismatch` when the object is not what was announced; what scanner and converter throw.
 */
export async function convertDocument(
  deps: ConvertDeps,
  scope: TenantScope,
  job: IngestionJob,
  progress: JobProgress,
): Promise<Conversion> {
  const key = keyOf(deps, job);
  await deps.rows.claimConversion(scope, job.document.id, job.version, key);
  const stored = await readStored(deps, scope, job, key, progress.signal);
  if (stored !== null && (deps.scanner === null || stored.mark.scannerId !== null)) {
    await saveRows(deps, scope, job, key, stored.mark);
    return { ...stored.mark, document: stored.document };
  }
  const bytes = await readOriginal(deps, scope, job, progress.signal);
  if (deps.scanner !== null) {
    await progress.enter("scanned");
    await deps.scanner.scan([bytes], { signal: progress.signal });
  }
  const { mark, document } = stored ?? (await convert(deps, scope, job, key, bytes, progress));
  await saveRows(deps, scope, job, key, mark);
  return { ...mark, document };
}

const keyOf = ({ converter, conversion }: ConvertDeps, { original, settings }: IngestionJob): string =>
  conversionKey({
    sha256: original.sha256,
    filename: original.filename,
    converterId: converter.id,
    settings: {
      ocr: settings.ocr,
      language: settings.language,
      html_mode: settings.html_mode,
      page_image_dpi: conversion.pageImageDpi,
    },
  });

async function convert(
  deps: ConvertDeps,
  scope: TenantScope,
  job: IngestionJob,
  key: string,
  bytes: Uint8Array,
  progress: JobProgress,
): Promise<{ mark: ConversionMark; document: DoclingDocument }> {
  await progress.enter("converted");
  const { filename } = job.original;
  const { html_mode: htmlMode, language, ocr } = job.settings;
  const artifacts: ConversionMark["artifacts"][number][] = [];
  const put = (name: string, body: Uint8Array, contentType: string) =>
    deps.objects.put(scope, "artifacts", conversionObjectKey(job.document.id, key, name), body, { contentType });
  const keep = async (kind: StoredArtifact["kind"], page: number, name: string, body: Uint8Array, type: string) => {
    await put(name, body, type);
    artifacts.push({ kind, page, name, sizeBytes: body.byteLength, sha256: sha256Hex(body) });
  };
  let pictures = 0;
  const { document, markdown, ...summary } = await deps.converter.convert(
    { filename, bytes },
    {
      ...deps.conversion,
      ocr,
      language,
      htmlMode,
      signal: progress.signal,
      onProgress: progress.advance,
      onPicture: ({ bytes, mediaType, name }) => keep("picture", ++pictures, name, bytes, mediaType),
    },
    ({ page, png }) => keep("page_image", page, `pages/${page}.png`, png, "image/png"),
  );
  progress.signal.throwIfAborted();
  await keep("json", 0, "document.json", encode(document), "application/json");
  await keep("text", 0, "document.txt", new TextEncoder().encode(canonicalText(document)), "text/plain; charset=utf-8");
  await keep("markdown", 0, "document.md", new TextEncoder().encode(markdown), "text/markdown; charset=utf-8");
  const mark: ConversionMark = { ...summary, artifacts, scannerId: deps.scanner?.id ?? null };
  await put(conversionMark, encode(mark), "application/json");
  return { mark, document };
}

/** What the passages' character offsets count in. */
const canonicalText = (document: DoclingDocument): string => storable(documentTextOf(document).text);

const encode = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

function saveRows(
  deps: ConvertDeps,
  scope: TenantScope,
  { document, version }: IngestionJob,
  key: string,
  { artifacts, conservation, format, language, mediaType, pages, warnings }: ConversionMark,
): Promise<void> {
  return deps.rows.saveConversion(
    scope,
    document.id,
    version,
    { format, mediaType, language, pageCount: pages.length > 0 ? pages.length : null, conservation, warnings },
    artifacts.map(({ name, ...artifact }) => ({ ...artifact, objectKey: conversionObjectKey(document.id, key, name) })),
  );
}

async function readOriginal(
  { objects }: ConvertDeps,
  scope: TenantScope,
  { original }: IngestionJob,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await objects.get(scope, "uploads", original.objectKey, { maxBytes: original.sizeBytes, signal });
  if (bytes.byteLength !== original.sizeBytes || sha256Hex(bytes) !== original.sha256)
    throw new AppError("checksum_mismatch", "The stored file is not the one that was announced.");
  return bytes;
}

/** Null when there is nothing to resume from. */
async function readStored(
  { objects }: ConvertDeps,
  scope: TenantScope,
  { document }: IngestionJob,
  key: string,
  signal: AbortSignal,
): Promise<{ mark: ConversionMark; document: DoclingDocument } | null> {
  const read = async <Value>(name: string): Promise<Value> => {
    const objectKey = conversionObjectKey(document.id, key, name);
    const bytes = await objects.get(scope, "artifacts", objectKey, { maxBytes: maxArtifactBytes, signal });
    return JSON.parse(new TextDecoder().decode(bytes)) as Value;
  };
  try {
    const mark = await read<ConversionMark>(conversionMark);
    return { mark, document: await read<DoclingDocument>("document.json") };
  } catch (error) {
    if (AppError.is(error) && error.code === "not_found") return null;
    throw error;
  }
}
