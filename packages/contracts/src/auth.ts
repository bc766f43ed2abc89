import { z } from "zod";
import { Permission, Role, Slug, Timestamp, Uuid } from "./common.ts";
import { Line } from "./text.ts";

export const LoginRequest = z.strictObject({ email: z.email().max(254), password: z.string().min(1).max(1024) });
export const CurrentUser = z.object({
  id: Uuid,
  kind: z.enum(["user", "key"]),
  email: z.string().nullable(),
  name: z.string(),
  role: Role,
  tenant_id: Uuid,
  tenant_name: z.string(),
  locale: z.string(),
  must_change_password: z.boolean(),
  /** `null` = every source_app of the tenant. */
  permissions: z.array(z.object({ source_app: Slug, permissions: z.array(Permission) })).nullable(),
});
export type CurrentUser = z.infer<typeof CurrentUser>;
/** `token` is the literal `cookie_only` unless `RETURN_JWT_IN_BODY` is true and the user is a service user. */
export const LoginResponse = z.object({ token: z.string(), user: CurrentUser });
export const ChangePasswordRequest = z.strictObject({
  current_password: z.string().min(1).max(1024),
  new_password: z.string().min(12).max(1024),
});

export const SourceAppPermissions = z.strictObject({
  source_app: Slug,
  permissions: z.array(Permission).min(1).max(3),
});
export const CreateUserRequest = z.strictObject({
  email: z.email().max(254),
  name: Line(200),
  password: z.string().min(12).max(1024),
  role: Role.default("user"),
  locale: z.enum(["fr", "en"]).default("fr"),
  is_service: z.boolean().default(false),
  /** The person must choose another password before anything else. */
  must_change_password: z.boolean().default(false),
});
export const UpdateUserRequest = z.strictObject({
  name: Line(200).optional(),
  role: Role.optional(),
  is_active: z.boolean().optional(),
  must_change_password: z.boolean().optional(),
  password: z.string().min(12).max(1024).optional(),
});
export const User = z.object({
  id: Uuid,
  email: z.string(),
  name: z.string(),
  role: Role,
  locale: z.string(),
  is_service: z.boolean(),
  is_active: z.boolean(),
  created_at: Timestamp,
  last_login_at: Timestamp.nullable(),
});
export const UserPermissions = z.object({ items: z.array(SourceAppPermissions) });
export const PutUserPermissionsRequest = z.strictObject({ items: z.array(SourceAppPermissions).max(500) });

/** Scoped service key. Bound to source_apps and, when given, to caller_apps; any mismatch is refused. */
export const CreateApiKeyRequest = z
  .strictObject({
    name: Line(200),
    role: z.enum(["admin", "user"]).default("user"),
    permissions: z.array(SourceAppPermissions).max(500).default([]),
    caller_apps: z
      .array(Slug.or(z.string().regex(/^[a-z0-9_]{1,64}$/)))
      .max(50)
      .default([]),
    expires_in_days: z.int().min(1).max(3650).default(90),
  })
  .refine((body) => body.role !== "admin" || body.permissions.length === 0, {
    path: ["permissions"],
    error: "admin_may_do_everything", // a list beside it would promise a limit that there is not
  });
export const ApiKey = z.object({
  id: Uuid,
  name: z.string(),
  role: Role,
  prefix: z.string(),
  permissions: z.array(SourceAppPermissions),
  caller_apps: z.array(z.string()),
  created_at: Timestamp,
  expires_at: Timestamp,
  last_used_at: Timestamp.nullable(),
  revoked_at: Timestamp.nullable(),
});
/** `key` is shown in this answer and never again. */
export const CreatedApiKey = z.object({ key: z.string(), api_key: ApiKey });
