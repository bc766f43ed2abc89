import type { TenantScope } from "@aurora/kernel";
import { eq, sql } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { tenants } from "../../schema/index.ts";

/** Which embedder a tenant's questions go by, and its moves from one to the next. */
export function createTenantEmbedders(db: Database) {
  return {
    embedderIdOf: async (scope: TenantScope): Promise<string | null> => {
      const rows = await db.queryInScope<{ embedder_id: string | null }>(scope, {
        name: "tenant_embedder",
        text: "select embedder_id from tenants where id = $1",
        values: [scope.tenantId],
      });
      return rows[0]?.embedder_id ?? null;
    },

    /**
     * Moves the tenant's questions to another embedder as soon as every published document has its vectors; its term
     * statistics go along. Publications of the tenant wait meanwhile, and are refused after it when they lack them.
     * @returns false when a document still lacks them, or when it has moved already.
     */
    moveTo: (
      scope: TenantScope,
      embedderId: string,
      indexVersion: (embedderId: string) => string,
      now: Date,
    ): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const [tenant] = await tx
          .select({ embedderId: tenants.embedderId })
          .from(tenants)
          .where(eq(tenants.id, scope.tenantId))
          .for("no key update");
        if (!tenant?.embedderId || tenant.embedderId === embedderId) return false;
        const lacking = await tx.execute(sql`
          select from documents d
          join document_versions v on v.tenant_id = d.tenant_id and v.document_id = d.id and v.version = d.published_version
          where not ${embedderId}::text = any (v.embedder_ids) limit 1`);
        if (lacking.rows.length > 0) return false;
        const [from, to] = [indexVersion(tenant.embedderId), indexVersion(embedderId)];
        for (const table of ["corpus_statistics", "term_statistics", "document_terms"]) {
          await tx.execute(sql`delete from ${sql.identifier(table)} where index_version = ${to}`);
          await tx.execute(
            sql`update ${sql.identifier(table)} set index_version = ${to} where index_version = ${from}`,
          );
        }
        await tx.execute(sql`update corpus_statistics set epoch = epoch + 1 where index_version = ${to}`);
        await tx.execute(sql`
          update tenants set embedder_id = ${embedderId}, embedder_since = ${now.toISOString()}::timestamptz,
            retired_embedder_ids = array_append(array_remove(retired_embedder_ids, ${embedderId}), ${tenant.embedderId})
          where id = ${scope.tenantId}`);
        return true;
      }),

    /** Embedders that questions moved away from before `movedBefore`. From here on no version counts as having their vectors. */
    findRetired: (scope: TenantScope, movedBefore: Date): Promise<string[]> =>
      db.inScope(scope, async (tx) => {
        const [tenant] = await tx
          .select({ retired: tenants.retiredEmbedderIds, since: tenants.embedderSince })
          .from(tenants)
          .where(eq(tenants.id, scope.tenantId));
        if (!tenant?.since || tenant.since >= movedBefore) return [];
        for (const embedderId of tenant.retired)
          await tx.execute(sql`
            update document_versions set embedder_ids = array_remove(embedder_ids, ${embedderId})
            where ${embedderId}::text = any (embedder_ids)`);
        return tenant.retired;
      }),

    forgetRetired: async (scope: TenantScope, embedderId: string): Promise<void> => {
      await db.inScope(scope, async (tx) => {
        await tx.execute(sql`delete from chunk_embeddings where embedder_id = ${embedderId}`);
        await tx.execute(sql`
          update tenants set retired_embedder_ids = array_remove(retired_embedder_ids, ${embedderId})
          where id = ${scope.tenantId}`);
      });
    },
  };
}
