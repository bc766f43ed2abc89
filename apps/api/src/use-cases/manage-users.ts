import { hashPassword, requireRankFor, type SourceAppGrant } from "@aurora/auth";
import type { CreateUserRequest, Role, UpdateUserRequest, User as UserSchema } from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { z } from "zod";
import { type PageRequest, pageByTime } from "./paging.ts";
import { foldEmail } from "./sign-in.ts";

type User = z.infer<typeof UserSchema>;

export interface ManageUsersDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly accounts: {
    listUsers(scope: TenantScope, after: { at: Date; id: string } | null, limit: number): Promise<User[]>;
    findUser(scope: TenantScope, userId: string): Promise<User | null>;
    insertUser(
      scope: TenantScope,
      user: {
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
      },
    ): Promise<User | null>;
    updateUser(
      scope: TenantScope,
      userId: string,
      change: { name?: string; role?: Role; isActive?: boolean; passwordHash?: string; mustChangePassword?: boolean },
      killTokens: boolean,
    ): Promise<User | null>;
    deleteUser(scope: TenantScope, userId: string): Promise<boolean>;
    listPermissions(scope: TenantScope, userId: string): Promise<readonly SourceAppGrant[] | null>;
    replacePermissions(scope: TenantScope, userId: string, grants: readonly SourceAppGrant[]): Promise<void>;
  };
  readonly registry: { findMissingSourceApps(scope: TenantScope, slugs: readonly string[]): Promise<string[]> };
}

const notFound = () => new AppError("not_found", "Not found.");

/** @throws AppError `invalid_input` naming the first entry whose source_app does not exist. */
export async function requireKnownSourceApps(
  registry: ManageUsersDeps["registry"],
  scope: TenantScope,
  grants: readonly SourceAppGrant[],
  pointer: string,
): Promise<void> {
  const slugs = [...new Set(grants.map((grant) => grant.source_app))];
  const missing = slugs.length > 0 ? await registry.findMissingSourceApps(scope, slugs) : [];
  if (missing.length === 0 && slugs.length === grants.length) return;
  const faults = grants.flatMap((grant, index) => {
    const at = `${pointer}/${index}/source_app`;
    if (missing.includes(grant.source_app)) return [{ pointer: at, code: "unknown_source_app" }];
    const isRepeated = grants.findIndex((other) => other.source_app === grant.source_app) < index;
    return isRepeated ? [{ pointer: at, code: "duplicate" }] : [];
  });
  throw new AppError("invalid_input", "Some source_apps are unknown or listed twice.", { errors: faults });
}

/** Users of the caller's tenant. Every method is an administrator's. */
export function createManageUsers({ accounts, clock, ids, registry }: ManageUsersDeps) {
  /** A user the caller may edit. @throws AppError `not_found`, `forbidden` for a superadmin above an admin. */
  async function editable(scope: TenantScope, userId: string): Promise<User> {
    const user = await accounts.findUser(scope, userId);
    if (!user) throw notFound();
    requireRankFor(scope, [user.role]);
    return user;
  }
  /** Nobody locks themselves out; so a tenant never loses its last administrator. */
  function refuseOnSelf(scope: TenantScope, userId: string): void {
    if (scope.principal.id === userId) throw new AppError("conflict", "You cannot do this to your own account.");
  }

  return {
    list: (scope: TenantScope, request: PageRequest) =>
      pageByTime(request, (after, limit) => accounts.listUsers(scope, after, limit)),

    async get(scope: TenantScope, userId: string): Promise<User> {
      const user = await accounts.findUser(scope, userId);
      if (!user) throw notFound();
      return user;
    },

    /** @throws AppError `conflict` when the e-mail is in use in the instance. */
    async create(scope: TenantScope, input: z.output<typeof CreateUserRequest>): Promise<User> {
      requireRankFor(scope, [input.role]);
      const user = await accounts.insertUser(scope, {
        id: ids.uuid(),
        email: input.email,
        emailFolded: foldEmail(input.email),
        name: input.name,
        passwordHash: await hashPassword(input.password),
        role: input.role,
        locale: input.locale,
        isService: input.is_service,
        mustChangePassword: input.must_change_password,
        createdAt: new Date(clock.nowMs()),
      });
      if (!user)
        throw new AppError("conflict", "This e-mail address is in use.", {
          errors: [{ pointer: "/email", code: "taken" }],
        });
      return user;
    },

    async update(scope: TenantScope, userId: string, input: z.output<typeof UpdateUserRequest>): Promise<User> {
      await editable(scope, userId);
      if (input.role !== undefined) requireRankFor(scope, [input.role]);
      // One's own password is changed with the present one, on /api/auth/password.
      const weakens = input.role !== undefined || input.is_active === false || input.password !== undefined;
      if (weakens) refuseOnSelf(scope, userId);
      const change = {
        ...(input.name !== undefined && { name: input.name }),
        ...(input.role !== undefined && { role: input.role }),
        ...(input.is_active !== undefined && { isActive: input.is_active }),
        ...(input.password !== undefined && {
          passwordHash: await hashPassword(input.password),
          mustChangePassword: false,
        }),
        ...(input.must_change_password !== undefined && { mustChangePassword: input.must_change_password }),
      };
      const user = await accounts.updateUser(scope, userId, change, weakens);
      if (!user) throw notFound();
      return user;
    },

    async remove(scope: TenantScope, userId: string): Promise<void> {
      await editable(scope, userId);
      refuseOnSelf(scope, userId);
      if (!(await accounts.deleteUser(scope, userId))) throw notFound();
    },

    async permissions(scope: TenantScope, userId: string) {
      const grants = await accounts.listPermissions(scope, userId);
      if (!grants) throw notFound();
      return grants.map((grant) => ({ ...grant, permissions: [...grant.permissions] }));
    },

    /** Counts from the user's very next request: rights are read with each one. */
    async setPermissions(scope: TenantScope, userId: string, grants: readonly SourceAppGrant[]): Promise<void> {
      await editable(scope, userId);
      await requireKnownSourceApps(registry, scope, grants, "/items");
      await accounts.replacePermissions(scope, userId, grants);
    },
  };
}
