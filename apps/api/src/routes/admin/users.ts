import {
  CreateUserRequest,
  PageQuery,
  PutUserPermissionsRequest,
  page,
  UpdateUserRequest,
  User,
  UserPermissions,
  Uuid,
} from "@aurora/contracts";
import { z } from "zod";
import { defineRoute } from "../../http/define-route.ts";

const tag = "users";
const params = z.strictObject({ user_id: Uuid });

export const userRoutes = [
  defineRoute({
    method: "GET",
    path: "/api/admin/users",
    summary: "Users of the tenant, newest first.",
    tag,
    query: PageQuery,
    reply: page(User),
    needs: "admin",
    handle: ({ deps, query, scope }) => deps.users.list(scope, query),
  }),
  defineRoute({
    method: "POST",
    path: "/api/admin/users",
    summary: "Adds a user, who changes the password at the first sign-in.",
    tag,
    body: CreateUserRequest,
    reply: User,
    status: 201,
    needs: "admin",
    handle: ({ body, deps, scope }) => deps.users.create(scope, body),
  }),
  defineRoute({
    method: "GET",
    path: "/api/admin/users/:user_id",
    summary: "One user.",
    tag,
    params,
    reply: User,
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.users.get(scope, params.user_id),
  }),
  defineRoute({
    method: "PUT",
    path: "/api/admin/users/:user_id",
    summary: "Changes the fields given. A new role or password, or disabling, ends the user's sessions.",
    tag,
    params,
    body: UpdateUserRequest,
    reply: User,
    needs: "admin",
    handle: ({ body, deps, params, scope }) => deps.users.update(scope, params.user_id, body),
  }),
  defineRoute({
    method: "DELETE",
    path: "/api/admin/users/:user_id",
    summary: "Removes a user.",
    tag,
    params,
    reply: { kind: "empty" },
    needs: "admin",
    handle: ({ deps, params, scope }) => deps.users.remove(scope, params.user_id),
  }),
  defineRoute({
    method: "GET",
    path: "/api/admin/users/:user_id/permissions",
    summary: "What a user may do, source_app by source_app.",
    tag,
    params,
    reply: UserPermissions,
    needs: "admin",
    handle: async ({ deps, params, scope }) => ({ items: await deps.users.permissions(scope, params.user_id) }),
  }),
  defineRoute({
    method: "PUT",
    path: "/api/admin/users/:user_id/permissions",
    summary: "Replaces a user's permissions, from the next request on.",
    tag,
    params,
    body: PutUserPermissionsRequest,
    reply: UserPermissions,
    needs: "admin",
    handle: async ({ body, deps, params, scope }) => {
      await deps.users.setPermissions(scope, params.user_id, body.items);
      return { items: await deps.users.permissions(scope, params.user_id) };
    },
  }),
];
