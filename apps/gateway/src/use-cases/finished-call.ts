import type { TokenUsage } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import type { UsageRow } from "./gateway-rows.ts";

/** A usage row with the tenant it is written under. */
export interface TenantUsage {
  readonly tenantId: string;
  readonly row: UsageRow;
}
/** One call that ended, whichever way: its row, and what metrics and limits are told. */
export interface Finished extends TenantUsage {
  readonly route: Route | null;
  readonly usage: TokenUsage | null;
}
