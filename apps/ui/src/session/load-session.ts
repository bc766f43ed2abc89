import { CurrentUser, type Permission, SourceAppPage } from "@aurora/contracts";
import type { Api } from "../api/client.ts";

/** A corpus this reader may use, and how. */
export type ReaderSourceApp = {
  readonly sourceApp: string;
  readonly label: string;
  readonly permissions: readonly Permission[];
};
export type Session = { readonly user: CurrentUser; readonly sourceApps: readonly ReaderSourceApp[] };

const everything: readonly Permission[] = ["read", "ingest", "manage"];

/** @throws ApiFailure 401 when nobody is signed in. */
export async function loadSession(api: Api): Promise<Session> {
  const user = await api.call(CurrentUser, "/api/auth/me");
  // Until the password is changed nothing else is shown: no corpus is needed.
  if (user.must_change_password) return { user, sourceApps: [] };
  const page = await api.call(SourceAppPage, "/api/source-apps?limit=200");
  const permissionsOn = (sourceApp: string) =>
    user.permissions === null
      ? everything
      : (user.permissions.find((one) => one.source_app === sourceApp)?.permissions ?? []);
  const sourceApps = page.items
    .filter((item) => item.is_active)
    .map((item) => ({ sourceApp: item.source_app, label: item.label, permissions: permissionsOn(item.source_app) }));
  return { user, sourceApps };
}

export const isAdministrator = (user: CurrentUser): boolean => user.role === "admin" || user.role === "superadmin";
