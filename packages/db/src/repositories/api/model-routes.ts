import type { CallTimeouts, RetryPolicy } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { asc, eq } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { modelRoutes } from "../../schema/index.ts";

/** An alias as it is kept. */
interface StoredModelRoute {
  readonly alias: string;
  readonly description: string;
  readonly targets: readonly { readonly model: string; readonly weight: number }[];
  readonly retries: RetryPolicy;
  readonly hedgeAfterMs: number | null;
  readonly timeouts: Partial<CallTimeouts>;
  readonly isActive: boolean;
  readonly updatedAt: Date;
}

/** Aliases of models. */
export function createModelRouteRepository(db: Database) {
  return {
    /** By name. */
    listModelRoutes: (scope: TenantScope): Promise<StoredModelRoute[]> =>
      db.inScope(scope, (tx) => tx.select().from(modelRoutes).orderBy(asc(modelRoutes.alias))),

    /** Makes the alias, or puts this in the place of what it was. */
    putModelRoute: (scope: TenantScope, { alias, ...route }: StoredModelRoute): Promise<void> =>
      db.inScope(scope, async (tx) => {
        await tx
          .insert(modelRoutes)
          .values({ tenantId: scope.tenantId, alias, ...route })
          .onConflictDoUpdate({ target: [modelRoutes.tenantId, modelRoutes.alias], set: route });
      }),

    /** @returns false when there is none. */
    deleteModelRoute: (scope: TenantScope, alias: string): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const deleted = await tx
          .delete(modelRoutes)
          .where(eq(modelRoutes.alias, alias))
          .returning({ alias: modelRoutes.alias });
        return deleted.length > 0;
      }),
  };
}
