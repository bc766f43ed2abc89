import { IngestionJob, JobListQuery, page, RetriedJobs, RetryJobsRequest, Uuid } from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "ingestion";
const params = z.strictObject({ id: Uuid });
const onJob = ({ params }: { params: { id: string } }) => ({ job: params.id });

export const jobRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/ingestion/jobs",
    summary: "Jobs on documents the caller may read, newest first; all of the organisation for its administrators.",
    tag,
    query: JobListQuery,
    reply: page(IngestionJob),
    needs: "authenticated",
    handle: ({ deps, query, scope }) => {
      const { document_id: documentId, batch_id: batchId, dead_letter: isDeadLetter, q, state, ...request } = query;
      return deps.jobs.list(scope, { documentId, batchId, isDeadLetter, q, state }, request);
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/ingestion/jobs/retry",
    summary: "Runs the failed and cancelled jobs named again, on documents the caller may ingest.",
    tag,
    body: RetryJobsRequest,
    reply: RetriedJobs,
    status: 202,
    needs: "authenticated",
    handle: async ({ body, deps, scope }) => ({
      retried: await deps.jobs.retryAll(scope, {
        isDeadLetter: body.dead_letter,
        batchId: body.batch_id ?? undefined,
      }),
    }),
  }),
  defineRoute({
    method: "GET",
    path: "/api/ingestion/jobs/:id",
    summary: "One job.",
    tag,
    params,
    reply: IngestionJob,
    needs: { permission: "read", on: onJob },
    handle: ({ deps, params, scope }) => deps.jobs.get(scope, params.id),
  }),
  defineRoute({
    method: "POST",
    path: "/api/ingestion/jobs/:id/retry",
    summary: "Runs a failed or cancelled job again, with all its tries.",
    tag,
    params,
    reply: IngestionJob,
    status: 202,
    needs: { permission: "ingest", on: onJob },
    handle: ({ deps, params, scope }) => deps.jobs.retry(scope, params.id),
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
    handle: ({ deps, params, scope }) => deps.jobs.cancel(scope, params.id),
  }),
];
