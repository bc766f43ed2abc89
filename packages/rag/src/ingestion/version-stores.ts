import type { RemovedEntry, ResidueEntry } from "@aurora/contracts";
import { sha256Hex, type TenantScope } from "@aurora/kernel";
import type { ObjectStore } from "@aurora/object-store";
import type { CollectionName, Filter, VectorStore } from "@aurora/vector-store";

/**
 * Where a document lives outside Postgres: its uploads and originals in `uploads`, what its conversions made in
 * `artifacts`, its points in the collections of the documents, under one filter. What is written through these names
 * is found again by them.
 */
export interface VersionStores {
  readonly objects: Pick<ObjectStore, "deletePrefix" | "list">;
  readonly vectors: Pick<VectorStore, "collections" | "count" | "delete">;
}

export const documentsPrefix = "documents/";
const documentPrefix = (documentId: string): string => `${documentsPrefix}${documentId}/`;
/** In `uploads`: what presigned URLs may write. */
export const uploadSlotsPrefix = "incoming/";
const uploadSlotsOf = (documentId: string): string => `${uploadSlotsPrefix}${documentId}/`;
/** Each upload has a slot of its own: of two begun for one document, neither can fill the other's. */
export const uploadSlotKey = (documentId: string, uploadId: string): string =>
  `${uploadSlotsOf(documentId)}${uploadId}`;
/** In `uploads`: the completed upload. No URL can write it, and its name says what it holds. */
export const originalKey = (documentId: string, sha256: string): string => `${documentPrefix(documentId)}${sha256}`;

/** Where versions of before `conversions/` keep their artefacts: their rows hold these keys. */
const versionPrefix = (documentId: string, version: number): string => `${documentPrefix(documentId)}v${version}/`;

/** @param name Relative to the version: `document.json`, `pages/12.png`. */
export const artifactKey = (documentId: string, version: number, name: string): string =>
  `${versionPrefix(documentId, version)}${name}`;

/**
 * In `artifacts`: what one conversion made, for every version of the document that has the same bytes, read with the
 * same converter and settings. `conversion.json` is written last and removed first: where it is, all is.
 * @param conversionKey Of `conversionKey()`.
 * @param name Relative to the conversion: `document.json`, `pages/12.png`.
 */
export const conversionObjectKey = (documentId: string, conversionKey: string, name: string): string =>
  `${documentPrefix(documentId)}conversions/${conversionKey}/${name}`;
/** Of which conversion an object is; null for one of before `conversions/`. */
export function conversionOf(objectKey: string): { documentId: string; key: string } | null {
  const [, documentId, key] = /^documents\/([^/]+)\/conversions\/([^/]+)\//.exec(objectKey) ?? [];
  return documentId && key ? { documentId, key } : null;
}
export const conversionMark = "conversion.json";

/** Equal for equal results: of the bytes, the name (it stands in the document), the converter and what it was told. */
export const conversionKey = (source: {
  readonly sha256: string;
  readonly filename: string;
  readonly converterId: string;
  readonly settings: Readonly<Record<string, string | number | null>>;
}): string =>
  sha256Hex(
    JSON.stringify([
      source.sha256,
      source.filename,
      source.converterId,
      Object.entries(source.settings).sort(([a], [b]) => (a < b ? -1 : 1)),
    ]),
  ).slice(0, 32);

export const versionFilter = (documentId: string, versions: readonly number[]): Filter => ({
  must: [
    { key: "document_id", match: documentId },
    { key: "version", any: versions },
  ],
});

/**
 * Removes the points of versions nobody reads, and the conversions no version needs any more; absent ones are no error.
 * The caller keeps others from beginning to use these conversions meanwhile.
 */
export async function removeVersions(
  { objects, vectors }: VersionStores,
  scope: TenantScope,
  documentId: string,
  versions: readonly number[],
  conversionKeys: readonly string[],
): Promise<void> {
  if (versions.length === 0) return;
  for (const collection of await documentCollections(vectors))
    await vectors.delete(scope, collection, versionFilter(documentId, versions));
  for (const version of versions) await objects.deletePrefix(scope, "artifacts", versionPrefix(documentId, version));
  await removeConversions({ objects }, scope, documentId, conversionKeys);
}

export async function removeConversions(
  { objects }: Pick<VersionStores, "objects">,
  scope: TenantScope,
  documentId: string,
  conversionKeys: readonly string[],
): Promise<void> {
  for (const key of conversionKeys) {
    await objects.deletePrefix(scope, "artifacts", conversionObjectKey(documentId, key, conversionMark));
    await objects.deletePrefix(scope, "artifacts", conversionObjectKey(documentId, key, ""));
  }
}

/** One for each embedder documents were ever embedded with. */
export async function documentCollections(vectors: Pick<VectorStore, "collections">): Promise<CollectionName[]> {
  const collections = await vectors.collections();
  return collections.map(({ name }) => name).filter((name) => name.startsWith("aurora_documents"));
}

const pointsOf = (documentId: string): Filter => ({ must: [{ key: "document_id", match: documentId }] });
const objectsOf = (documentId: string) =>
  [
    { store: "artifacts", prefix: documentPrefix(documentId), kind: "artifact" },
    { store: "uploads", prefix: documentPrefix(documentId), kind: "original" },
    { store: "uploads", prefix: uploadSlotsOf(documentId), kind: "upload" },
  ] as const;

/** Removes every point and object of a document whose row is gone: artefacts, originals, uploads. @returns what there was. */
export async function removeDocument(
  { objects, vectors }: VersionStores,
  scope: TenantScope,
  documentId: string,
): Promise<RemovedEntry[]> {
  let points = 0;
  for (const collection of await documentCollections(vectors))
    points += await vectors.delete(scope, collection, pointsOf(documentId));
  const removed: RemovedEntry[] = [{ store: "vectors", kind: "point", count: points, bytes: null }];
  for (const { store, prefix, kind } of objectsOf(documentId)) {
    let bytes = 0;
    for await (const { sizeBytes } of objects.list(scope, store, prefix)) bytes += sizeBytes;
    removed.push({ store, kind, count: await objects.deletePrefix(scope, store, prefix), bytes });
  }
  return removed.filter(({ count }) => count > 0);
}

/** What is still stored of a document outside Postgres; nothing, once `removeDocument` ended and nobody wrote after it. */
export async function findDocumentResidue(
  { objects, vectors }: VersionStores,
  scope: TenantScope,
  documentId: string,
): Promise<ResidueEntry[]> {
  let points = 0;
  for (const collection of await documentCollections(vectors))
    points += await vectors.count(scope, collection, pointsOf(documentId));
  const residue: ResidueEntry[] = [{ store: "vectors", kind: "point", count: points }];
  for (const { store, prefix, kind } of objectsOf(documentId)) {
    let count = 0;
    for await (const _object of objects.list(scope, store, prefix)) count += 1;
    residue.push({ store, kind, count });
  }
  return residue.filter(({ count }) => count > 0);
}
