import { jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { instant, tenantId } from "./columns.ts";

/** One row a tenant (`source_app` null) and source_app that has settings of its own. */
export const guardrailSettings = pgTable("guardrail_settings", {
  tenantId: tenantId(),
  sourceApp: text("source_app"),
  /** contracts: GuardSettings. */
  settings: jsonb("settings").$type<Record<string, unknown>>().notNull(),
  updatedAt: instant("updated_at").notNull(),
});
