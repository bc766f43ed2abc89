import { z } from "zod";
import { page, Slug, Timestamp, Uuid } from "./common.ts";
import { CallTimeouts } from "./gateway-admin/model-routes.ts";
import { IngestionSettings } from "./ingestion.ts";
import { Line } from "./text.ts";

export const SourceApp = z.object({
  source_app: Slug,
  label: z.string(),
  description: z.string(),
  /** `local_only`: no text of this corpus may go to an external provider. */
  egress: z.enum(["local_only", "approved"]),
  /** The providers an administrator approved by name; empty under `local_only`. */
  approved_provider_ids: z.array(Uuid),
  ingestion: IngestionSettings,
  is_active: z.boolean(),
  created_at: Timestamp,
});
export type SourceApp = z.infer<typeof SourceApp>;
export const CreateSourceAppRequest = z.strictObject({
  source_app: Slug,
  label: Line(200),
  description: z.string().max(2000).default(""),
});
export const UpdateSourceAppRequest = z.strictObject({
  label: Line(200).optional(),
  description: z.string().max(2000).optional(),
  egress: z.enum(["local_only", "approved"]).optional(),
  approved_provider_ids: z.array(Uuid).max(50).optional(),
  /** The whole of it: what is left out goes back to its default. */
  ingestion: IngestionSettings.optional(),
  is_active: z.boolean().optional(),
});
export const SourceAppPage = page(SourceApp);

export const CallerApp = z.object({
  id: Uuid,
  name: z.string(),
  label: z.string(),
  description: z.string(),
  is_active: z.boolean(),
  created_at: Timestamp,
});
export const CallerAppName = z.string().regex(/^[a-z0-9][a-z0-9_.-]{0,63}$/);
export const CreateCallerAppRequest = z.strictObject({
  name: CallerAppName,
  label: Line(200),
  description: z.string().max(2000).default(""),
});
export const UpdateCallerAppRequest = z.strictObject({
  label: Line(200).optional(),
  description: z.string().max(2000).optional(),
  is_active: z.boolean().optional(),
});

/** `anthropic` is translated from OpenAI's format; `azure_openai` names deployments in its path and takes `api-key`. */
export const ProviderKind = z.enum(["openai", "openrouter", "openai_compatible", "anthropic", "azure_openai"]);
export type ProviderKind = z.infer<typeof ProviderKind>;
/** Date of Azure's API (`2024-10-21`, `2025-04-01-preview`); of no meaning to the other kinds. */
const AzureApiVersion = z.string().regex(/^\d{4}-\d{2}-\d{2}(?:-preview)?$/);

/** A place that answers `/chat/completions`. `local` = inside the organisation's walls. */
export const Provider = z.object({
  id: Uuid,
  /**
   * `environment`: made of OPENAI_API_KEY or OPENROUTER_API_KEY. It can be approved and asked for any model as
   * `name/model`, and not be edited: `models` is empty and `created_at` null.
   */
  source: z.enum(["database", "environment"]),
  name: Slug,
  kind: ProviderKind,
  base_url: z.string(),
  location: z.enum(["local", "external"]),
  is_active: z.boolean(),
  has_credential: z.boolean(),
  /** When the key now in use was entered; null = none, or of the environment. */
  credential_set_at: Timestamp.nullable(),
  api_version: z.string().nullable(),
  /** What a model route says goes before it. */
  timeouts: CallTimeouts,
  models: z.array(z.object({ id: Uuid, name: z.string(), is_default: z.boolean() })),
  created_at: Timestamp.nullable(),
});
export type Provider = z.infer<typeof Provider>;
/** Travels in a header: visible ASCII (RFC 9110, 5.5). */
const ApiKey = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[\x21-\x7e]+$/);
export const CreateProviderRequest = z.strictObject({
  name: Slug,
  kind: ProviderKind,
  base_url: z.url().max(500).optional(),
  location: z.enum(["local", "external"]).default("external"),
  api_key: ApiKey.optional(),
  api_version: AzureApiVersion.optional(),
  timeouts: CallTimeouts.optional(),
  models: z.array(z.string().min(1).max(200)).min(1).max(100),
  /** Which of `models` answers questions from now on; absent: none, the offline engine stays the default. */
  default_model: z.string().min(1).max(200).optional(),
});
export const UpdateProviderRequest = z.strictObject({
  base_url: z.url().max(500).optional(),
  location: z.enum(["local", "external"]).optional(),
  api_key: ApiKey.optional(),
  api_version: AzureApiVersion.nullable().optional(),
  /** The whole of it: what is left out goes back to the installation's. */
  timeouts: CallTimeouts.optional(),
  models: z.array(z.string().min(1).max(200)).min(1).max(100).optional(),
  default_model: z.string().min(1).max(200).nullable().optional(),
  is_active: z.boolean().optional(),
});
/** Tries a key, and where it would be used, before anything is kept. */
export const TestProviderRequest = z.strictObject({
  kind: ProviderKind,
  base_url: z.url().max(500).optional(),
  api_key: ApiKey.optional(),
  api_version: AzureApiVersion.optional(),
  model: z.string().min(1).max(200),
});
export type TestProviderRequest = z.infer<typeof TestProviderRequest>;
/** The new key is tried first, and takes the old one's place only when the provider answers with it. */
export const RotateKeyRequest = z.strictObject({ api_key: ApiKey });
/** Says whether the provider answered; never what it said. */
export const ProviderTestResult = z.object({
  ok: z.boolean(),
  status: z.int().nullable(),
  ms: z.number(),
  code: z.string().nullable(),
});
export const RotateKeyResult = z.object({ is_rotated: z.boolean(), test: ProviderTestResult });

/** First figures of the admin home: the last 24 hours and the last 14 days by day. */
export const Overview = z.object({
  documents: z.int(),
  chunks: z.int(),
  failed_documents: z.int(),
  questions_24h: z.int(),
  no_answer_rate_24h: z.number().nullable(),
  cache_hit_rate_24h: z.number().nullable(),
  latency_p50_ms_24h: z.number().nullable(),
  latency_p95_ms_24h: z.number().nullable(),
  cost_usd_24h: z.number(),
  by_day: z.array(z.object({ day: z.string(), questions: z.int(), no_answer: z.int(), cache_hits: z.int() })),
  /** The model that answers by default, and whether it is the offline engine. */
  answering_model: z.string(),
  is_offline_engine: z.boolean(),
});
export type Overview = z.infer<typeof Overview>;

export const HealthStatus = z.enum(["ok", "degraded"]);
export const Health = z.object({ status: HealthStatus });
/** For administrators only. */
export const DetailedHealth = z.object({
  status: HealthStatus,
  version: z.string(),
  components: z.array(
    z.object({
      name: z.string(),
      status: z.enum(["ok", "degraded", "down"]),
      ms: z.number().nullable(),
      detail: z.string().nullable(),
    }),
  ),
});
export type DetailedHealth = z.infer<typeof DetailedHealth>;
