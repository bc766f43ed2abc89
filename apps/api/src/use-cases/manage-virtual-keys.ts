import { environmentProviderId, environmentProviderNames, makeVirtualKey } from "@aurora/auth";
import type {
  CreateVirtualKeyRequest,
  KeyLimit,
  UpdateVirtualKeyRequest,
  VirtualKey,
  VirtualKeyQuery,
  VirtualKeyStatus,
} from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import { type Page, pageByTime } from "./paging.ts";

interface KeyScope {
  readonly name: string;
  readonly callerApp: string;
  readonly sourceApp: string | null;
  readonly userId: string | null;
  readonly allowedModels: readonly string[] | null;
  readonly egress: VirtualKey["egress"];
  readonly approvedProviderIds: readonly string[];
  readonly sharesCache: boolean;
  readonly expiresAt: Date;
}
interface KeyLimitChange {
  readonly limits: readonly (KeyLimit & { readonly id: string })[];
  readonly at: Date;
}

export interface ManageVirtualKeysDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly isCallerAppRegistryEnforced: boolean;
  readonly virtualKeys: {
    listVirtualKeys(
      scope: TenantScope,
      filter: { search: string | null; status: VirtualKeyStatus | null; callerApp: string | null; now: Date },
      after: { at: Date; id: string } | null,
      limit: number,
    ): Promise<VirtualKey[]>;
    findVirtualKey(scope: TenantScope, keyId: string, now: Date): Promise<VirtualKey | null>;
    insertVirtualKey(
      scope: TenantScope,
      key: KeyScope & { id: string; prefix: string; keyHash: string; createdBy: string | null; createdAt: Date },
      limits: KeyLimitChange,
    ): Promise<VirtualKey>;
    updateVirtualKey(
      scope: TenantScope,
      keyId: string,
      change: Partial<KeyScope>,
      limits: KeyLimitChange | null,
      now: Date,
    ): Promise<VirtualKey | null>;
    revokeVirtualKey(scope: TenantScope, keyId: string, at: Date): Promise<boolean>;
  };
  readonly registry: {
    isActiveCallerApp(scope: TenantScope, name: string): Promise<boolean>;
    findMissingSourceApps(scope: TenantScope, slugs: readonly string[]): Promise<string[]>;
  };
  readonly providers: { findMissingProviders(scope: TenantScope, ids: readonly string[]): Promise<string[]> };
  readonly limits: { isLimitSubject(scope: TenantScope, kind: "user", id: string): Promise<boolean> };
}

const dayMs = 24 * 60 * 60_000;
const notFound = () => new AppError("not_found", "Not found.");
const invalid = (pointer: string, code: string) =>
  new AppError("invalid_input", "The virtual key is not valid.", { errors: [{ pointer, code }] });

