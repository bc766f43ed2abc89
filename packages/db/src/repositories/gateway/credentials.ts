import type { SystemScope, TenantScope } from "@aurora/kernel";
import { and, eq, ne } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { lookupTenants } from "../../lookups.ts";
import { llmCredentials } from "../../schema/index.ts";

interface StoredCredential {
  readonly providerId: string;
  readonly keyId: string;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** Sealed provider keys, for their re-encryption under another master key. */
export function createCredentialRows(db: Database) {
  return {
    listTenants: (scope: SystemScope): Promise<string[]> => db.inSystem(scope, lookupTenants),

    /** Those of the tenant that another key than `keyId` sealed, and how many that one did. */
    listCredentials: (scope: TenantScope, keyId: string) =>
      db.inScope(scope, async (tx) => {
        const others: StoredCredential[] = await tx
          .select({
            providerId: llmCredentials.providerId,
            keyId: llmCredentials.keyId,
            nonce: llmCredentials.nonce,
            ciphertext: llmCredentials.ciphertext,
          })
          .from(llmCredentials)
          .where(ne(llmCredentials.keyId, keyId));
        const current = await tx.$count(llmCredentials, eq(llmCredentials.keyId, keyId));
        return { others, current };
      }),

    /** @returns false when the credential has changed or gone since it was read. */
    replaceCredential: (scope: TenantScope, before: StoredCredential, after: Omit<StoredCredential, "providerId">) =>
      db.inScope(scope, async (tx) => {
        const { ciphertext, keyId, nonce } = after;
        const isAsRead = and(
          eq(llmCredentials.providerId, before.providerId),
          eq(llmCredentials.keyId, before.keyId),
          eq(llmCredentials.nonce, before.nonce),
        );
        const changed = await tx
          .update(llmCredentials)
          .set({ ciphertext, keyId, nonce })
          .where(isAsRead)
          .returning({ id: llmCredentials.providerId });
        return changed.length > 0;
      }),
  };
}
