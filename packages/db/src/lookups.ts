import { sql } from "drizzle-orm";
import type { Transaction } from "./database.ts";

/**
 * The look-ups made before a tenant is known, each a SECURITY DEFINER function that returns ids and nothing else
 * (migrations/0001_foundation.sql). Call them in `database.inSystem`; read the row itself under its tenant's scope.
 */
export interface TenantRow {
  readonly tenantId: string;
  readonly id: string;
}

async function rows(tx: Transaction, call: ReturnType<typeof sql>): Promise<TenantRow[]> {
  const result = await tx.execute<{ tenant_id: string; id: string }>(sql`select tenant_id, id from ${call}`);
  return result.rows.map((row) => ({ tenantId: row.tenant_id, id: row.id }));
}
const first = async (tx: Transaction, call: ReturnType<typeof sql>): Promise<TenantRow | null> =>
  (await rows(tx, call))[0] ?? null;

/** Ids of every tenant, in order. */
export const lookupTenants = async (tx: Transaction): Promise<string[]> =>
  (await rows(tx, sql`lookup_tenants()`)).map((row) => row.tenantId);

/** @param folded The e-mail as `users.email_folded` holds it. */
export const lookupUserByEmail = (tx: Transaction, folded: string): Promise<TenantRow | null> =>
  first(tx, sql`lookup_user_by_email(${folded})`);

/** @param hash SHA-256 hex of the whole key. Says nothing of expiry or revocation: read the row. */
export const lookupApiKey = (tx: Transaction, hash: string): Promise<TenantRow | null> =>
  first(tx, sql`lookup_api_key(${hash})`);

export const lookupIngestionJob = (tx: Transaction, jobId: string): Promise<TenantRow | null> =>
  first(tx, sql`lookup_ingestion_job(${jobId}::uuid)`);

/** Open jobs untouched since `before`, the longest-waiting first. */
export const lookupStaleIngestionJobs = (tx: Transaction, before: Date, atMost: number): Promise<TenantRow[]> =>
  rows(tx, sql`lookup_stale_ingestion_jobs(${before.toISOString()}::timestamptz, ${atMost})`);

/** @param hash SHA-256 hex of the whole token. Says nothing of expiry or revocation: read the row. */
export const lookupDocumentLink = (tx: Transaction, hash: string): Promise<TenantRow | null> =>
  first(tx, sql`lookup_document_link(${hash})`);

/** @param hash SHA-256 hex of the whole key. Says nothing of expiry or revocation: read the row. */
export const lookupVirtualKey = (tx: Transaction, hash: string): Promise<TenantRow | null> =>
  first(tx, sql`lookup_virtual_key(${hash})`);
