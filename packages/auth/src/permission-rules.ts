import type { Permission, Role } from "@aurora/contracts";
import { AppError, type Grants, grantedSourceApps, isGranted, type TenantScope } from "@aurora/kernel";

export interface SourceAppGrant {
  readonly source_app: string;
  readonly permissions: readonly Permission[];
}

export const isAdministrator = (role: Role | "system"): boolean => role === "superadmin" || role === "admin";

/** Administrators may do everything in their tenant; everybody else what is listed, source_app by source_app. */
export function grantsOf(role: Role, listed: readonly SourceAppGrant[]): Grants {
  if (isAdministrator(role)) return "all";
  const holding = (permission: Permission) =>
    listed.filter((grant) => grant.permissions.includes(permission)).map((grant) => grant.source_app);
  return { read: holding("read"), ingest: holding("ingest"), manage: holding("manage") };
}

const notFound = () => new AppError("not_found", "Not found.");

/**
 * What may not be read is answered exactly like what is missing; what may be read but not changed says so.
 * @param sourceApp `null` = the thing does not exist.
 * @throws AppError `not_found` or `forbidden`.
 */
export function requirePermission(scope: TenantScope, permission: Permission, sourceApp: string | null): string {
  if (sourceApp === null) throw notFound();
  const visible = isGranted(scope, "read", sourceApp) || isGranted(scope, "ingest", sourceApp);
  if (!visible) throw notFound();
  if (!isGranted(scope, permission, sourceApp)) {
    if (permission === "read") throw notFound();
    throw new AppError("forbidden", "You do not have this permission.", { params: { permission } });
  }
  return sourceApp;
}

/** @throws AppError `forbidden` when no source_app at all is open to the caller. */
export function requireAnyPermission(scope: TenantScope, permission: Permission): void {
  const granted = grantedSourceApps(scope, permission);
  if (granted !== "all" && granted.length === 0)
    throw new AppError("forbidden", "You do not have this permission.", { params: { permission } });
}

/** @throws AppError `forbidden`. */
export function requireAdministrator(scope: TenantScope): void {
  if (!isAdministrator(scope.principal.role))
    throw new AppError("forbidden", "Only an administrator may do this.", { params: { permission: "admin" } });
}

/** Nobody hands out, takes away or edits a role above their own. @throws AppError `forbidden`. */
export function requireRankFor(scope: TenantScope, roles: readonly Role[]): void {
  if (scope.principal.role !== "superadmin" && roles.includes("superadmin"))
    throw new AppError("forbidden", "Only a superadmin may do this.", { params: { permission: "superadmin" } });
}

/** An API key bound to calling applications works for those alone. @throws AppError `forbidden`. */
export function requireCallerApp(boundTo: readonly string[], callerApp: string): void {
  if (boundTo.length > 0 && !boundTo.includes(callerApp))
    throw new AppError("forbidden", "This key is not valid for this calling application.", {
      params: { permission: "caller_app" },
    });
}
