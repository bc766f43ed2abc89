import type { TenantScope } from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import type { Filter, VectorStore } from "@aurora/vector-store";

/**
 * Where a document lives outside Postgres: its upload and original in `uploads`, the objects of each version in
 * `artifacts` under one prefix, its points in `aurora_documents` under one filter. What is written through these names
 * is found again by them.
 */
export interface VersionStores {
  readonly objects: Pick<ObjectStore, "deletePrefix">;
  readonly vectors: Pick<VectorStore, "delete">;
}

const documentPrefix = (documentId: string): string => `documents/${documentId}/`;
/** In `uploads`: what presigned URLs may write. */
export const uploadSlotsPrefix = "incoming/";
export const uploadSlotKey = (documentId: string): string => `${uploadSlotsPrefix}${documentId}`;
/** In `uploads`: the completed upload. No URL can write it, and its name says what it holds. */
export const originalKey = (documentId: string, sha256: string): string => `${documentPrefix(documentId)}${sha256}`;

const versionPrefix = (documentId: string, version: number): string => `${documentPrefix(documentId)}v${version}/`;

/** @param name Relative to the version: `document.json`, `pages/12.png`. */
export const artifactKey = (documentId: string, version: number, name: string): string =>
  `${versionPrefix(documentId, version)}${name}`;

export const versionFilter = (documentId: string, versions: readonly number[]): Filter => ({
  must: [
    { key: "document_id", match: documentId },
    { key: "version", any: versions },
  ],
});

/** Removes the points and artefacts of versions nobody reads; absent ones are no error. */
export async function removeVersions(
  { objects, vectors }: VersionStores,
  scope: TenantScope,
  documentId: string,
  versions: readonly number[],
): Promise<void> {
  if (versions.length === 0) return;
  await vectors.delete(scope, "aurora_documents", versionFilter(documentId, versions));
  for (const version of versions) await objects.deletePrefix(scope, "artifacts", versionPrefix(documentId, version));
}

/** Removes every point and object of a document whose row is gone: artefacts, original, upload. */
export async function removeDocument(
  { objects, vectors }: VersionStores,
  scope: TenantScope,
  documentId: string,
): Promise<void> {
  await vectors.delete(scope, "aurora_documents", { must: [{ key: "document_id", match: documentId }] });
  await objects.deletePrefix(scope, "artifacts", documentPrefix(documentId));
  await objects.deletePrefix(scope, "uploads", documentPrefix(documentId));
  await objects.deletePrefix(scope, "uploads", uploadSlotKey(documentId));
}
