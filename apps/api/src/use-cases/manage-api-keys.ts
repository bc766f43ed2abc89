import { makeApiKey, type SourceAppGrant } from "@aurora/auth";
import type { ApiKey as ApiKeySchema, CreateApiKeyRequest } from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { z } from "zod";
import { requireKnownSourceApps } from "./manage-users.ts";
import { type PageRequest, pageByTime } from "./paging.ts";

type ApiKey = z.infer<typeof ApiKeySchema>;

export interface ManageApiKeysDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly keys: {
    listKeys(scope: TenantScope, after: { at: Date; id: string } | null, limit: number): Promise<ApiKey[]>;
    insertKey(
      scope: TenantScope,
      key: {
        readonly id: string;
        readonly name: string;
        readonly role: "admin" | "user";
        readonly prefix: string;
        readonly keyHash: string;
        readonly permissions: readonly SourceAppGrant[];
        readonly callerApps: readonly string[];
        readonly createdBy: string | null;
        readonly createdAt: Date;
        readonly expiresAt: Date;
      },
    ): Promise<ApiKey>;
    revokeKey(scope: TenantScope, keyId: string, at: Date): Promise<boolean>;
  };
  readonly registry: { findMissingSourceApps(scope: TenantScope, slugs: readonly string[]): Promise<string[]> };
}

/** Service keys of the caller's tenant. Every method is an administrator's. */
export function createManageApiKeys({ clock, ids, keys, registry }: ManageApiKeysDeps) {
  return {
    list: (scope: TenantScope, request: PageRequest) =>
      pageByTime(request, (after, limit) => keys.listKeys(scope, after, limit)),

    /** @returns the key itself, this once. */
    async create(scope: TenantScope, input: z.output<typeof CreateApiKeyRequest>) {
      await requireKnownSourceApps(registry, scope, input.permissions, "/permissions");
      const made = makeApiKey(ids);
      const nowMs = clock.nowMs();
      const row = await keys.insertKey(scope, {
        id: ids.uuid(),
        name: input.name,
        role: input.role,
        prefix: made.prefix,
        keyHash: made.hash,
        permissions: input.permissions,
        callerApps: input.caller_apps,
        createdBy: scope.principal.kind === "job" ? null : scope.principal.id,
        createdAt: new Date(nowMs),
        expiresAt: new Date(nowMs + input.expires_in_days * 24 * 60 * 60_000),
      });
      return { key: made.key, api_key: row };
    },

    async revoke(scope: TenantScope, keyId: string): Promise<void> {
      if (!(await keys.revokeKey(scope, keyId, new Date(clock.nowMs())))) throw new AppError("not_found", "Not found.");
    },
  };
}
