import type { AuroraField, CacheInfo, Usage } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import type { z } from "zod";

export interface ChatModelRequest {
  /** As the Gateway knows it: `aurora/extractive` or `provider/model`. */
  readonly model: string;
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly content: string }[];
  /** The question and its evidence; never sent to a provider. */
  readonly aurora: z.input<typeof AuroraField>;
  /** Every source_app whose text is in the evidence: egress is judged on all of them. */
  readonly evidenceSourceApps: readonly string[];
  /** The application the question came through. */
  readonly callerApp: string;
  /** Default 0: answers are to be repeatable, and only repeatable ones are cached. */
  readonly temperature?: number;
  /** Default: the provider's. */
  readonly maxTokens?: number;
}

export type ChatModelEvent =
  | { readonly kind: "delta"; readonly text: string }
  | {
      readonly kind: "end";
      readonly model: string;
      readonly finishReason: string | null;
      readonly usage: z.output<typeof Usage>;
      readonly cache: CacheInfo;
    };

/**
 * Messages to an answer, as it is made: any number of deltas, then exactly one `end`.
 * @throws AppError between events: what the Gateway refused with (`egress_refused`, `rate_limited`, `invalid_input` for
 *   an unknown model, …), `upstream_failed` or `upstream_timeout` for a provider that failed or broke off, `unavailable`
 *   when the Gateway cannot be reached. An aborted `signal` ends it with the signal's reason.
 */
export interface ChatModel {
  ask(scope: TenantScope, request: ChatModelRequest, signal: AbortSignal): AsyncIterable<ChatModelEvent>;
}

/**
 * Sends a model one fixed word and nobody's text, to learn whether it answers.
 * @param model `provider/model`.
 * @throws AppError as `ChatModel`, when it does not.
 */
export type ProbeModel = (scope: TenantScope, model: string, signal: AbortSignal) => Promise<void>;
