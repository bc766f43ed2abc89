import {
  BatchListQuery,
  BatchPage,
  CreateBatchRequest,
  DeletionReceipt,
  DeletionReceiptPage,
  IngestionBatch,
  ReceiptListQuery,
  ReindexRequest,
  Uuid,
} from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "ingestion";
const params = z.strictObject({ id: Uuid });
type Corpus = { body: { source_app: string } };
type Corpora = { body: { source_app?: string | null | undefined } };
const intoCorpus = ({ body }: Corpus) => ({ sourceApp: body.source_app });
const ofCorpora = ({ body }: Corpora) => (body.source_app == null ? "any" : { sourceApp: body.source_app });

export const batchRoutes = [
  defineRoute({
    method: "POST",
    path: "/api/ingestion/batches",
    summary: "Opens a batch: uploads that name it are counted together.",
    tag,
    body: CreateBatchRequest,
    reply: IngestionBatch,
    status: 201,
    needs: { permission: "ingest", on: intoCorpus },
    handle: async ({ body, deps, scope, session }) =>
      deps.batches.create(scope, await deps.callerApps.resolve(session, body.caller_app), body),
  }),
  defineRoute({
    method: "GET",
    path: "/api/ingestion/batches",
    summary:
      "Batches of the source_apps the caller may read or ingest, and those over several the caller made, newest first.",
    tag,
    query: BatchListQuery,
    reply: BatchPage,
    needs: "authenticated",
    handle: ({ deps, query: { source_app: sourceApp, ...request }, scope }) =>
      deps.batches.list(scope, { sourceApp }, request),
  }),
  defineRoute({
    method: "GET",
    path: "/api/ingestion/batches/:id",
    summary: "One batch with its counts; its documents are listed by `batch_id`.",
    tag,
    params,
    reply: IngestionBatch,
    needs: "authenticated", // a batch over several source_apps is its maker's: the use-case looks
    handle: ({ deps, params, scope }) => deps.batches.get(scope, params.id),
  }),
  defineRoute({
    method: "POST",
    path: "/api/ingestion/batches/:id/cancel",
    summary: "Stops its jobs and takes back uploads that were not completed.",
    tag,
    params,
    reply: IngestionBatch,
    status: 202,
    needs: "authenticated",
    handle: ({ deps, params, scope }) => deps.batches.cancel(scope, params.id),
  }),
  defineRoute({
    method: "POST",
    path: "/api/ingestion/batches/:id/retry",
    summary: "Runs its failed and cancelled jobs again.",
    tag,
    params,
    reply: IngestionBatch,
    status: 202,
    needs: "authenticated",
    handle: ({ deps, params, scope }) => deps.batches.retry(scope, params.id),
  }),
  defineRoute({
    method: "POST",
    path: "/api/ingestion/reindex",
    summary:
      "Reads the documents of one source_app anew, or of all the caller manages; the present versions answer meanwhile.",
    tag,
    body: ReindexRequest,
    reply: IngestionBatch,
    status: 202,
    needs: { permission: "manage", on: ofCorpora },
    handle: async ({ body, deps, scope, session }) =>
      deps.batches.reindex(scope, await deps.callerApps.resolve(session, body.caller_app), body),
  }),
  defineRoute({
    method: "GET",
    path: "/api/ingestion/receipts",
    summary: "What deletions removed from where, of the source_apps the caller manages, newest first.",
    tag,
    query: ReceiptListQuery,
    reply: DeletionReceiptPage,
    needs: "authenticated",
    handle: ({ deps, query: { q, ...request }, scope }) => deps.manageDocuments.listReceipts(scope, q, request),
  }),
  defineRoute({
    method: "GET",
    path: "/api/ingestion/receipts/:id",
    summary: "One receipt.",
    tag,
    params,
    reply: DeletionReceipt,
    needs: "authenticated", // the document is gone: the receipt's own source_app decides
    handle: ({ deps, params, scope }) => deps.manageDocuments.getReceipt(scope, params.id),
  }),
];
