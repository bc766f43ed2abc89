import {
  accountThrottle,
  addressThrottle,
  countFailure,
  hashPassword,
  type SessionTokens,
  type SourceAppGrant,
  type ThrottleState,
  verifyNobody,
  verifyPassword,
  waitBeforeAttemptMs,
} from "@aurora/auth";
import type { CurrentUser, Role, User } from "@aurora/contracts";
import {
  AppError,
  type Clock,
  type SystemScope,
  sha256Hex,
  systemScope,
  type TenantScope,
  tenantScope,
} from "@aurora/kernel";
import type { z } from "zod";

interface Profile {
  readonly user: z.infer<typeof User>;
  readonly tenantName: string;
  readonly grants: readonly SourceAppGrant[];
  readonly mustChangePassword: boolean;
  readonly isService: boolean;
}

export interface SignInDeps {
  readonly clock: Clock;
  readonly tokens: SessionTokens;
  /** RETURN_JWT_IN_BODY: service users also get the token in the body. */
  readonly returnTokenInBody: boolean;
  readonly accounts: {
    lookupUserByEmail(scope: SystemScope, emailFolded: string): Promise<{ tenantId: string; id: string } | null>;
    findCredentials(
      scope: TenantScope,
      userId: string,
    ): Promise<{ passwordHash: string; isActive: boolean; tokenVersion: number; email: string } | null>;
    findProfile(scope: TenantScope, userId: string): Promise<Profile | null>;
    findTenantName(scope: TenantScope): Promise<string>;
    recordLogin(scope: TenantScope, userId: string, at: Date): Promise<void>;
    raiseTokenVersion(scope: TenantScope, userId: string): Promise<void>;
    changePassword(scope: TenantScope, userId: string, passwordHash: string): Promise<number | null>;
    updateThrottles(
      scope: SystemScope,
      keyHashes: readonly string[],
      decide: (states: ReadonlyMap<string, ThrottleState>) => ReadonlyMap<string, ThrottleState> | null,
    ): Promise<void>;
  };
  readonly keys: {
    findKey(
      scope: TenantScope,
      keyId: string,
    ): Promise<{ name: string; role: Role; permissions: SourceAppGrant[] } | null>;
  };
  /** The note with the first administrator's password, of no use once it was changed. */
  readonly firstAdministratorNote: { removeFor(email: string): Promise<void> };
}

export interface SignedIn {
  /** For the cookie. */
  readonly token: string;
  /** For the body: the token, or the literal `cookie_only`. */
  readonly bodyToken: string;
  readonly user: CurrentUser;
}

/** One address in the whole instance, whatever its letters' case. */
export const foldEmail = (email: string): string => email.trim().normalize("NFKC").toLowerCase();

const nobody = { read: [], ingest: [], manage: [] };
const wrong = () => new AppError("invalid_credentials", "The e-mail address or the password is not right.");
const throttleScope = systemScope("count sign-in attempts");

