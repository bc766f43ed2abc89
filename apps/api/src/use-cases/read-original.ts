import type { TenantScope } from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import { type ByteRange, type RangeRequest, resolveRange } from "./byte-range.ts";

/** Where a file that was uploaded is kept. */
export interface StoredOriginal {
  readonly objectKey: string;
  readonly filename: string;
  readonly sha256: string;
}

/** A file as it was uploaded, or the range asked for of it. */
export interface Original {
  readonly filename: string;
  /** Of the content: another file has another. */
  readonly etag: string;
  /** Of the whole file. */
  readonly sizeBytes: number;
  readonly range: ByteRange | null;
  readonly body: AsyncIterable<Uint8Array>;
}

/** What is asked for of the file, nothing of it read yet. Null when the store has lost it. */
export async function findOriginal(
  objects: Pick<ObjectStore, "head">,
  scope: TenantScope,
  { filename, objectKey, sha256 }: StoredOriginal,
  request: RangeRequest,
): Promise<Omit<Original, "body"> | null> {
  const stored = await objects.head(scope, "uploads", objectKey);
  if (!stored) return null;
  const { sizeBytes } = stored;
  const etag = `"${sha256}"`;
  return { filename, etag, sizeBytes, range: resolveRange(request, sizeBytes, etag) };
}

/** Streamed: read to its end, left, or aborted by `signal`, its connection is closed. */
export async function openOriginal(
  objects: Pick<ObjectStore, "read">,
  scope: TenantScope,
  { objectKey }: StoredOriginal,
  found: Omit<Original, "body">,
  signal: AbortSignal,
): Promise<Original> {
  const { body } = await objects.read(scope, "uploads", objectKey, signal, found.range ?? undefined);
  return { ...found, body };
}
