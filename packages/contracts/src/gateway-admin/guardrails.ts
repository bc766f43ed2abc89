import { z } from "zod";
import { Slug, Timestamp } from "../common.ts";

/**
 * What a guard does with what it finds: `mask` puts placeholders in its place and the values back into the answer,
 * `refuse` answers 403 `guard_refused`, `log` only counts it. `off`: it does not look.
 */
export const GuardMode = z.enum(["off", "mask", "refuse", "log"]);
export type GuardMode = z.infer<typeof GuardMode>;

export const piiKinds = ["email", "phone", "iban", "nir", "card", "name"] as const;
/** `nir`: the French social security number. `name`: those of a list, and words after a title (M., Mme, Dr, Mrs …). */
export const PiiKind = z.enum(piiKinds);
export type PiiKind = z.infer<typeof PiiKind>;

export const guardLimits = {
  maxTerms: 200,
  maxTermChars: 200,
  /** Wildcards and expressions among the terms: each reads every text once more. */
  maxExpressions: 20,
  maxNames: 500,
  maxNameChars: 100,
  maxUsd: 1_000,
} as const;

/**
 * `word`: a word or phrase, whole words, whatever their case and accents. `wildcard`: the same with `*` for any run of
 * characters but spaces and `?` for one. `regex`: RE2 syntax (no back-references, no look-around), in linear time.
 */
export const DenyTerm = z.strictObject({
  kind: z.enum(["word", "wildcard", "regex"]).default("word"),
  pattern: z.string().trim().min(1).max(guardLimits.maxTermChars),
});
export type DenyTerm = z.infer<typeof DenyTerm>;

function refuseManyExpressions(terms: readonly DenyTerm[], context: z.RefinementCtx): void {
  const { maxExpressions: maximum } = guardLimits;
  if (terms.filter(({ kind }) => kind !== "word").length > maximum)
    context.addIssue({ code: "too_big", origin: "array", maximum, inclusive: true, input: terms });
}

/** The guards of one source_app, or those of every call without settings of its own (`source_app` null). */
export const GuardSettings = z.strictObject({
  pii: z
    .strictObject({
      mode: GuardMode.default("off"),
      kinds: z.array(PiiKind).max(piiKinds.length).default(["email", "phone", "iban", "nir", "card"]),
      /** People to look for when `kinds` has `name`. */
      names: z.array(z.string().trim().min(2).max(guardLimits.maxNameChars)).max(guardLimits.maxNames).default([]),
      /** Whose calls: those that leave the organisation's walls, or all that reach a provider. */
      providers: z.enum(["external", "all"]).default("external"),
    })
    .prefault({}),
  deny: z
    .strictObject({
      mode: GuardMode.default("off"),
      terms: z.array(DenyTerm).max(guardLimits.maxTerms).superRefine(refuseManyExpressions).default([]),
      /** Where they are looked for. In an answer, `mask` blots them out. */
      applies_to: z.enum(["request", "response", "both"]).default("request"),
    })
    .prefault({}),
  /** Judged on the estimate made before the call. A price nobody knows, outside the walls, is over any limit. */
  cost: z
    .strictObject({
      mode: GuardMode.exclude(["mask"]).default("off"),
      max_usd: z.number().positive().max(guardLimits.maxUsd).nullable().default(null),
    })
    .prefault({}),
});
export type GuardSettings = z.output<typeof GuardSettings>;

export const PutGuardrailsRequest = z.strictObject({
  /** null = every call whose source_app has no settings of its own. */
  source_app: Slug.nullable().default(null),
  settings: GuardSettings,
});
export type PutGuardrailsRequest = z.output<typeof PutGuardrailsRequest>;

export const Guardrails = z.object({
  source_app: z.string().nullable(),
  settings: GuardSettings,
  /** null = never set: the defaults, all guards off. */
  updated_at: Timestamp.nullable(),
});
export type Guardrails = z.infer<typeof Guardrails>;
/** The tenant's first, then one a source_app that has its own. */
export const GuardrailsList = z.object({ items: z.array(Guardrails), next_cursor: z.null() });

/** Settings not saved yet, tried on a text. Nothing of it is kept. */
export const TryGuardrailsRequest = z.strictObject({
  settings: GuardSettings,
  text: z.string().min(1).max(10_000),
});
export type TryGuardrailsRequest = z.output<typeof TryGuardrailsRequest>;
export const TryGuardrailsResult = z.object({
  outcome: z.enum(["passed", "masked", "refused"]),
  /** As a provider would see it; null when the call would be refused. */
  sent: z.string().nullable(),
  findings: z.array(z.object({ guard: z.enum(["pii", "deny"]), kind: z.string(), count: z.int() })),
});
export type TryGuardrailsResult = z.infer<typeof TryGuardrailsResult>;
