import { z } from "zod";
import { Timestamp, Uuid } from "../common.ts";
import { Line } from "../text.ts";

/** US dollars as a decimal string, never a float: at most 8 digits before the point and 12 after it. */
export const UsdDecimal = z.string().regex(/^\d{1,8}(?:\.\d{1,12})?$/);

/**
 * US dollars a unit; null = unknown, which makes a cost unknown and never zero. `cached_read`, `cache_write` and `reasoning`
 * null: such tokens cost what prompt and completion tokens cost. `request` and `image` null: nothing a call or a picture.
 */
export const ModelPrices = z.strictObject({
  prompt: UsdDecimal.nullable(),
  completion: UsdDecimal.nullable(),
  cached_read: UsdDecimal.nullable(),
  cache_write: UsdDecimal.nullable(),
  request: UsdDecimal.nullable(),
  image: UsdDecimal.nullable(),
  reasoning: UsdDecimal.nullable(),
});
export type ModelPrices = z.infer<typeof ModelPrices>;

/** What a model can do; null = unknown. A route passes over a model known not to do what a call needs. */
export const ModelCapabilities = z.strictObject({
  tools: z.boolean().nullable(),
  vision: z.boolean().nullable(),
  json_schema: z.boolean().nullable(),
  streaming: z.boolean().nullable(),
  /** Width of its vectors; null = unknown, or no embedding model. */
  embedding_dimensions: z.int().min(1).max(65_536).nullable(),
});
export type ModelCapabilities = z.infer<typeof ModelCapabilities>;

const Tokens = z.int().min(1).max(100_000_000);

/** One model of one provider, as the catalogue knows it. */
export const CatalogueModel = z.object({
  id: Uuid,
  /** `provider/model`, as callers ask for it. */
  full_name: z.string(),
  provider_id: Uuid,
  provider_name: z.string(),
  name: z.string(),
  is_default: z.boolean(),
  prices: ModelPrices,
  /** Tokens. */
  context_window: z.int().nullable(),
  max_output_tokens: z.int().nullable(),
  capabilities: ModelCapabilities,
  /** Who said so: an administrator, or a catalogue; null = nobody yet. */
  source: z.enum(["manual", "import"]).nullable(),
  /** Stored with every call these prices are charged to. */
  price_version: z.string().nullable(),
  priced_at: Timestamp.nullable(),
});
export type CatalogueModel = z.infer<typeof CatalogueModel>;
export const CatalogueModelList = z.object({ items: z.array(CatalogueModel), next_cursor: z.null() });

/** What is left out stays. Any change makes the entry `manual`: later imports leave it alone unless told otherwise. */
export const UpdateModelRequest = z.strictObject({
  prices: ModelPrices.partial().optional(),
  context_window: Tokens.nullable().optional(),
  max_output_tokens: Tokens.nullable().optional(),
  capabilities: ModelCapabilities.partial().optional(),
});
export type UpdateModelRequest = z.infer<typeof UpdateModelRequest>;

const ModelName = Line(200);
/** Reads the provider's own `/models` (OpenRouter's format) through the Gateway. */
export const ImportModelsRequest = z.strictObject({
  provider_id: Uuid,
  /** Says what would change and changes nothing. */
  dry_run: z.boolean().default(false),
  /** Names of the catalogue to add to the provider; models it has already are updated without being named. */
  add: z.array(ModelName).max(500).default([]),
  /** Replaces what an administrator entered, too. */
  overwrite_manual: z.boolean().default(false),
});
export type ImportModelsRequest = z.infer<typeof ImportModelsRequest>;
/** The same from a file: fields of the form beside `file`, which holds the JSON of a `/models` answer. */
export const ImportModelsForm = z.strictObject({
  provider_id: Uuid,
  dry_run: z.enum(["true", "false"]).default("false"),
  /** Names, separated by line breaks. */
  add: z.string().max(4_000).default(""),
  overwrite_manual: z.enum(["true", "false"]).default("false"),
});
export const maxCatalogueBytes = 8 * 1024 * 1024;

export const ImportedModel = z.object({
  name: z.string(),
  /** `available`: in the catalogue, not among the provider's models and not asked to be added. */
  action: z.enum(["added", "updated", "unchanged", "kept_manual", "available"]),
  prices: ModelPrices,
  context_window: z.int().nullable(),
  max_output_tokens: z.int().nullable(),
  capabilities: ModelCapabilities,
});
export const ImportModelsResult = z.object({
  provider_id: Uuid,
  is_dry_run: z.boolean(),
  price_version: z.string(),
  imported_at: Timestamp,
  counts: z.object({
    added: z.int(),
    updated: z.int(),
    unchanged: z.int(),
    kept_manual: z.int(),
    available: z.int(),
    /** Entries of the catalogue that could not be read. */
    skipped: z.int(),
  }),
  items: z.array(ImportedModel),
});
export type ImportModelsResult = z.infer<typeof ImportModelsResult>;
