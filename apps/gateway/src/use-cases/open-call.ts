import type { AuroraField } from "@aurora/contracts";
import type { RoutePlan } from "../routing/index.ts";
import type { Caching } from "./caching.ts";
import type { CallRecord } from "./call-record.ts";
import type { ChatCall } from "./call-request.ts";
import type { Guarded } from "./guarded-call.ts";

/** What an answer is made, kept and logged with. */
export interface OpenCall extends ChatCall {
  readonly aurora: AuroraField | null;
  /** Null = the built-in engine. */
  readonly plan: RoutePlan | null;
  readonly keyHash: string;
  readonly documentIds: readonly string[];
  readonly record: CallRecord;
  readonly caching: Caching;
  /** Null = no guard is on. */
  readonly guarded: Guarded | null;
  /** `RateLimit-*` of the tightest limit. */
  readonly limitHeaders: Readonly<Record<string, string>>;
}
