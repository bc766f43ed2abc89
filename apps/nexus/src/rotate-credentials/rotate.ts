import type { CredentialCipher, SealedCredential } from "@aurora/auth";
import { AppError, jobScope, type SystemScope, systemScope, type TenantScope } from "@aurora/kernel";

/** What the rotation needs of the database. */
export interface CredentialRows {
  listTenants(scope: SystemScope): Promise<readonly string[]>;
  listCredentials(
    scope: TenantScope,
    keyId: string,
  ): Promise<{
    readonly others: readonly (SealedCredential & { readonly providerId: string })[];
    readonly current: number;
  }>;
  replaceCredential(
    scope: TenantScope,
    before: SealedCredential & { readonly providerId: string },
    after: SealedCredential,
  ): Promise<boolean>;
}

export interface Rotation {
  /** Sealed anew. */
  readonly rotated: number;
  /** Sealed by the present key before. */
  readonly current: number;
  /** Entered anew, or removed, while this ran: somebody else's to seal, and sealed by the present key. */
  readonly changedMeanwhile: number;
  /** Which no key at hand opens: they have to be entered again. */
  readonly unreadable: readonly { readonly tenantId: string; readonly providerId: string }[];
}

/**
 * Seals every tenant's provider keys anew with the present master key, one row at a time and while all services run:
 * before and after, each row opens with a key they hold. Safe to run again and by several at once.
 */
export async function rotateCredentials(rows: CredentialRows, cipher: CredentialCipher): Promise<Rotation> {
  let rotated = 0;
  let current = 0;
  let changedMeanwhile = 0;
  const unreadable: { tenantId: string; providerId: string }[] = [];
  for (const tenantId of await rows.listTenants(systemScope("rotate credentials"))) {
    const scope = jobScope(tenantId, "rotate.credentials");
    const found = await rows.listCredentials(scope, cipher.keyId);
    current += found.current;
    for (const before of found.others) {
      const owner = { tenantId, providerId: before.providerId };
      const secret = opened(cipher, owner, before);
      if (secret === null) unreadable.push(owner);
      else if (await rows.replaceCredential(scope, before, cipher.seal(owner, secret))) rotated += 1;
      else changedMeanwhile += 1;
    }
  }
  return { rotated, current, changedMeanwhile, unreadable };
}

function opened(
  cipher: CredentialCipher,
  owner: { tenantId: string; providerId: string },
  sealed: SealedCredential,
): string | null {
  try {
    return cipher.open(owner, sealed);
  } catch (error) {
    if (AppError.is(error)) return null;
    throw error;
  }
}
