import { type CallerApp, IngestionSettings, type SourceApp } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { and, asc, eq, gt, inArray } from "drizzle-orm";
import type { z } from "zod";
import { type Database, type Statement, violatedConstraint } from "../../database.ts";
import { callerAppsConfig, sourceAppsConfig } from "../../schema/index.ts";

const presentSourceApp = (row: typeof sourceAppsConfig.$inferSelect): SourceApp => ({
  source_app: row.sourceApp,
  label: row.label,
  description: row.description,
  egress: row.egress,
  approved_provider_ids: row.approvedProviderIds,
  ingestion: IngestionSettings.parse(row.ingestion),
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
    async findSourceApp(scope: TenantScope, target: Target): Promise<string | null> {
      const rows = await db.queryInScope<{ source_app: string }>(scope, sourceAppStatement(target));
      return rows[0]?.source_app ?? null;
    },

    /** Slugs of every source_app that is switched on. */
    async listActiveSourceApps(scope: TenantScope) {
      const rows = await db.queryInScope<{ source_app: string }>(scope, {
        name: "api_active_source_apps",
        text: "select source_app from source_apps_config where is_active order by source_app",
        values: [],
      });
      return rows.map((row) => row.source_app);
    },

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
        ingestion?: IngestionSettings;
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

    async isActiveCallerApp(scope: TenantScope, name: string) {
      const rows = await db.queryInScope(scope, {
        name: "api_active_caller_app",
        text: "select 1 from caller_apps_config where name = $1 and is_active",
        values: [name],
      });
      return rows.length > 0;
    },

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

function sourceAppStatement(target: Target): Statement {
  if ("document" in target)
    return {
      name: "api_source_app_of_document",
      text: "select source_app from documents where id = $1",
      values: [target.document],
    };
  if ("job" in target)
    return {
      name: "api_source_app_of_job",
      text: `select d.source_app from ingestion_jobs j
        join documents d on d.tenant_id = j.tenant_id and d.id = j.document_id where j.id = $1`,
      values: [target.job],
    };
  return {
    name: "api_source_app_named",
    text: "select source_app from source_apps_config where source_app = $1 and is_active",
    values: [target.sourceApp],
  };
}

const isEmpty = (change: object): boolean => Object.keys(change).length === 0;
