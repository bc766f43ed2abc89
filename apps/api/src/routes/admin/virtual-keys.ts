import {
  CreatedVirtualKey,
  CreateVirtualKeyRequest,
  UpdateVirtualKeyRequest,
  Uuid,
  VirtualKey,
  VirtualKeyPage,
  VirtualKeyQuery,
} from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "virtual keys";
const params = z.strictObject({ key_id: Uuid });

export const virtualKeyRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/admin/virtual-keys",
    summary: "Keys of the Gateway, newest first; never the keys themselves.",
    tag,
    query: VirtualKeyQuery,
    reply: VirtualKeyPage,
    needs: "admin",
    handle: ({ deps, query, scope }) => deps.virtualKeys.list(scope, query),
  }),
  defineRoute({
    method: "POST",
    path: "/api/admin/virtual-keys",
    summary: "Makes a key of the Gateway. This answer is the only one that shows it.",
    tag,
    body: CreateVirtualKeyRequest,
    reply: CreatedVirtualKey,
    status: 201,
    needs: "admin",
    handle: ({ body, deps, scope }) => deps.virtualKeys.create(scope, body),
  }),
  defineRoute({
    method: "GET",
    path: "/api/admin/virtual-keys/:key_id",
    summary: "One key of the Gateway.",
    tag,
    params,
    reply: VirtualKey,
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.virtualKeys.get(scope, params.key_id),
  }),
  defineRoute({
    method: "PUT",
    path: "/api/admin/virtual-keys/:key_id",
    summary: "Changes the fields given; the Gateway follows within a second.",
    tag,
    params,
    body: UpdateVirtualKeyRequest,
    reply: VirtualKey,
    needs: "admin",
    handle: ({ body, deps, params, scope }) => deps.virtualKeys.update(scope, params.key_id, body),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/admin/virtual-keys/:key_id",
    summary: "Revokes a key; the Gateway refuses it within a second.",
    tag,
    params,
    reply: { kind: "empty" },
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.virtualKeys.revoke(scope, params.key_id),
  }),
];
