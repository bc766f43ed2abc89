import type { Permission, Role, User } from "@aurora/contracts";
import type { SystemScope, TenantScope } from "@aurora/kernel";
import { desc, eq, inArray, sql } from "drizzle-orm";
import type { z } from "zod";
import { type Database, type Transaction, violatedConstraint } from "../../database.ts";
import { lookupTenants, lookupUserByEmail, type TenantRow } from "../../lookups.ts";
import {
  apiKeys,
  callerAppsConfig,
  loginThrottle,
  sourceAppsConfig,
  tenants,
  userPermissions,
  users,
} from "../../schema/index.ts";
import type { NewApiKeyRow } from "./api-keys.ts";
import { olderThan, type PageCursor } from "./paging.ts";

interface Grant {
  readonly source_app: string;
  readonly permissions: readonly Permission[];
}
interface NewUser {
  readonly id: string;
  readonly email: string;
  readonly emailFolded: string;
  readonly name: string;
  readonly passwordHash: string;
  readonly role: Role;
  readonly locale: string;
  readonly isService: boolean;
  readonly mustChangePassword: boolean;
  readonly createdAt: Date;
}
interface ThrottleState {
  readonly failures: number;
  readonly blockedUntilMs: number | null;
  readonly updatedAtMs: number;
}

const permissionsOfUser = sql<Grant[]>`coalesce((
  select jsonb_agg(jsonb_build_object('source_app', p.source_app, 'permissions', to_jsonb(array_remove(array[
    case when p.can_read then 'read' end, case when p.can_ingest then 'ingest' end, case when p.can_manage then 'manage' end
  ], null))) order by p.source_app)
  from user_permissions p where p.user_id = users.id), '[]')`;

const present = (row: typeof users.$inferSelect): z.infer<typeof User> => ({
  id: row.id,
  email: row.email,
  name: row.name,
  role: row.role,
  locale: row.locale,
  is_service: row.isService,
  is_active: row.isActive,
  created_at: row.createdAt.toISOString(),
  last_login_at: row.lastLoginAt?.toISOString() ?? null,
});

