import { type SQL, sql } from "drizzle-orm";
import type { Transaction } from "../database.ts";

/** The tables of cached answers. A row names the documents its answer draws on. */
const tables = ["llm_cache_exact", "llm_cache_semantic_entries"] as const;

/**
 * Deletes every cached answer that draws on a document, in the transaction that changes it: no replica finds one after it
 * commits. @returns how many there were.
 */
export async function forgetAnswers(tx: Transaction, documentId: string): Promise<number> {
  let count = 0;
  for (const table of tables) {
    const deleted = await tx.execute(
      sql`delete from ${sql.identifier(table)} where document_ids @> array[${documentId}]::uuid[]`,
    );
    count += deleted.rowCount ?? 0;
  }
  return count;
}

/** How many cached answers draw on a document, as a scalar. */
export const answersOn = (documentId: string): SQL =>
  sql`(${sql.join(
    tables.map(
      (table) =>
        sql`(select count(*) from ${sql.identifier(table)} where document_ids @> array[${documentId}]::uuid[])`,
    ),
    sql` + `,
  )})::int`;