export function createSignIn(deps: SignInDeps) {
  const { accounts, clock, tokens } = deps;

  /**
   * Counts the attempt as failed before the password is looked at; `forgive` takes it back.
   * @throws AppError `rate_limited`.
   */
  async function reserveAttempt(emailFolded: string, address: string): Promise<{ forgive(): Promise<void> }> {
    const account = sha256Hex(`account:${emailFolded}`);
    const source = sha256Hex(`address:${address}`);
    let waitMs = 0;
    await accounts.updateThrottles(throttleScope, [account, source], (states) => {
      const now = clock.nowMs();
      const [ofAccount = null, ofAddress = null] = [states.get(account), states.get(source)];
      waitMs = Math.max(waitBeforeAttemptMs(ofAccount, now), waitBeforeAttemptMs(ofAddress, now));
      if (waitMs > 0) return null;
      return new Map([
        [account, countFailure(accountThrottle, ofAccount, now)],
        [source, countFailure(addressThrottle, ofAddress, now)],
      ]);
    });
    if (waitMs > 0)
      throw new AppError("rate_limited", "Too many failed attempts.", {
        params: { retry_after_s: Math.ceil(waitMs / 1_000) },
      });
    return {
      forgive: () =>
        accounts.updateThrottles(throttleScope, [account, source], (states) => {
          const counted = states.get(source);
          const failures = Math.max(0, (counted?.failures ?? 1) - 1);
          const updatedAtMs = clock.nowMs();
          return new Map([
            [account, { failures: 0, blockedUntilMs: null, updatedAtMs }],
            [source, { failures, blockedUntilMs: null, updatedAtMs }],
          ]);
        }),
    };
  }

  const present = ({ user, tenantName, grants, mustChangePassword }: Profile, scope: TenantScope): CurrentUser => ({
    id: user.id,
    kind: "user",
    email: user.email,
    name: user.name,
    role: user.role,
    tenant_id: scope.tenantId,
    tenant_name: tenantName,
    locale: user.locale,
    must_change_password: mustChangePassword,
    permissions: user.role === "superadmin" || user.role === "admin" ? null : copyGrants(grants),
  });

  return {
    /** @throws AppError `invalid_credentials` for a wrong password, an unknown and a disabled account alike; `rate_limited`. */
    async logIn(email: string, password: string, address: string): Promise<SignedIn> {
      const folded = foldEmail(email);
      const attempt = await reserveAttempt(folded, address);
      const found = await accounts.lookupUserByEmail(systemScope("sign in by e-mail"), folded);
      const scope = found && tenantScope(found.tenantId, { kind: "user", id: found.id, role: "user" }, nobody);
      const credentials = scope && (await accounts.findCredentials(scope, found.id));
      const isRight = credentials
        ? await verifyPassword(credentials.passwordHash, password)
        : await verifyNobody(password);
      if (!isRight || !scope || !credentials?.isActive) throw wrong();
      await attempt.forgive();
      await accounts.recordLogin(scope, found.id, new Date(clock.nowMs()));
      const profile = await accounts.findProfile(scope, found.id);
      if (!profile) throw wrong();
      const claims = { userId: found.id, tenantId: scope.tenantId, tokenVersion: credentials.tokenVersion };
      const token = await tokens.sign(claims);
      const bodyToken = deps.returnTokenInBody && profile.isService ? token : "cookie_only";
      return { token, bodyToken, user: present(profile, scope) };
    },

    /** Ends every session of the user. A key has none to end. */
    async logOut(scope: TenantScope): Promise<void> {
      if (scope.principal.kind === "user") await accounts.raiseTokenVersion(scope, scope.principal.id);
    },

    async describeCaller(scope: TenantScope): Promise<CurrentUser> {
      const { kind, id, role } = scope.principal;
      if (kind === "user") {
        const profile = await accounts.findProfile(scope, id);
        if (profile) return present(profile, scope);
      } else if (kind === "key") {
        const key = await deps.keys.findKey(scope, id);
        if (key)
          return {
            id,
            kind,
            email: null,
            name: key.name,
            role,
            tenant_id: scope.tenantId,
            tenant_name: await accounts.findTenantName(scope),
            locale: "fr",
            must_change_password: false,
            permissions: scope.grants === "all" ? null : copyGrants(key.permissions),
          };
      }
      throw new AppError("unauthenticated", "Authentication is required.");
    },

    /**
     * Every other session ends. @returns the token that keeps this one.
     * @throws AppError `invalid_credentials` for a wrong present password; `forbidden` for a key.
     */
    async changePassword(scope: TenantScope, current: string, next: string, address: string): Promise<string> {
      const { kind, id } = scope.principal;
      const credentials = kind === "user" ? await accounts.findCredentials(scope, id) : null;
      if (!credentials) throw new AppError("forbidden", "Only a person has a password.");
      const attempt = await reserveAttempt(foldEmail(credentials.email), address);
      if (!(await verifyPassword(credentials.passwordHash, current))) throw wrong();
      await attempt.forgive();
      const tokenVersion = await accounts.changePassword(scope, id, await hashPassword(next));
      if (tokenVersion === null) throw wrong();
      await deps.firstAdministratorNote.removeFor(credentials.email);
      return tokens.sign({ userId: id, tenantId: scope.tenantId, tokenVersion });
    },
  };
}

const copyGrants = (grants: readonly SourceAppGrant[]) =>
  grants.map(({ source_app, permissions }) => ({ source_app, permissions: [...permissions] }));
