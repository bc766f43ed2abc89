import type { TenantScope } from "@aurora/kernel";
import type { Database } from "../../database.ts";

export interface GuardrailRow {
  /** null = the tenant's own. */
  readonly sourceApp: string | null;
  /** contracts: GuardSettings, as it was stored. */
  readonly settings: unknown;
}

/** What the Gateway reads of guards. */
export const createGuardrailRows = (db: Database) => ({
  async listGuardrails(scope: TenantScope): Promise<GuardrailRow[]> {
    const rows = await db.queryInScope<{ source_app: string | null; settings: unknown }>(scope, {
      name: "gateway_guardrails",
      text: "select source_app, settings from guardrail_settings",
      values: [],
    });
    return rows.map(({ settings, source_app: sourceApp }) => ({ sourceApp, settings }));
  },
});
