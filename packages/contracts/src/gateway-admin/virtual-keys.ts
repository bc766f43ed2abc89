import { z } from "zod";
import { CallerAppName } from "../admin.ts";
import { page, Slug, Timestamp, Uuid } from "../common.ts";
import { Line } from "../text.ts";
import { KeyLimits } from "./limits.ts";

/**
 * What a key may ask for: an alias (`fast`), `provider/model`, or the beginning of one with `*` at its end
 * (`openai/*`, `openai/gpt-4o*`).
 */
export const ModelPattern = z
  .string()
  .max(200)
  .regex(/^[^\s*\p{C}]+\*?$/u);

export const virtualKeyStatuses = ["active", "expired", "revoked"] as const;
export const VirtualKeyStatus = z.enum(virtualKeyStatuses);
export type VirtualKeyStatus = z.infer<typeof VirtualKeyStatus>;

/** A key of the Gateway's `/v1/*` for one application: `Authorization: Bearer nxv_…`. */
export const VirtualKey = z.object({
  id: Uuid,
  name: z.string(),
  /** First characters of the key, to recognise it by. */
  prefix: z.string(),
  status: VirtualKeyStatus,
  /** The calling application its calls are counted for. */
  caller_app: z.string(),
  /** The corpus its calls are counted for and whose egress rule holds besides the key's own; null = none. */
  source_app: z.string().nullable(),
  /** The person its calls are counted for: the key ends with that account. null = nobody. */
  user_id: Uuid.nullable(),
  /** null = every model of the organisation. */
  allowed_models: z.array(z.string()).nullable(),
  /** `local_only`: nothing sent with this key leaves for an external provider. */
  egress: z.enum(["local_only", "approved"]),
  approved_provider_ids: z.array(Uuid),
  /** Whether its exact answers may serve other keys that share theirs, and theirs it. */
  shares_cache: z.boolean(),
  /** The key's own; those of its application, corpus, person and organisation hold besides. */
  limits: KeyLimits,
  created_by: Uuid.nullable(),
  created_at: Timestamp,
  expires_at: Timestamp,
  /** To the minute. */
  last_used_at: Timestamp.nullable(),
  revoked_at: Timestamp.nullable(),
});
export type VirtualKey = z.infer<typeof VirtualKey>;
export const VirtualKeyPage = page(VirtualKey);

/** `q` is looked for in name, prefix and application. Newest first. */
export const VirtualKeyQuery = z.strictObject({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  q: z.string().max(200).optional(),
  status: VirtualKeyStatus.optional(),
  caller_app: CallerAppName.optional(),
});
export type VirtualKeyQuery = z.output<typeof VirtualKeyQuery>;

const allowedModels = z.array(ModelPattern).min(1).max(200).nullable();
const approvedProviders = z.array(Uuid).max(50);
const expiresInDays = z.int().min(1).max(3650);

export const CreateVirtualKeyRequest = z.strictObject({
  name: Line(200),
  caller_app: CallerAppName,
  source_app: Slug.nullable().default(null),
  user_id: Uuid.nullable().default(null),
  allowed_models: allowedModels.default(null),
  egress: z.enum(["local_only", "approved"]).default("local_only"),
  approved_provider_ids: approvedProviders.default([]),
  shares_cache: z.boolean().default(false),
  expires_in_days: expiresInDays.default(90),
  limits: KeyLimits.default([]),
});
export type CreateVirtualKeyRequest = z.output<typeof CreateVirtualKeyRequest>;
/** Changes the fields given; a list given is the whole list. A revoked key stays revoked and cannot be changed. */
export const UpdateVirtualKeyRequest = z.strictObject({
  name: Line(200).optional(),
  caller_app: CallerAppName.optional(),
  source_app: Slug.nullable().optional(),
  user_id: Uuid.nullable().optional(),
  allowed_models: allowedModels.optional(),
  egress: z.enum(["local_only", "approved"]).optional(),
  approved_provider_ids: approvedProviders.optional(),
  shares_cache: z.boolean().optional(),
  /** From now. */
  expires_in_days: expiresInDays.optional(),
  limits: KeyLimits.optional(),
});
export type UpdateVirtualKeyRequest = z.output<typeof UpdateVirtualKeyRequest>;
/** `key` is shown in this answer and never again. */
export const CreatedVirtualKey = z.object({ key: z.string(), virtual_key: VirtualKey });
