import type { CacheMode, ChatRequest } from "@aurora/contracts";
import type { CallContext } from "./call-context.ts";
import type { Presence } from "./presence.ts";

export interface CacheControl {
  /** Ask anew, and keep the new answer. */
  readonly noCache: boolean;
  readonly noStore: boolean;
  /** An older entry is a miss. Seconds. */
  readonly maxAgeSeconds: number | null;
  /** Narrows the policy's mode, and never widens it. */
  readonly mode: CacheMode | null;
}

export interface ChatCall {
  readonly context: CallContext;
  readonly request: ChatRequest;
  readonly control: CacheControl;
  readonly presence: Presence;
}
