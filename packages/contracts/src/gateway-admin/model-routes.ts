import { z } from "zod";
import { Timestamp } from "../common.ts";
import { Line } from "../text.ts";

/** What callers write in the place of a model: `fast`, `best`, any lower-case word without a slash. */
export const ModelAlias = z
  .string()
  .max(64)
  .regex(/^[a-z0-9]+(?:[._-][a-z0-9]+)*$/);

/** Longest waits of a call, in ms; null = what the provider, or else the installation, says. */
export const CallTimeouts = z.strictObject({
  connect_ms: z.int().min(100).max(60_000).nullable().default(null),
  /** From the request to the first piece of the answer. */
  first_token_ms: z.int().min(500).max(600_000).nullable().default(null),
  /** Between two pieces of it. */
  idle_ms: z.int().min(500).max(600_000).nullable().default(null),
  total_ms: z.int().min(1_000).max(3_600_000).nullable().default(null),
});
export type CallTimeouts = z.infer<typeof CallTimeouts>;

/** Further tries of one candidate before the next is asked; only before its first byte. */
export const RetryPolicy = z
  .strictObject({
    max: z.int().min(0).max(5).default(0),
    /** The n-th wait is random between 0 and base × 2ⁿ, at most `max_ms`; a `Retry-After` is waited for in full. */
    base_ms: z.int().min(10).max(10_000).default(250),
    max_ms: z.int().min(10).max(60_000).default(8_000),
  })
  .refine(({ base_ms, max_ms }) => base_ms <= max_ms, { path: ["max_ms"], message: "less_than_base_ms" });
export type RetryPolicy = z.infer<typeof RetryPolicy>;

const standardRetries = { max: 0, base_ms: 250, max_ms: 8_000 };
const noTimeouts = { connect_ms: null, first_token_ms: null, idle_ms: null, total_ms: null };

export const ModelRouteTarget = z.strictObject({
  /** `provider/model`. */
  model: Line(264).regex(/^[^/]+\/.+$/),
  /**
   * Share of calls it is asked first: its weight over the sum of all. 0 = only as a fallback; all 0 = the first of the
   * list is always first. The others follow in the order of the list.
   */
  weight: z.int().min(0).max(1_000).default(0),
});
export const PutModelRouteRequest = z.strictObject({
  description: z.string().max(500).default(""),
  targets: z.array(ModelRouteTarget).min(1).max(20),
  retries: RetryPolicy.default(standardRetries),
  /** Ask the second candidate, too, when the first has not begun to answer after this long; null = never. */
  hedge_after_ms: z.int().min(50).max(60_000).nullable().default(null),
  timeouts: CallTimeouts.default(noTimeouts),
  is_active: z.boolean().default(true),
});
export type PutModelRouteRequest = z.infer<typeof PutModelRouteRequest>;

export const ModelRoute = z.object({
  alias: z.string(),
  description: z.string(),
  targets: z.array(
    z.object({
      model: z.string(),
      weight: z.int(),
      /** False while no active provider has it: calls pass it over. */
      is_available: z.boolean(),
    }),
  ),
  retries: z.object({ max: z.int(), base_ms: z.int(), max_ms: z.int() }),
  hedge_after_ms: z.int().nullable(),
  timeouts: z.object({
    connect_ms: z.int().nullable(),
    first_token_ms: z.int().nullable(),
    idle_ms: z.int().nullable(),
    total_ms: z.int().nullable(),
  }),
  is_active: z.boolean(),
  updated_at: Timestamp,
});
export type ModelRoute = z.infer<typeof ModelRoute>;
export const ModelRouteList = z.object({ items: z.array(ModelRoute), next_cursor: z.null() });
