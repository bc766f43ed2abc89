import { CreatedLink, CreateLinkRequest, DocumentLinkPage, PageQuery, TenantIngestion, Uuid } from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";
import { originalReply } from "./download.ts";

const tag = "public links";
const params = z.strictObject({ id: Uuid });
const onDocument = ({ params }: { params: { id: string } }) => ({ document: params.id });
const manage = { permission: "manage", on: onDocument } as const;
/** Never in a log, which names the route and not the path. */
const publicParams = z.strictObject({ token: z.string().max(200) });
const file = { kind: "file", mediaTypes: ["application/octet-stream"] } as const;

export const linkRoutes = [
  defineRoute({
    method: "POST",
    path: "/api/documents/:id/links",
    summary: "Makes a link that gives anybody the original. Its token is shown this once.",
    tag,
    params,
    body: CreateLinkRequest,
    reply: CreatedLink,
    status: 201,
    needs: manage,
    handle: ({ body, deps, params, scope }) => deps.links.create(scope, params.id, body),
  }),
  defineRoute({
    method: "GET",
    path: "/api/documents/:id/links",
    summary: "Links of the document, newest first, ended ones too.",
    tag,
    params,
    query: PageQuery,
    reply: DocumentLinkPage,
    needs: manage,
    handle: ({ deps, params, query, scope }) => deps.links.list(scope, params.id, query),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/documents/:id/links/:link_id",
    summary: "Ends a link at once.",
    tag,
    params: params.extend({ link_id: Uuid }),
    reply: { kind: "empty" },
    needs: manage,
    handle: ({ deps, params, scope }) => deps.links.revoke(scope, params.id, params.link_id),
  }),
  defineRoute({
    method: "GET",
    path: "/api/public/:token",
    summary: "The original behind a public link, to be saved; also a range of it.",
    tag,
    params: publicParams,
    reply: file,
    needs: "public",
    handle: async ({ deps, params, request, signal }) =>
      originalReply(await deps.links.open(params.token, { ...request, isHead: false }, signal)),
  }),
  defineRoute({
    method: "HEAD",
    path: "/api/public/:token",
    summary: "Whether a public link still works, and how large its file is. Counts no download.",
    tag,
    params: publicParams,
    reply: file,
    needs: "public",
    handle: async ({ deps, params, request, signal }) =>
      originalReply(await deps.links.open(params.token, { ...request, isHead: true }, signal)),
  }),
  defineRoute({
    method: "GET",
    path: "/api/admin/ingestion",
    summary: "Switches of the organisation.",
    tag,
    reply: TenantIngestion,
    needs: "admin",
    handle: ({ deps, scope }) => deps.links.settings(scope),
  }),
  defineRoute({
    method: "PUT",
    path: "/api/admin/ingestion",
    summary: "Sets the switches of the organisation. Without public links, those there are end at once.",
    tag,
    body: TenantIngestion,
    reply: TenantIngestion,
    needs: "admin",
    handle: ({ body, deps, scope }) => deps.links.changeSettings(scope, body),
  }),
];
