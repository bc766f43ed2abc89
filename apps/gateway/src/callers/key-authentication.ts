import type { IncomingHttpHeaders } from "node:http";
import { isVirtualKey } from "@aurora/auth";
import {
  AppError,
  type Clock,
  jobScope,
  type SystemScope,
  sha256Hex,
  systemScope,
  type TenantScope,
} from "@aurora/kernel";
import type { Logger } from "@aurora/telemetry";
import { byTenant, createWriteBehind } from "../use-cases/write-behind.ts";

/** Whoever calls with a virtual key, and what the key may do. */
export interface VirtualKeyCaller {
  readonly tenantId: string;
  readonly keyId: string;
  readonly name: string;
  readonly callerApp: string;
  readonly sourceApp: string | null;
  readonly userId: string | null;
  /** Patterns (contracts: ModelPattern); null = every model. */
  readonly allowedModels: readonly string[] | null;
  readonly egress: "local_only" | "approved";
  readonly approvedProviderIds: readonly string[];
  readonly sharesCache: boolean;
  readonly expiresAt: Date;
}

/** What is needed of the database; `@aurora/db` satisfies it. */
export interface VirtualKeyRows {
  lookupVirtualKey(scope: SystemScope, hash: string): Promise<{ tenantId: string; id: string } | null>;
  findVirtualKey(scope: TenantScope, keyId: string): Promise<VirtualKeyRow | null>;
  touchVirtualKeys(scope: TenantScope, keyIds: readonly string[], at: Date): Promise<void>;
}
interface VirtualKeyRow extends Omit<VirtualKeyCaller, "tenantId" | "keyId"> {
  readonly lastUsedAt: Date | null;
  readonly revokedAt: Date | null;
  readonly isMakerAble: boolean;
  readonly isUserAble: boolean;
  readonly isCallerAppActive: boolean;
}

export interface KeyAuthenticationOptions {
  readonly rows: VirtualKeyRows;
  /** How long a revocation or a change of a key may go unseen. */
  readonly maxAgeMs: number;
  /** ENFORCE_CALLER_APP_REGISTRY: a key of an application that was switched off is refused. */
  readonly isCallerAppRegistryEnforced: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
}
export interface KeyAuthentication {
  /**
   * The caller behind `Authorization: Bearer nxv_…`. A missing, malformed, unknown, expired or revoked key is refused
   * with one and the same error, after the same reads.
   * @throws AppError `unauthenticated`; `invalid_input` for an identity header (`X-Aurora-*`), which is believed of
   *   internal calls alone; `unknown_caller_app`; `unavailable` when the database does not answer: what cannot be
   *   checked is not let through.
   */
  authenticateKey(headers: IncomingHttpHeaders): Promise<VirtualKeyCaller>;
  /** Writes when each key was last used. */
  close(): Promise<void>;
}

/** `last_used_at` is this exact, so that a busy key is not a hot row. */
const keyUseResolutionMs = 60_000;
const maxKnownKeys = 10_000;
/** Not an identity: it asks for an answer from the cache, or for none. */
const harmlessHeader = "x-aurora-cache";
const nobody = { tenantId: "00000000-0000-0000-0000-000000000000", id: "00000000-0000-0000-0000-000000000000" };

interface KnownKey {
  readonly tenantId: string;
  readonly id: string;
  row: Promise<VirtualKeyRow | null>;
  readAtMs: number;
  touchedAtMs: number;
}

/**
 * Keys are known by their SHA-256: 256 random bits need neither salt nor stretching, and the text of a key is kept nowhere.
 * A key's tenant never changes and is looked up once a process; its row is read again every `maxAgeMs`, and calls that
 * come meanwhile share the read.
 */
export function createKeyAuthentication(options: KeyAuthenticationOptions): KeyAuthentication {
  const { clock, logger, maxAgeMs, rows } = options;
  const known = new Map<string, KnownKey>();
  const touches = createWriteBehind<{ readonly tenantId: string; readonly keyId: string }>({
    name: "virtual key uses",
    maxItems: maxKnownKeys,
    maxBatch: 500,
    intervalMs: 1_000,
    logger,
    async write(batch) {
      const at = new Date(clock.nowMs());
      for (const [tenantId, own] of byTenant(batch))
        await rows.touchVirtualKeys(
          jobScope(tenantId, "gateway.keys"),
          own.map(({ keyId }) => keyId),
          at,
        );
    },
  });
  const read = (key: { tenantId: string; id: string }) =>
    rows.findVirtualKey(jobScope(key.tenantId, "gateway.keys"), key.id);

  async function introduce(hash: string): Promise<KnownKey | null> {
    const readAtMs = clock.nowMs();
    const found = await rows.lookupVirtualKey(systemScope("authenticate a virtual key"), hash);
    const row = await read(found ?? nobody);
    if (found === null) return null; // not remembered: guesses would crowd out the keys there are
    const oldest = known.size >= maxKnownKeys ? known.keys().next() : null;
    if (oldest && !oldest.done) known.delete(oldest.value);
    const key = { ...found, row: Promise.resolve(row), readAtMs, touchedAtMs: row?.lastUsedAt?.getTime() ?? 0 };
    known.set(hash, key);
    return key;
  }

  function refresh(key: KnownKey): void {
    key.readAtMs = clock.nowMs();
    key.row = read(key);
    key.row.catch(() => {
      key.readAtMs = 0; // read again by whoever comes next; those who waited are told why
    });
  }

  return {
    async authenticateKey(headers) {
      const credential = /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
      const hash = sha256Hex(credential);
      if (!isVirtualKey(credential)) throw refused();
      const identity = Object.keys(headers).find((name) => name.startsWith("x-aurora-") && name !== harmlessHeader);
      if (identity !== undefined)
        throw new AppError("invalid_input", "This header is not accepted with a virtual key.", {
          params: { header: identity },
        });
      const key = known.get(hash) ?? (await introduce(hash));
      if (key === null) throw refused();
      if (clock.nowMs() - key.readAtMs >= maxAgeMs) refresh(key);
      const row = await key.row;
      const now = clock.nowMs();
      if (!row?.isMakerAble || !row.isUserAble || row.revokedAt || row.expiresAt.getTime() <= now) throw refused();
      if (options.isCallerAppRegistryEnforced && !row.isCallerAppActive)
        throw new AppError("unknown_caller_app", "The calling application of this key is switched off.", {
          params: { caller_app: row.callerApp },
        });
      if (now - key.touchedAtMs > keyUseResolutionMs) {
        key.touchedAtMs = now;
        touches.add({ tenantId: key.tenantId, keyId: key.id });
      }
      return callerOf(key, row);
    },
    close: () => touches.close(),
  };
}

const refused = (): AppError => new AppError("unauthenticated", "The API key is missing or not valid.");

const callerOf = ({ id, tenantId }: KnownKey, row: VirtualKeyRow): VirtualKeyCaller => ({
  tenantId,
  keyId: id,
  name: row.name,
  callerApp: row.callerApp,
  sourceApp: row.sourceApp,
  userId: row.userId,
  allowedModels: row.allowedModels,
  egress: row.egress,
  approvedProviderIds: row.approvedProviderIds,
  sharesCache: row.sharesCache,
  expiresAt: row.expiresAt,
});
