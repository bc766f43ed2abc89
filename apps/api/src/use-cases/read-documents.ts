import { setTimeout as sleep } from "node:timers/promises";
import {
  type Chunk as ChunkSchema,
  type DocumentDetail as DocumentDetailSchema,
  DocumentEvent,
  type DocumentListQuery,
  type DocumentSummary,
  type DocumentVersion,
  finalJobStates,
} from "@aurora/contracts";
import { AppError, type TenantScope } from "@aurora/kernel";
import type { ObjectStore, ObjectStream } from "@aurora/object-store";
import type { z } from "zod";
import type { RangeRequest } from "./byte-range.ts";
import { type Page, type PageRequest, pageByKey, pageByTime } from "./paging.ts";
import { findOriginal, type Original, openOriginal, type StoredOriginal } from "./read-original.ts";

type Chunk = z.infer<typeof ChunkSchema>;
type DocumentDetail = z.infer<typeof DocumentDetailSchema>;

export interface ReadDocumentsDeps {
  readonly objects: Pick<ObjectStore, "head" | "read">;
  readonly documents: {
    findDocument(scope: TenantScope, id: string): Promise<DocumentDetail | null>;
    listDocuments(
      scope: TenantScope,
      filter: {
        q?: string | undefined;
        sourceApp?: string | undefined;
        workspace?: string | undefined;
        folder?: string | undefined;
        batchId?: string | undefined;
        status?: string | undefined;
      },
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<DocumentSummary[]>;
    listFolders(
      scope: TenantScope,
      sourceApp: string | undefined,
      limit: number,
    ): Promise<{ folder: string; documents: number }[]>;
    listChunks(scope: TenantScope, documentId: string, afterOrdinal: number, limit: number): Promise<Chunk[]>;
    findArtifact(
      scope: TenantScope,
      documentId: string,
      kind: "json" | "markdown" | "text" | "page_image",
      page: number,
    ): Promise<{ objectKey: string; sizeBytes: number } | null>;
    findPicture(scope: TenantScope, documentId: string, sha256: string): Promise<{ objectKey: string } | null>;
    findProgress(
      scope: TenantScope,
      documentId: string,
    ): Promise<{
      job_id: string | null;
      state: string | null;
      progress: number | null;
      failure: unknown;
      step: unknown;
      eta_s: number | null;
    } | null>;
  };
  readonly versions: {
    listVersions(
      scope: TenantScope,
      documentId: string,
      before: number | null,
      limit: number,
    ): Promise<DocumentVersion[]>;
    findOriginal(
      scope: TenantScope,
      documentId: string,
      which: number | "published" | null,
    ): Promise<(StoredOriginal & { readonly isRead: boolean }) | null>;
  };
  /** CLAMAV_URL is set: nobody gets a file that has no verdict yet. */
  readonly areFilesScanned: boolean;
}

const notFound = () => new AppError("not_found", "Not found.");
const pictureTypes: Readonly<Record<string, string>> = { png: "image/png", jpg: "image/jpeg", webp: "image/webp" };
/** A list to choose from: past it, the search finds a document sooner. */
const maxFolders = 1_000;
const progressPollMs = 400;
/** A client that wants to watch longer connects again. */
const watchLimitMs = 30 * 60_000;

/** What may be seen of documents. The caller's right on the document was checked before. */
export function createReadDocuments({ areFilesScanned, documents, objects, versions }: ReadDocumentsDeps) {
  async function artifact(
    scope: TenantScope,
    id: string,
    kind: "json" | "markdown" | "text" | "page_image",
    page: number,
    signal: AbortSignal,
  ): Promise<ObjectStream> {
    const found = await documents.findArtifact(scope, id, kind, page);
    if (!found) throw notFound();
    return objects.read(scope, "artifacts", found.objectKey, signal);
  }

  return {
    list: (scope: TenantScope, query: z.output<typeof DocumentListQuery>) => {
      const { q, source_app: sourceApp, workspace, folder, batch_id: batchId, status, ...page } = query;
      const filter = { q, sourceApp, workspace, folder, batchId, status };
      return pageByTime(page, (after, limit) => documents.listDocuments(scope, filter, after, limit));
    },

    folders: async (scope: TenantScope, sourceApp: string | undefined) => ({
      items: await documents.listFolders(scope, sourceApp, maxFolders),
    }),

    async get(scope: TenantScope, id: string): Promise<DocumentDetail> {
      const found = await documents.findDocument(scope, id);
      if (!found) throw notFound();
      return found;
    },

    versions: (scope: TenantScope, id: string, request: PageRequest): Promise<Page<DocumentVersion>> =>
      pageByKey(
        request,
        ({ version }) => String(version),
        (after, limit) => versions.listVersions(scope, id, after === null ? null : ordinalOf(after), limit),
      ),

    chunks: (scope: TenantScope, id: string, request: PageRequest): Promise<Page<Chunk>> =>
      pageByKey(
        request,
        (chunk) => String(chunk.ordinal),
        (after, limit) => documents.listChunks(scope, id, after === null ? -1 : ordinalOf(after), limit),
      ),

    /** Docling's JSON, Markdown, or the text that offsets count in, of the published version. */
    content: (scope: TenantScope, id: string, format: "json" | "md" | "text", signal: AbortSignal) =>
      artifact(scope, id, format === "md" ? "markdown" : format, 0, signal),

    /** A picture of the published version. @param name As its JSON names it: hash and kind. */
    async picture(scope: TenantScope, id: string, name: string, signal: AbortSignal) {
      const [sha256 = "", extension = ""] = name.split(".");
      const found = await documents.findPicture(scope, id, sha256);
      const contentType = pictureTypes[extension];
      if (!found?.objectKey.endsWith(name) || contentType === undefined) throw notFound();
      return { ...(await objects.read(scope, "artifacts", found.objectKey, signal)), contentType };
    },

    /** PNG of one page of the published version, pages from 1. */
    pageImage: (scope: TenantScope, id: string, page: number, signal: AbortSignal) =>
      artifact(scope, id, "page_image", page, signal),

    /**
     * The file as it was uploaded: that version's, or the one readers see.
     * @throws AppError `conflict` before it was scanned, where files are.
     */
    async original(
      scope: TenantScope,
      id: string,
      version: number | null,
      request: RangeRequest,
      signal: AbortSignal,
    ): Promise<Original> {
      const stored = await versions.findOriginal(scope, id, version);
      if (areFilesScanned && stored && !stored.isRead)
        throw new AppError("conflict", "The file has not been scanned yet.", {
          errors: [{ pointer: "", code: "not_scanned" }],
        });
      const found = stored && (await findOriginal(objects, scope, stored, request));
      if (!found) throw notFound();
      return openOriginal(objects, scope, stored, found, signal);
    },

    /**
     * The newest job's progress whenever it changes, until it has ended or the document is gone.
     * @param recheck Asked before every look: throws once the caller has no right any more, which ends the stream.
     */
    async *watch(
      scope: TenantScope,
      id: string,
      recheck: () => Promise<void>,
      signal: AbortSignal,
    ): AsyncIterable<{ event: "progress" | "end"; data: DocumentEvent }> {
      let shown = "";
      for (let waitedMs = 0; waitedMs < watchLimitMs && !signal.aborted; waitedMs += progressPollMs) {
        await recheck();
        const row = await documents.findProgress(scope, id);
        if (!row) return;
        if (row.job_id !== null) {
          const data = DocumentEvent.parse({ document_id: id, ...row });
          const isFinal = finalJobStates.includes(data.state);
          const now = JSON.stringify(data);
          if (now !== shown) yield { event: "progress", data };
          if (isFinal) {
            yield { event: "end", data };
            return;
          }
          shown = now;
        }
        await sleep(progressPollMs, undefined, { signal }).catch(() => {});
      }
    },
  };
}

function ordinalOf(key: string): number {
  const ordinal = Number(key);
  if (!Number.isInteger(ordinal) || ordinal < 0 || ordinal > 0x7fffffff)
    throw new AppError("invalid_input", "The cursor is not one of ours.", {
      errors: [{ pointer: "?cursor", code: "invalid_cursor" }],
    });
  return ordinal;
}
