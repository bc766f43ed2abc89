import { type Guardrails, GuardSettings } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { eq, sql } from "drizzle-orm";
import { type Database, violatedConstraint } from "../../database.ts";
import { guardrailSettings } from "../../schema/index.ts";

const present = (row: typeof guardrailSettings.$inferSelect): Guardrails => ({
  source_app: row.sourceApp,
  settings: GuardSettings.parse(row.settings),
  updated_at: row.updatedAt.toISOString(),
});

/** Guards of the tenant's model calls. */
export const createGuardrailRepository = (db: Database) => ({
  /** The tenant's own first, when it has any; then by source_app. */
  listGuardrails: (scope: TenantScope) =>
    db.inScope(scope, async (tx) => {
      const rows = await tx.select().from(guardrailSettings).orderBy(sql`source_app nulls first`);
      return rows.map(present);
    }),

  /** @returns null when there is no such source_app. */
  putGuardrails: (
    scope: TenantScope,
    { at, settings, sourceApp }: { sourceApp: string | null; settings: GuardSettings; at: Date },
  ): Promise<Guardrails | null> =>
    db
      .inScope(scope, async (tx) => {
        const [row] = await tx
          .insert(guardrailSettings)
          .values({ tenantId: scope.tenantId, sourceApp, settings, updatedAt: at })
          .onConflictDoUpdate({
            target: [guardrailSettings.tenantId, guardrailSettings.sourceApp],
            set: { settings, updatedAt: at },
          })
          .returning();
        return row ? present(row) : null;
      })
      .catch((error: unknown) => {
        if (violatedConstraint(error) === "guardrail_settings_tenant_id_source_app_fkey") return null;
        throw error;
      }),

  /** From then on the tenant's own hold for the source_app. @returns false when it had none. */
  deleteGuardrails: (scope: TenantScope, sourceApp: string) =>
    db.inScope(scope, async (tx) => {
      const gone = await tx
        .delete(guardrailSettings)
        .where(eq(guardrailSettings.sourceApp, sourceApp))
        .returning({ sourceApp: guardrailSettings.sourceApp });
      return gone.length > 0;
    }),
});
