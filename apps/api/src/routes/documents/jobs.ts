import { IngestionJob, JobState, PageQuery, page, Uuid } from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "ingestion";
const params = z.strictObject({ id: Uuid });
const onJob = ({ params }: { params: { id: string } }) => ({ job: params.id });

export const jobRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/ingestion/jobs",
    summary: "Jobs on documents the caller may read, newest first.",
    tag,
    query: PageQuery.extend({ document_id: Uuid.optional(), state: JobState.optional() }),
    reply: page(IngestionJob),
    needs: "authenticated",
    handle: ({ deps, query: { document_id: documentId, state, ...request }, scope }) =>
      deps.manageDocuments.listJobs(scope, { documentId, state }, request),
  }),
  defineRoute({
    method: "GET",
    path: "/api/ingestion/jobs/:id",
    summary: "One job.",
    tag,
    params,
    reply: IngestionJob,
    needs: { permission: "read", on: onJob },
    handle: ({ deps, params, scope }) => deps.manageDocuments.getJob(scope, params.id),
  }),
  defineRoute({
    method: "POST",
    path: "/api/ingestion/jobs/:id/retry",
    summary: "Runs a failed or cancelled job again.",
    tag,
    params,
    reply: IngestionJob,
    status: 202,
    needs: { permission: "ingest", on: onJob },
    handle: ({ deps, params, scope }) => deps.manageDocuments.retryJob(scope, params.id),
  }),
  defineRoute({
    method: "POST",
    path: "/api/ingestion/jobs/:id/cancel",
    summary: "Stops a job; what it had written is removed.",
    tag,
    params,
    reply: IngestionJob,
    status: 202,
    needs: { permission: "ingest", on: onJob },
    handle: ({ deps, params, scope }) => deps.manageDocuments.cancelJob(scope, params.id),
  }),
];
