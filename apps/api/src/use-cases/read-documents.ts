import { setTimeout as sleep } from "node:timers/promises";
import {
  type Chunk as ChunkSchema,
  type DocumentDetail as DocumentDetailSchema,
  DocumentEvent,
  type DocumentListQuery,
  type DocumentSummary,
  finalJobStates,
} from "@aurora/contracts";
import { AppError, type TenantScope } from "@aurora/kernel";
import type { ObjectStore, ObjectStream } from "@aurora/object-store";
import type { z } from "zod";
import { type Page, type PageRequest, pageByKey, pageByTime } from "./paging.ts";

type Chunk = z.infer<typeof ChunkSchema>;

export interface ReadDocumentsDeps {
  readonly objects: Pick<ObjectStore, "read">;
  readonly documents: {
    findDocument(
      scope: TenantScope,
      id: string,
    ): Promise<{
      summary: DocumentSummary;
      pages: { page: number; width: number; height: number }[];
      objectKey: string;
      isUploading: boolean;
    } | null>;
    listDocuments(
      scope: TenantScope,
      filter: {
        q?: string | undefined;
        sourceApp?: string | undefined;
        workspace?: string | undefined;
        status?: string | undefined;
      },
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<DocumentSummary[]>;
    listChunks(scope: TenantScope, documentId: string, afterOrdinal: number, limit: number): Promise<Chunk[]>;
    findArtifact(
      scope: TenantScope,
      documentId: string,
      kind: "json" | "markdown" | "page_image",
      page: number,
    ): Promise<{ objectKey: string; sizeBytes: number } | null>;
    findProgress(
      scope: TenantScope,
      documentId: string,
    ): Promise<{ job_id: string | null; state: string | null; progress: number | null; failure: unknown } | null>;
  };
}

const notFound = () => new AppError("not_found", "Not found.");
const progressPollMs = 400;
/** A client that wants to watch longer connects again. */
const watchLimitMs = 30 * 60_000;

/** What may be seen of documents. The caller's right on the document was checked before. */
export function createReadDocuments({ documents, objects }: ReadDocumentsDeps) {
  async function artifact(
    scope: TenantScope,
    id: string,
    kind: "json" | "markdown" | "page_image",
    page: number,
    signal: AbortSignal,
  ): Promise<ObjectStream> {
    const found = await documents.findArtifact(scope, id, kind, page);
    if (!found) throw notFound();
    return objects.read(scope, "artifacts", found.objectKey, signal);
  }

  return {
    list: (scope: TenantScope, { q, source_app, workspace, status, ...page }: z.output<typeof DocumentListQuery>) =>
      pageByTime(page, (after, limit) =>
        documents.listDocuments(scope, { q, sourceApp: source_app, workspace, status }, after, limit),
      ),

    async get(scope: TenantScope, id: string): Promise<z.infer<typeof DocumentDetailSchema>> {
      const found = await documents.findDocument(scope, id);
      if (!found) throw notFound();
      return { ...found.summary, pages: found.pages };
    },

    chunks: (scope: TenantScope, id: string, request: PageRequest): Promise<Page<Chunk>> =>
      pageByKey(
        request,
        (chunk) => String(chunk.ordinal),
        (after, limit) => documents.listChunks(scope, id, after === null ? -1 : ordinalOf(after), limit),
      ),

    /** Docling's JSON, or Markdown, of the published version. */
    content: (scope: TenantScope, id: string, format: "json" | "md", signal: AbortSignal) =>
      artifact(scope, id, format === "json" ? "json" : "markdown", 0, signal),

    /** PNG of one page of the published version, pages from 1. */
    pageImage: (scope: TenantScope, id: string, page: number, signal: AbortSignal) =>
      artifact(scope, id, "page_image", page, signal),

    /** The file as it was uploaded. */
    async original(scope: TenantScope, id: string, signal: AbortSignal): Promise<ObjectStream & { filename: string }> {
      const found = await documents.findDocument(scope, id);
      if (!found || found.isUploading) throw notFound();
      return { ...(await objects.read(scope, "uploads", found.objectKey, signal)), filename: found.summary.filename };
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
