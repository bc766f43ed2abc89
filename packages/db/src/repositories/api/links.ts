import type { SystemScope, TenantScope } from "@aurora/kernel";
import { and, desc, eq, getTableColumns, isNull, type SQL, sql } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { lookupDocumentLink, type TenantRow } from "../../lookups.ts";
import { documentLinks, documents, tenants } from "../../schema/index.ts";
import { olderThan, type PageCursor } from "./paging.ts";

export interface LinkRow {
  readonly id: string;
  readonly documentId: string;
  readonly prefix: string;
  readonly maxDownloads: number | null;
  readonly downloadsCount: number;
  readonly lastDownloadAt: Date | null;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
}
export interface NewLink
  extends Pick<LinkRow, "id" | "documentId" | "prefix" | "maxDownloads" | "createdBy" | "createdAt" | "expiresAt"> {
  readonly tokenHash: string;
}

const { tenantId: _tenantId, tokenHash: _tokenHash, ...columns } = getTableColumns(documentLinks);

const { id, documentId, maxDownloads, downloadsCount, createdAt, expiresAt, revokedAt } = columns;

/** Public links to originals, and the tenant's switch. */
export function createLinkRepository(db: Database) {
  return {
    lookupLink: (scope: SystemScope, hash: string): Promise<TenantRow | null> =>
      db.inSystem(scope, (tx) => lookupDocumentLink(tx, hash)),

    insertLink: async (scope: TenantScope, link: NewLink): Promise<void> => {
      await db.inScope(scope, (tx) => tx.insert(documentLinks).values({ ...link, tenantId: scope.tenantId }));
    },

    listLinks: (scope: TenantScope, document: string, after: PageCursor | null, limit: number): Promise<LinkRow[]> =>
      db.inScope(scope, (tx) =>
        tx
          .select(columns)
          .from(documentLinks)
          .where(and(eq(documentId, document), olderThan(createdAt, id, after)))
          .orderBy(desc(createdAt), desc(id))
          .limit(limit),
      ),

    /** Null when the link is gone. */
    findLink: (scope: TenantScope, linkId: string): Promise<LinkRow | null> =>
      db.inScope(scope, async (tx) => {
        const [row] = await tx.select(columns).from(documentLinks).where(eq(id, linkId));
        return row ?? null;
      }),

    /** Where a document stands, and whether its tenant lets anybody link to it. */
    findLinkedDocument: (scope: TenantScope, document: string) =>
      db.inScope(scope, async (tx) => {
        const [row] = await tx
          .select({ sourceApp: documents.sourceApp, isTenantOpen: tenants.publicLinksEnabled })
          .from(documents)
          .innerJoin(tenants, eq(tenants.id, documents.tenantId))
          .where(eq(documents.id, document));
        return row ?? null;
      }),

    /** @returns false when there is no such link of the document. */
    revokeLink: (scope: TenantScope, document: string, linkId: string, now: Date): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const isIt = and(eq(id, linkId), eq(documentId, document));
        await tx
          .update(documentLinks)
          .set({ revokedAt: now })
          .where(and(isIt, isNull(revokedAt)));
        const found = await tx.select({ id }).from(documentLinks).where(isIt);
        return found.length > 0;
      }),

    /** Counts one download, of as many as are left. @returns false when none is, or the link has ended meanwhile. */
    countDownload: (scope: TenantScope, linkId: string, now: Date): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const isLeft: SQL = sql`(${maxDownloads} is null or ${downloadsCount} < ${maxDownloads})`;
        const counted = await tx
          .update(documentLinks)
          .set({ downloadsCount: sql`${downloadsCount} + 1`, lastDownloadAt: now })
          .where(and(eq(id, linkId), isNull(revokedAt), sql`${expiresAt} > ${now.toISOString()}::timestamptz`, isLeft));
        return (counted.rowCount ?? 0) > 0;
      }),

    arePublicLinksEnabled: (scope: TenantScope): Promise<boolean> =>
      db.inScope(scope, async (tx) => {
        const [row] = await tx.select({ isEnabled: tenants.publicLinksEnabled }).from(tenants);
        return row?.isEnabled ?? false;
      }),

    setPublicLinksEnabled: async (scope: TenantScope, isEnabled: boolean): Promise<void> => {
      await db.inScope(scope, (tx) =>
        tx.update(tenants).set({ publicLinksEnabled: isEnabled }).where(eq(tenants.id, scope.tenantId)),
      );
    },
  };
}