/** The Gateway's keys of the caller's tenant. Every method is an administrator's; none gives a key back but `create`. */
export function createManageVirtualKeys(deps: ManageVirtualKeysDeps) {
  const { clock, ids, limits, providers, registry, virtualKeys } = deps;
  const now = () => new Date(clock.nowMs());
  const limitsOf = (given: readonly KeyLimit[], at: Date): KeyLimitChange => ({
    limits: given.map((limit) => ({ ...limit, id: ids.uuid() })),
    at,
  });

  /** What a key names has to be there. @throws AppError `invalid_input`, `unknown_caller_app`. */
  async function requireKnown(scope: TenantScope, given: UpdateVirtualKeyRequest): Promise<void> {
    const { approved_provider_ids: approved, caller_app: callerApp, source_app: sourceApp, user_id: userId } = given;
    if (callerApp !== undefined && deps.isCallerAppRegistryEnforced)
      if (!(await registry.isActiveCallerApp(scope, callerApp)))
        throw new AppError("unknown_caller_app", "This calling application is not registered.", {
          params: { caller_app: callerApp },
          errors: [{ pointer: "/caller_app", code: "unknown_caller_app" }],
        });
    if (sourceApp && (await registry.findMissingSourceApps(scope, [sourceApp])).length > 0)
      throw invalid("/source_app", "unknown_source_app");
    if (userId && !(await limits.isLimitSubject(scope, "user", userId))) throw invalid("/user_id", "unknown_user");
    // Those of the environment have no row.
    const fromEnvironment = environmentProviderNames.map((name) => environmentProviderId(scope.tenantId, name));
    const stored = approved?.filter((id) => !fromEnvironment.includes(id)) ?? [];
    if (stored.length > 0 && (await providers.findMissingProviders(scope, stored)).length > 0)
      throw invalid("/approved_provider_ids", "unknown_provider");
  }

  async function get(scope: TenantScope, keyId: string): Promise<VirtualKey> {
    const key = await virtualKeys.findVirtualKey(scope, keyId, now());
    if (!key) throw notFound();
    return key;
  }

  return {
    get,

    list(scope: TenantScope, { caller_app, q, status, ...request }: VirtualKeyQuery): Promise<Page<VirtualKey>> {
      const filter = { search: q || null, status: status ?? null, callerApp: caller_app ?? null, now: now() };
      return pageByTime(request, (after, limit) => virtualKeys.listVirtualKeys(scope, filter, after, limit));
    },

    /** @returns the key itself, this once. */
    async create(scope: TenantScope, input: CreateVirtualKeyRequest) {
      await requireKnown(scope, input);
      const made = makeVirtualKey(ids);
      const at = now();
      const row = await virtualKeys.insertVirtualKey(
        scope,
        {
          id: ids.uuid(),
          prefix: made.prefix,
          keyHash: made.hash,
          name: input.name,
          callerApp: input.caller_app,
          sourceApp: input.source_app,
          userId: input.user_id,
          allowedModels: input.allowed_models,
          egress: input.egress,
          approvedProviderIds: input.approved_provider_ids,
          sharesCache: input.shares_cache,
          createdBy: scope.principal.kind === "job" ? null : scope.principal.id,
          createdAt: at,
          expiresAt: new Date(at.getTime() + input.expires_in_days * dayMs),
        },
        limitsOf(input.limits, at),
      );
      return { key: made.key, virtual_key: row };
    },

    /** The Gateway follows within a second. */
    async update(scope: TenantScope, keyId: string, input: UpdateVirtualKeyRequest): Promise<VirtualKey> {
      if ((await get(scope, keyId)).status === "revoked") throw revoked();
      await requireKnown(scope, input);
      const at = now();
      const change = {
        ...(input.name !== undefined && { name: input.name }),
        ...(input.caller_app !== undefined && { callerApp: input.caller_app }),
        ...(input.source_app !== undefined && { sourceApp: input.source_app }),
        ...(input.user_id !== undefined && { userId: input.user_id }),
        ...(input.allowed_models !== undefined && { allowedModels: input.allowed_models }),
        ...(input.egress !== undefined && { egress: input.egress }),
        ...(input.approved_provider_ids !== undefined && { approvedProviderIds: input.approved_provider_ids }),
        ...(input.shares_cache !== undefined && { sharesCache: input.shares_cache }),
        ...(input.expires_in_days !== undefined && {
          expiresAt: new Date(at.getTime() + input.expires_in_days * dayMs),
        }),
      };
      const ownLimits = input.limits === undefined ? null : limitsOf(input.limits, at);
      const updated = await virtualKeys.updateVirtualKey(scope, keyId, change, ownLimits, at);
      if (!updated) throw revoked(); // between the two statements above
      return updated;
    },

    /** The Gateway refuses the key within a second. */
    async revoke(scope: TenantScope, keyId: string): Promise<void> {
      if (!(await virtualKeys.revokeVirtualKey(scope, keyId, now()))) throw notFound();
    },
  };
}

const revoked = (): AppError =>
  new AppError("conflict", "This key is revoked.", { errors: [{ pointer: "", code: "revoked" }] });
