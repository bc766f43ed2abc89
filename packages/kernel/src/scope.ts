import type { Permission, Role } from "@aurora/contracts";

declare const brand: unique symbol;

/** Who acts. A `job` has no person behind it: it acts for the tenant its row belongs to. */
export type Principal =
  | { readonly kind: "user"; readonly id: string; readonly role: Role }
  | { readonly kind: "key"; readonly id: string; readonly role: Role }
  | { readonly kind: "job"; readonly id: string; readonly role: "system" };

/**
 * What one principal may do in one tenant. `all` is the right of a tenant's administrator and of a job;
 * otherwise each permission holds for the listed `source_app` slugs alone. `manage` implies the other two.
 */
export type Grants = "all" | { readonly [P in Permission]: readonly string[] };

/** The first argument of every repository, cache, object, queue and vector call. Made only by the makers below. */
export interface TenantScope {
  readonly [brand]: "tenant";
  readonly tenantId: string;
  readonly principal: Principal;
  readonly grants: Grants;
}

/** Opens the listed cross-tenant functions only; `reason` is logged with each call. */
export interface SystemScope {
  readonly [brand]: "system";
  readonly reason: string;
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** @throws Error when `tenantId` is not a lower-case uuid: a scope with a bad tenant is a bug, not bad input. */
export function tenantScope(tenantId: string, principal: Principal, grants: Grants): TenantScope {
  if (!uuidPattern.test(tenantId)) throw new Error("tenantScope: the tenant id is not a uuid");
  return Object.freeze({ tenantId, principal, grants }) as TenantScope;
}

/** The scope of background work on one tenant; `jobName` says which. */
export const jobScope = (tenantId: string, jobName: string): TenantScope =>
  tenantScope(tenantId, { kind: "job", id: jobName, role: "system" }, "all");

export const systemScope = (reason: string): SystemScope => Object.freeze({ reason }) as SystemScope;

/** The `source_app` slugs a scope may use with one permission; `all` means every one of the tenant. */
export function grantedSourceApps(scope: TenantScope, permission: Permission): "all" | readonly string[] {
  if (scope.grants === "all") return "all";
  return [...new Set([...scope.grants[permission], ...scope.grants.manage])].sort();
}

export function isGranted(scope: TenantScope, permission: Permission, sourceApp: string): boolean {
  const granted = grantedSourceApps(scope, permission);
  return granted === "all" || granted.includes(sourceApp);
}
