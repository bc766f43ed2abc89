import { grantsOf, looksLikeApiKey, type SessionTokens, type SourceAppGrant } from "@aurora/auth";
import type { Role } from "@aurora/contracts";
import {
  AppError,
  type Clock,
  type SystemScope,
  sha256Hex,
  systemScope,
  type TenantScope,
  tenantScope,
} from "@aurora/kernel";

/** Who is calling, checked against the database on this very request. */
export interface Session {
  readonly scope: TenantScope;
  readonly via: "cookie" | "bearer" | "key";
  /** Calling applications the key is bound to; empty = any. */
  readonly callerApps: readonly string[];
  /** The password was set by somebody else: nothing but changing it may be done with this session. */
  readonly mustChangePassword: boolean;
}

export interface UserAccess {
  readonly role: Role;
  readonly isActive: boolean;
  readonly tokenVersion: number;
  readonly mustChangePassword: boolean;
  readonly permissions: readonly SourceAppGrant[];
}
export interface KeyAccess {
  readonly role: Role;
  readonly permissions: readonly SourceAppGrant[];
  readonly callerApps: readonly string[];
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  readonly lastUsedAt: Date | null;
  /** Whoever made it is still an active administrator. */
  readonly isMakerAble: boolean;
}

export interface AuthenticateDeps {
  readonly clock: Clock;
  readonly tokens: SessionTokens;
  readonly accounts: {
    findUserAccess(scope: TenantScope, userId: string): Promise<UserAccess | null>;
    lookupApiKey(scope: SystemScope, hash: string): Promise<{ tenantId: string; id: string } | null>;
    findKeyAccess(scope: TenantScope, keyId: string): Promise<KeyAccess | null>;
    touchKey(scope: TenantScope, keyId: string, at: Date): Promise<void>;
  };
}

const refused = () => new AppError("unauthenticated", "Authentication is required.");
/** `last_used_at` is this exact, so that a busy key is not a hot row. */
const keyUseResolutionMs = 60_000;
const bare = { read: [], ingest: [], manage: [] };

/**
 * Credential → session. The row decides, not the token: a logout, a disabled user or changed permissions count at once,
 * for the keys an administrator made too.
 * @throws AppError `unauthenticated` or `token_expired`.
 */
export function createAuthenticate({ clock, tokens, accounts }: AuthenticateDeps) {
  async function ofKey(key: string): Promise<Session> {
    const found = await accounts.lookupApiKey(systemScope("authenticate an API key"), sha256Hex(key));
    if (!found) throw refused();
    const lookup = tenantScope(found.tenantId, { kind: "key", id: found.id, role: "user" }, bare);
    const access = await accounts.findKeyAccess(lookup, found.id);
    const now = clock.nowMs();
    if (!access?.isMakerAble || access.revokedAt || access.expiresAt.getTime() <= now) throw refused();
    if (now - (access.lastUsedAt?.getTime() ?? 0) > keyUseResolutionMs)
      await accounts.touchKey(lookup, found.id, new Date(now));
    const principal = { kind: "key", id: found.id, role: access.role } as const;
    return {
      scope: tenantScope(found.tenantId, principal, grantsOf(access.role, access.permissions)),
      via: "key",
      callerApps: access.callerApps,
      mustChangePassword: false,
    };
  }

  async function ofToken(token: string, via: "cookie" | "bearer"): Promise<Session> {
    const { userId, tenantId, tokenVersion } = await tokens.verify(token);
    const lookup = tenantScope(tenantId, { kind: "user", id: userId, role: "user" }, bare);
    const access = await accounts.findUserAccess(lookup, userId);
    if (!access?.isActive || access.tokenVersion !== tokenVersion) throw refused();
    const principal = { kind: "user", id: userId, role: access.role } as const;
    return {
      scope: tenantScope(tenantId, principal, grantsOf(access.role, access.permissions)),
      via,
      callerApps: [],
      mustChangePassword: access.mustChangePassword,
    };
  }

  return (credential: string, carrier: "cookie" | "bearer"): Promise<Session> =>
    carrier === "bearer" && looksLikeApiKey(credential) ? ofKey(credential) : ofToken(credential, carrier);
}
