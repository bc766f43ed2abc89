import type { CallerApp, SourceApp } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { and, asc, eq, gt, inArray } from "drizzle-orm";
import type { z } from "zod";
import { type Database, violatedConstraint } from "../../database.ts";
import { callerAppsConfig, documents, ingestionJobs, sourceAppsConfig } from "../../schema/index.ts";

const presentSourceApp = (row: typeof sourceAppsConfig.$inferSelect): SourceApp => ({
  source_app: row.sourceApp,
  label: row.label,
  description: row.description,
  egress: row.egress,
  approved_provider_ids: row.approvedProviderIds,
  is_active: row.isActive,
  created_at: row.createdAt.toISOString(),
});
const presentCallerApp = (row: typeof callerAppsConfig.$inferSelect): z.infer<typeof CallerApp> => ({
  id: row.id,
  name: row.name,
  label: row.label,
  description: row.description,
  is_active: row.isActive,
  created_at: row.createdAt.toISOString(),
});

type Target = { readonly sourceApp: string } | { readonly document: string } | { readonly job: string };

/** Corpora (`source_app`) and calling applications of a tenant. */
export function createRegistryRepository(db: Database) {
  return {
    /** The source_app a thing belongs to; null when the thing does not exist, or the source_app named is switched off. */
    findSourceApp: (scope: TenantScope, target: Target): Promise<string | null> =>
      db.inScope(scope, async (tx) => {
        const { sourceApp } = documents;
        const first = (rows: { sourceApp: string }[]) => rows[0]?.sourceApp ?? null;
        if ("document" in target)
          return first(await tx.select({ sourceApp }).from(documents).where(eq(documents.id, target.document)));
        if ("job" in target)
          return first(
            await tx
              .select({ sourceApp })
              .from(ingestionJobs)
              .innerJoin(documents, eq(documents.id, ingestionJobs.documentId))
              .where(eq(ingestionJobs.id, target.job)),
          );
        const isNamed = and(eq(sourceAppsConfig.sourceApp, target.sourceApp), eq(sourceAppsConfig.isActive, true));
        return first(await tx.select({ sourceApp: sourceAppsConfig.sourceApp }).from(sourceAppsConfig).where(isNamed));
      }),

    /** Slugs of every source_app that is switched on. */
    listActiveSourceApps: (scope: TenantScope) =>
      db.inScope(scope, async (tx) => {
        const { sourceApp, isActive } = sourceAppsConfig;
        const rows = await tx
          .select({ sourceApp })
          .from(sourceAppsConfig)
          .where(eq(isActive, true))
          .orderBy(asc(sourceApp));
        return rows.map((row) => row.sourceApp);
      }),

    /** @param only null = all of the tenant. */
    listSourceApps: (scope: TenantScope, only: readonly string[] | null, after: string | null, limit: number) =>
      db.inScope(scope, async (tx) => {
        const { sourceApp } = sourceAppsConfig;
        const rows = await tx
          .select()
          .from(sourceAppsConfig)
          .where(
            and(only ? inArray(sourceApp, [...only]) : undefined, after === null ? undefined : gt(sourceApp, after)),
          )
          .orderBy(asc(sourceApp))
          .limit(limit);
        return rows.map(presentSourceApp);
      }),

    findMissingSourceApps: (scope: TenantScope, slugs: readonly string[]) =>
      db.inScope(scope, async (tx) => {
        const { sourceApp } = sourceAppsConfig;
        const rows = await tx
          .select({ sourceApp })
          .from(sourceAppsConfig)
          .where(inArray(sourceApp, [...slugs]));
        const found = new Set(rows.map((row) => row.sourceApp));
        return slugs.filter((slug) => !found.has(slug));
      }),

    /** @returns null when the slug is taken. */
    insertSourceApp: (
      scope: TenantScope,
      app: { sourceApp: string; label: string; description: string; createdAt: Date },
    ) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx
          .insert(sourceAppsConfig)
          .values({ ...app, tenantId: scope.tenantId })
          .onConflictDoNothing()
          .returning();
        return rows[0] ? presentSourceApp(rows[0]) : null;
      }),

    updateSourceApp: (
      scope: TenantScope,
      slug: string,
      change: {
        label?: string;
        description?: string;
        egress?: "local_only" | "approved";
        approvedProviderIds?: string[];
        isActive?: boolean;
      },
    ) =>
      db.inScope(scope, async (tx) => {
        const isIt = eq(sourceAppsConfig.sourceApp, slug);
        const rows = isEmpty(change)
          ? await tx.select().from(sourceAppsConfig).where(isIt)
          : await tx.update(sourceAppsConfig).set(change).where(isIt).returning();
        return rows[0] ? presentSourceApp(rows[0]) : null;
      }),

    isActiveCallerApp: (scope: TenantScope, name: string) =>
      db.inScope(scope, async (tx) => {
        const { id, isActive } = callerAppsConfig;
        const rows = await tx
          .select({ id })
          .from(callerAppsConfig)
          .where(and(eq(callerAppsConfig.name, name), eq(isActive, true)));
        return rows.length > 0;
      }),

    listCallerApps: (scope: TenantScope, after: string | null, limit: number) =>
      db.inScope(scope, async (tx) => {
        const { name } = callerAppsConfig;
        const isAfter = after === null ? undefined : gt(name, after);
        const rows = await tx.select().from(callerAppsConfig).where(isAfter).orderBy(asc(name)).limit(limit);
        return rows.map(presentCallerApp);
      }),

    /** @returns null when the name is taken. */
    insertCallerApp: (
      scope: TenantScope,
      app: { id: string; name: string; label: string; description: string; createdAt: Date },
    ) =>
      db
        .inScope(scope, async (tx) => {
          const rows = await tx
            .insert(callerAppsConfig)
            .values({ ...app, tenantId: scope.tenantId })
            .returning();
          return rows[0] ? presentCallerApp(rows[0]) : null;
        })
        .catch((error: unknown) => {
          if (violatedConstraint(error) === "caller_apps_config_tenant_id_name_key") return null;
          throw error;
        }),

    updateCallerApp: (
      scope: TenantScope,
      id: string,
      change: { label?: string; description?: string; isActive?: boolean },
    ) =>
      db.inScope(scope, async (tx) => {
        const isIt = eq(callerAppsConfig.id, id);
        const rows = isEmpty(change)
          ? await tx.select().from(callerAppsConfig).where(isIt)
          : await tx.update(callerAppsConfig).set(change).where(isIt).returning();
        return rows[0] ? presentCallerApp(rows[0]) : null;
      }),
  };
}

const isEmpty = (change: object): boolean => Object.keys(change).length === 0;
