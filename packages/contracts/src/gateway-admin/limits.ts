import { z } from "zod";
import { page, Timestamp, Uuid } from "../common.ts";

export const limitSubjectKinds = ["tenant", "key", "caller_app", "user", "source_app"] as const;
export const LimitSubjectKind = z.enum(limitSubjectKinds);
export type LimitSubjectKind = z.infer<typeof LimitSubjectKind>;

/** What is counted: calls, tokens (prompt and completion together), or millionths of a US dollar. */
export const limitMetrics = ["requests", "tokens", "cost_micro_usd"] as const;
export const LimitMetric = z.enum(limitMetrics);
export type LimitMetric = z.infer<typeof LimitMetric>;

/** Calendar windows in UTC: they begin with the minute, the day, the month. A call counts in the one it begins in. */
export const limitWindows = ["minute", "day", "month"] as const;
export const LimitWindow = z.enum(limitWindows);
export type LimitWindow = z.infer<typeof LimitWindow>;

/** 0 lets nothing through. */
export const LimitAmount = z.int().min(0).max(1_000_000_000_000);

/** A limit without its subject, as a virtual key carries its own. */
export const KeyLimit = z.strictObject({ metric: LimitMetric, window: LimitWindow, amount: LimitAmount });
export type KeyLimit = z.infer<typeof KeyLimit>;
/** At most one a metric and window. */
export const KeyLimits = z
  .array(KeyLimit)
  .max(limitMetrics.length * limitWindows.length)
  .refine((limits) => new Set(limits.map(({ metric, window }) => `${metric} ${window}`)).size === limits.length, {
    error: "duplicate",
  });

/**
 * `subject_id`: id of a virtual key or a user, name of a caller_app or source_app. null = the whole organisation for
 * `tenant`; for the other kinds every one of them, each by itself, unless it has a limit of its own of the same metric
 * and window.
 */
const subject = { subject_kind: LimitSubjectKind, subject_id: z.string().min(1).max(200).nullable().default(null) };

export const PutLimitRequest = z
  .strictObject({ ...subject, metric: LimitMetric, window: LimitWindow, amount: LimitAmount })
  .refine((limit) => limit.subject_kind !== "tenant" || limit.subject_id === null, {
    path: ["subject_id"],
    error: "tenant_has_no_id",
  });
export type PutLimitRequest = z.infer<typeof PutLimitRequest>;

export const LimitUsage = z.object({
  /** Settled, in the window now open. May exceed `amount` by what calls under way used beyond their estimate. */
  used: z.int(),
  /** Held by calls under way. */
  reserved: z.int(),
  remaining: z.int().min(0),
  window_start: Timestamp,
  resets_at: Timestamp,
  /** Whose usage this is: of a limit of every one (`subject_id` null) the one nearest to it; null = nobody's yet. */
  subject_id: z.string().nullable(),
});
export const UsageLimit = z.object({
  id: Uuid,
  subject_kind: LimitSubjectKind,
  subject_id: z.string().nullable(),
  /** Name of the key, e-mail of the user, label of the application or corpus; null where there is none. */
  subject_label: z.string().nullable(),
  metric: LimitMetric,
  window: LimitWindow,
  amount: z.int(),
  usage: LimitUsage,
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type UsageLimit = z.infer<typeof UsageLimit>;
export const UsageLimitPage = page(UsageLimit);

/** `GET /api/admin/limits`, newest first. */
export const LimitQuery = z.strictObject({
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  subject_kind: LimitSubjectKind.optional(),
  subject_id: z.string().min(1).max(200).optional(),
});
export type LimitQuery = z.output<typeof LimitQuery>;