/** People: sign-in, their rights, the throttle of failed sign-ins, and the tenant itself. */
export function createAccountRepository(db: Database) {
  const findOne = (tx: Transaction, userId: string) =>
    tx
      .select()
      .from(users)
      .where(eq(users.id, userId))
      .then((rows) => rows[0] ?? null);

  return {
    lookupUserByEmail: (scope: SystemScope, emailFolded: string): Promise<TenantRow | null> =>
      db.inSystem(scope, (tx) => lookupUserByEmail(tx, emailFolded)),

    async findUserAccess(scope: TenantScope, userId: string) {
      const rows = await db.queryInScope<{
        role: Role;
        is_active: boolean;
        token_version: number;
        must_change_password: boolean;
        grants: Grant[];
      }>(scope, {
        name: "api_user_access",
        text: `select role, is_active, token_version, must_change_password, coalesce((
          select jsonb_agg(jsonb_build_object('source_app', p.source_app, 'permissions', to_jsonb(array_remove(array[
            case when p.can_read then 'read' end, case when p.can_ingest then 'ingest' end,
            case when p.can_manage then 'manage' end], null))))
          from user_permissions p where p.user_id = users.id), '[]') as grants from users where id = $1`,
        values: [userId],
      });
      const row = rows[0];
      if (!row) return null;
      return {
        role: row.role,
        isActive: row.is_active,
        tokenVersion: row.token_version,
        mustChangePassword: row.must_change_password,
        permissions: row.grants,
      };
    },

    findCredentials: (scope: TenantScope, userId: string) =>
      db.inScope(scope, async (tx) => {
        const row = await findOne(tx, userId);
        return (
          row && {
            passwordHash: row.passwordHash,
            isActive: row.isActive,
            tokenVersion: row.tokenVersion,
            email: row.email,
          }
        );
      }),

    /** A user with what `me` shows. */
    findProfile: (scope: TenantScope, userId: string) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx
          .select({ user: users, tenantName: tenants.name, grants: permissionsOfUser })
          .from(users)
          .innerJoin(tenants, eq(tenants.id, users.tenantId))
          .where(eq(users.id, userId));
        const row = rows[0];
        if (!row) return null;
        const { mustChangePassword, isService } = row.user;
        return {
          user: present(row.user),
          tenantName: row.tenantName,
          grants: row.grants,
          mustChangePassword,
          isService,
        };
      }),

    findTenantName: (scope: TenantScope) =>
      db.inScope(scope, (tx) =>
        tx
          .select({ name: tenants.name })
          .from(tenants)
          .then((rows) => rows[0]?.name ?? ""),
      ),

    recordLogin: (scope: TenantScope, userId: string, at: Date) =>
      db.inScope(
        scope,
        async (tx) => void (await tx.update(users).set({ lastLoginAt: at }).where(eq(users.id, userId))),
      ),

    /** Every token given out so far dies. */
    raiseTokenVersion: (scope: TenantScope, userId: string) =>
      db.inScope(scope, async (tx) => {
        await tx
          .update(users)
          .set({ tokenVersion: sql`${users.tokenVersion} + 1` })
          .where(eq(users.id, userId));
      }),

    /** Sets a password its owner chose. @returns the token version from now on. */
    changePassword: (scope: TenantScope, userId: string, passwordHash: string) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx
          .update(users)
          .set({ passwordHash, mustChangePassword: false, tokenVersion: sql`${users.tokenVersion} + 1` })
          .where(eq(users.id, userId))
          .returning({ tokenVersion: users.tokenVersion });
        return rows[0]?.tokenVersion ?? null;
      }),

    listUsers: (scope: TenantScope, after: PageCursor | null, limit: number) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx
          .select()
          .from(users)
          .where(olderThan(users.createdAt, users.id, after))
          .orderBy(desc(users.createdAt), desc(users.id))
          .limit(limit);
        return rows.map(present);
      }),

    findUser: (scope: TenantScope, userId: string) =>
      db.inScope(scope, async (tx) => {
        const row = await findOne(tx, userId);
        return row && present(row);
      }),

    /** @returns null when the e-mail is taken in the instance. */
    insertUser: (scope: TenantScope, user: NewUser) =>
      db
        .inScope(scope, async (tx) => {
          const rows = await tx
            .insert(users)
            .values({ ...user, tenantId: scope.tenantId })
            .returning();
          return rows[0] ? present(rows[0]) : null;
        })
        .catch((error: unknown) => {
          if (violatedConstraint(error) === "users_email_folded_key") return null;
          throw error;
        }),

    /** @param killTokens Whatever weakens the account ends its sessions. */
    updateUser: (
      scope: TenantScope,
      userId: string,
      change: { name?: string; role?: Role; isActive?: boolean; passwordHash?: string; mustChangePassword?: boolean },
      killTokens: boolean,
    ) =>
      db.inScope(scope, async (tx) => {
        const raised = killTokens ? sql`${users.tokenVersion} + 1` : sql`${users.tokenVersion}`;
        const rows = await tx
          .update(users)
          .set({ ...change, tokenVersion: raised })
          .where(eq(users.id, userId))
          .returning();
        return rows[0] ? present(rows[0]) : null;
      }),

    deleteUser: (scope: TenantScope, userId: string) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx.delete(users).where(eq(users.id, userId)).returning({ id: users.id });
        return rows.length > 0;
      }),

    listPermissions: (scope: TenantScope, userId: string) =>
      db.inScope(scope, async (tx) => {
        const rows = await tx.select({ grants: permissionsOfUser }).from(users).where(eq(users.id, userId));
        return rows[0]?.grants ?? null;
      }),

    /** Replaces the whole list. */
    replacePermissions: (scope: TenantScope, userId: string, grants: readonly Grant[]) =>
      db.inScope(scope, async (tx) => {
        await tx.delete(userPermissions).where(eq(userPermissions.userId, userId));
        if (grants.length === 0) return;
        await tx.insert(userPermissions).values(
          grants.map(({ source_app, permissions }) => ({
            tenantId: scope.tenantId,
            userId,
            sourceApp: source_app,
            canRead: permissions.includes("read"),
            canIngest: permissions.includes("ingest"),
            canManage: permissions.includes("manage"),
          })),
        );
      }),

    /**
     * Reads the throttle rows of some keys under lock, lets `decide` say what they become, and writes that. Parallel
     * sign-ins wait for each other. `null` from `decide` writes nothing.
     */
    updateThrottles: (
      scope: SystemScope,
      keyHashes: readonly string[],
      decide: (states: ReadonlyMap<string, ThrottleState>) => ReadonlyMap<string, ThrottleState> | null,
    ) =>
      db.inSystem(scope, async (tx) => {
        const sorted = [...keyHashes].sort(); // one order of locks: no deadlock
        for (const keyHash of sorted)
          await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`login:${keyHash}`}, 0))`);
        const rows = await tx.select().from(loginThrottle).where(inArray(loginThrottle.keyHash, sorted));
        const states = new Map(
          rows.map((row) => [
            row.keyHash,
            {
              failures: row.failures,
              blockedUntilMs: row.blockedUntil?.getTime() ?? null,
              updatedAtMs: row.updatedAt.getTime(),
            },
          ]),
        );
        for (const [keyHash, state] of decide(states) ?? []) {
          const values = {
            failures: state.failures,
            blockedUntil: state.blockedUntilMs === null ? null : new Date(state.blockedUntilMs),
            updatedAt: new Date(state.updatedAtMs),
          };
          if (state.failures === 0) await tx.delete(loginThrottle).where(eq(loginThrottle.keyHash, keyHash));
          else
            await tx
              .insert(loginThrottle)
              .values({ keyHash, ...values })
              .onConflictDoUpdate({ target: loginThrottle.keyHash, set: values });
        }
      }),

    hasTenants: (scope: SystemScope) => db.inSystem(scope, async (tx) => (await lookupTenants(tx)).length > 0),

    /** A tenant with its first people, corpora and calling applications, all or nothing. */
    createTenant: (
      scope: TenantScope,
      tenant: {
        readonly name: string;
        readonly at: Date;
        readonly administrator: NewUser;
        readonly sourceApp: { readonly name: string; readonly label: string };
        readonly callerApps: readonly { readonly id: string; readonly name: string; readonly label: string }[];
        readonly apiKey: NewApiKeyRow;
      },
    ) =>
      db.inScope(scope, async (tx) => {
        const { tenantId } = scope;
        await tx.insert(tenants).values({ id: tenantId, name: tenant.name, createdAt: tenant.at });
        await tx.insert(users).values({ ...tenant.administrator, tenantId });
        await tx.insert(sourceAppsConfig).values({
          tenantId,
          sourceApp: tenant.sourceApp.name,
          label: tenant.sourceApp.label,
          description: "",
          createdAt: tenant.at,
        });
        await tx
          .insert(callerAppsConfig)
          .values(tenant.callerApps.map((app) => ({ ...app, tenantId, description: "", createdAt: tenant.at })));
        await tx.insert(apiKeys).values({ ...tenant.apiKey, callerApps: [...tenant.apiKey.callerApps], tenantId });
      }),
  };
}
