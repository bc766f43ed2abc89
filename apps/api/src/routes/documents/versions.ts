import { DocumentVersionPage, PageQuery, Uuid } from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";
import { originalReply } from "./download.ts";

const tag = "documents";
const params = z.strictObject({ id: Uuid });
const onDocument = ({ params }: { params: { id: string } }) => ({ document: params.id });
const read = { permission: "read", on: onDocument } as const;
const versionParams = params.extend({ version: z.coerce.number().int().min(1).max(2_000_000_000) });
const file = { kind: "file", mediaTypes: ["application/octet-stream"] } as const;

export const versionRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/documents/:id/original",
    summary: "The file readers see the content of, as it was uploaded, to be saved; also a range of it.",
    tag,
    params,
    reply: file,
    needs: read,
    handle: async ({ deps, params, request, scope, signal }) =>
      originalReply(await deps.documents.original(scope, params.id, null, request, signal)),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/:id/versions",
    summary: "What was uploaded or read anew for the document, newest first.",
    tag,
    params,
    query: PageQuery,
    reply: DocumentVersionPage,
    needs: read,
    handle: ({ deps, params, query, scope }) => deps.documents.versions(scope, params.id, query),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/documents/:id/versions/:version",
    summary: "Takes an upload back that was not completed; a document that has no other version goes too.",
    tag,
    params: versionParams,
    reply: { kind: "empty" },
    needs: { permission: "ingest", on: onDocument },
    handle: ({ deps, params, scope }) => deps.uploads.abandon(scope, params.id, params.version),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/:id/versions/:version/original",
    summary: "The file of one version, to be saved; also a range of it.",
    tag,
    params: versionParams,
    reply: file,
    needs: read,
    handle: async ({ deps, params, request, scope, signal }) =>
      originalReply(await deps.documents.original(scope, params.id, params.version, request, signal)),
  }),
];
