import {
  AcceptedJob,
  ChunkPage,
  CompleteUploadRequest,
  CreateUploadRequest,
  CreateUploadResponse,
  DeletionReceipt,
  DocumentDetail,
  DocumentEvent,
  DocumentListQuery,
  DocumentPage,
  FolderList,
  FolderListQuery,
  IngestionOptions,
  IngestUrlRequest,
  PageQuery,
  PictureName,
  ReindexDocumentRequest,
  Uuid,
} from "@aurora/contracts";
import { z } from "zod";
import { defineRoute, numbered } from "../../http/define-route.ts";
import { hostileFileHeaders } from "./download.ts";
import { receiveForm, UploadForm } from "./receive-form.ts";

const tag = "documents";
const params = z.strictObject({ id: Uuid });
const onDocument = ({ params }: { params: { id: string } }) => ({ document: params.id });
const intoCorpus = ({ body }: { body: { source_app: string } }) => ({ sourceApp: body.source_app });
const read = { permission: "read", on: onDocument } as const;
/** A page is shown large and in the strip: fetched once, and whether it may be seen is asked anew each minute. */
const brieflyKept = { "cache-control": "private, max-age=60", vary: "Cookie, Authorization, Origin" };

const contentTypes = {
  json: "application/json",
  md: "text/markdown; charset=utf-8",
  text: "text/plain; charset=utf-8",
} as const;

export const documentRoutes = [
  defineRoute({
    method: "POST",
    path: "/api/documents/uploads",
    summary: "Begins an upload: where to PUT the bytes, for 15 minutes.",
    tag,
    body: CreateUploadRequest,
    reply: CreateUploadResponse,
    status: 201,
    needs: { permission: "ingest", on: intoCorpus },
    handle: async ({ body, deps, scope, session }) =>
      deps.uploads.begin(scope, await deps.callerApps.resolve(session, body.caller_app), body),
  }),
  defineRoute({
    method: "POST",
    path: "/api/documents/:id/complete",
    summary: "The bytes are there: checks size and SHA-256, freezes the file, queues its ingestion.",
    tag,
    params,
    body: CompleteUploadRequest.nullish(),
    reply: AcceptedJob,
    status: 202,
    needs: { permission: "ingest", on: onDocument },
    handle: ({ body, deps, params, scope }) => deps.uploads.complete(scope, params.id, body?.version),
  }),
  defineRoute({
    method: "POST",
    path: "/api/documents",
    summary: "A whole file in one request, for command lines; the fields come before the file.",
    tag,
    multipart: UploadForm,
    reply: AcceptedJob,
    status: 202,
    needs: "authenticated", // the source_app is inside the form: checked as soon as it is read, before the file is
    handle: ({ deps, form, scope, session }) => receiveForm(deps, scope, session, form),
  }),
  defineRoute({
    method: "POST",
    path: "/api/documents/url",
    summary: "Fetches a file from an address the operator allows (ENABLE_INGEST_URL) and takes it in like an upload.",
    tag,
    body: IngestUrlRequest,
    fetchesFile: true,
    reply: AcceptedJob,
    status: 202,
    needs: { permission: "ingest", on: intoCorpus },
    handle: async ({ body, deps, scope, session, signal }) =>
      deps.ingestUrl(scope, await deps.callerApps.resolve(session, body.caller_app), body, signal),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents",
    summary: "Documents of the source_apps the caller may read, newest first.",
    tag,
    query: DocumentListQuery,
    reply: DocumentPage,
    needs: "authenticated",
    handle: ({ deps, query, scope }) => deps.documents.list(scope, query),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/folders",
    summary: "Folders of the documents the caller may read, by name.",
    tag,
    query: FolderListQuery,
    reply: FolderList,
    needs: "authenticated",
    handle: ({ deps, query, scope }) => deps.documents.folders(scope, query.source_app),
  }),
  defineRoute({
    method: "GET",
    path: "/api/ingestion/options",
    summary: "What this instance allows besides uploads.",
    tag: "ingestion",
    reply: IngestionOptions,
    needs: "authenticated",
    handle: async ({ deps }) => ({ ingest_url: deps.isIngestUrlEnabled }),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/:id",
    summary: "One document.",
    tag,
    params,
    reply: DocumentDetail,
    needs: read,
    handle: ({ deps, params, scope }) => deps.documents.get(scope, params.id),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/documents/:id",
    summary:
      "Deletes a document with all that was made of it; the receipt says what went from where, and what is left.",
    tag,
    params,
    reply: DeletionReceipt,
    needs: { permission: "manage", on: onDocument },
    handle: ({ deps, params, scope }) => deps.manageDocuments.remove(scope, params.id),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/:id/events",
    summary: "Progress of the newest job, until it has ended.",
    tag,
    params,
    reply: { kind: "events", events: { progress: DocumentEvent, end: DocumentEvent } },
    needs: read,
    handle: async ({ deps, draining, params, recheck, scope }) =>
      numbered(deps.documents.watch(scope, params.id, recheck, draining)),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/:id/content",
    summary: "What was read from the file: Docling's JSON, Markdown, or the text that character offsets count in.",
    tag,
    params,
    query: z.strictObject({ format: z.enum(["json", "md", "text"]).default("json") }),
    reply: { kind: "file", mediaTypes: ["application/json", "text/markdown", "text/plain"] },
    needs: read,
    handle: async ({ deps, params, query, scope, signal }) => ({
      ...(await deps.documents.content(scope, params.id, query.format, signal)),
      contentType: contentTypes[query.format],
      headers: hostileFileHeaders,
    }),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/:id/chunks",
    summary: "Passages of the document, as they are searched and cited.",
    tag,
    params,
    query: PageQuery,
    reply: ChunkPage,
    needs: read,
    handle: ({ deps, params, query, scope }) => deps.documents.chunks(scope, params.id, query),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/:id/pages/:page.png",
    summary: "Picture of one page, from 1.",
    tag,
    params: params.extend({ page: z.coerce.number().int().min(1).max(100_000) }),
    reply: { kind: "file", mediaTypes: ["image/png"] },
    needs: read,
    handle: async ({ deps, params, scope, signal }) => ({
      ...(await deps.documents.pageImage(scope, params.id, params.page, signal)),
      contentType: "image/png",
      headers: { ...hostileFileHeaders, ...brieflyKept },
    }),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/:id/pictures/:picture",
    summary: "A picture of the document, by the name its JSON gives it.",
    tag,
    params: params.extend({ picture: PictureName }),
    reply: { kind: "file", mediaTypes: ["image/png", "image/jpeg", "image/webp"] },
    needs: read,
    handle: async ({ deps, params, scope, signal }) => ({
      ...(await deps.documents.picture(scope, params.id, params.picture, signal)),
      headers: { ...hostileFileHeaders, ...brieflyKept },
    }),
  }),
  defineRoute({
    method: "POST",
    path: "/api/documents/:id/reindex",
    summary:
      "Reads the newest file anew, or an older version's: the present version answers until the new one is published.",
    tag,
    params,
    body: ReindexDocumentRequest.nullish(),
    reply: AcceptedJob,
    status: 202,
    needs: { permission: "manage", on: onDocument },
    handle: async ({ body, deps, params, scope, session }) =>
      deps.manageDocuments.reindex(
        scope,
        params.id,
        body?.version,
        await deps.callerApps.resolve(session, body?.caller_app),
      ),
  }),
];
