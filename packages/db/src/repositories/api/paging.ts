import { type AnyColumn, type SQL, sql } from "drizzle-orm";

/** The last row of the page before: lists run from the newest to the oldest. */
export interface PageCursor {
  readonly at: Date;
  readonly id: string;
}

/** Keyset paging: rows strictly after the cursor, whatever was inserted since. */
export const olderThan = (createdAt: AnyColumn, id: AnyColumn, after: PageCursor | null): SQL | undefined =>
  after ? sql`(${createdAt}, ${id}) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)` : undefined;
