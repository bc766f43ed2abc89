import {
  type AddressRules,
  type CredentialCipher,
  type EnvironmentProviderName,
  environmentProviderId,
  environmentProviders as environmentProviderTable,
  guardUrl,
  isPrivateHost,
  type SealedCredential,
  standardBaseUrls,
} from "@aurora/auth";
import type {
  CallTimeouts,
  CreateProviderRequest,
  Provider,
  ProviderKind,
  ProviderTestResult,
  RotateKeyResult,
  TestProviderRequest,
  UpdateProviderRequest,
} from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { z } from "zod";

interface ProviderChange {
  readonly baseUrl?: string;
  readonly location?: Provider["location"];
  readonly isActive?: boolean;
  readonly models?: readonly { readonly id: string; readonly name: string }[];
  readonly defaultModel?: string | null;
  readonly credential?: SealedCredential;
  readonly apiVersion?: string | null;
  readonly timeouts?: CallTimeouts;
  readonly at: Date;
}

/** A place and a key that are tried before they are kept. */
export interface ProviderCandidate {
  /** Whom the key was sealed for. */
  readonly providerId: string;
  readonly kind: ProviderKind;
  readonly baseUrl: string;
  readonly apiVersion: string | null;
  readonly model: string;
  readonly credential: SealedCredential | null;
}

export interface ManageProvidersDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cipher: CredentialCipher;
  /** One word through the Gateway: it alone reaches providers, by its guarded client. @throws AppError. */
  readonly probe: (scope: TenantScope, provider: Provider, model: string, signal: AbortSignal) => Promise<void>;
  /** The same for a place that is not kept yet. @returns the provider's own status. @throws AppError. */
  readonly check: (scope: TenantScope, candidate: ProviderCandidate, signal: AbortSignal) => Promise<number>;
  readonly addresses: AddressRules;
  /** Those the environment holds a key of; a provider of the same name in the database takes their place. */
  readonly environmentProviders: readonly EnvironmentProviderName[];
  readonly providers: {
    listProviders(scope: TenantScope): Promise<Provider[]>;
    insertProvider(
      scope: TenantScope,
      provider: { id: string; name: string; kind: Provider["kind"]; baseUrl: string; location: Provider["location"] },
      rest: ProviderChange,
    ): Promise<Provider | null>;
    updateProvider(scope: TenantScope, id: string, change: ProviderChange): Promise<Provider | null>;
    deleteProvider(scope: TenantScope, id: string): Promise<boolean>;
  };
}

const probeLimitMs = 20_000;
const notFound = () => new AppError("not_found", "Not found.");
const invalid = (pointer: string, code: string) =>
  new AppError("invalid_input", "The provider is not valid.", { errors: [{ pointer, code }] });

/**
 * Where keys and questions go: no user or password inside, nothing after the path, and an address the Gateway would
 * call. What a name leads to is judged by the Gateway at each connection; here, what can be seen at once.
 * @throws AppError `invalid_input` on `/base_url`: `invalid_url`, `address_not_allowed` for a private one (or any on
 *   plain HTTP) that PROVIDER_PRIVATE_HOSTS does not list, and for our own stores.
 */
function checkedBaseUrl(text: string, addresses: AddressRules): string {
  const url = new URL(text);
  const isPlain = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!isPlain || (url.protocol !== "https:" && url.protocol !== "http:")) throw invalid("/base_url", "invalid_url");
  try {
    guardUrl(text, addresses);
  } catch (error) {
    throw AppError.is(error) ? invalid("/base_url", "address_not_allowed") : error;
  }
  return url.href.replace(/\/+$/, "");
}

/** The address given, or the one its kind has. @throws AppError `invalid_input` on `/base_url`: as above, and `missing`. */
function placeOf(input: { kind: ProviderKind; base_url?: string | undefined }, addresses: AddressRules): string {
  const baseUrl = input.base_url ?? standardBaseUrls[input.kind];
  if (baseUrl === undefined) throw invalid("/base_url", "missing");
  return checkedBaseUrl(baseUrl, addresses);
}

const settingsOf = (input: { api_version?: string | null | undefined; timeouts?: CallTimeouts | undefined }) => ({
  ...(input.api_version !== undefined && { apiVersion: input.api_version }),
  ...(input.timeouts !== undefined && { timeouts: input.timeouts }),
});

/** @throws AppError `invalid_input` on `/location`: only a host of PROVIDER_PRIVATE_HOSTS is in the house. */
function requireTrueLocation(location: Provider["location"], baseUrl: string, addresses: AddressRules): void {
  if (location === "local" && !isPrivateHost(baseUrl, addresses)) throw invalid("/location", "not_a_private_host");
}

const presentEnvironmentProvider = (tenantId: string, name: EnvironmentProviderName): Provider => ({
  id: environmentProviderId(tenantId, name),
  source: "environment",
  name,
  kind: name,
  base_url: environmentProviderTable[name].baseUrl,
  location: "external",
  is_active: true,
  has_credential: true,
  credential_set_at: null,
  api_version: null,
  timeouts: { connect_ms: null, first_token_ms: null, idle_ms: null, total_ms: null },
  models: [],
  created_at: null,
});

/** Providers of the caller's tenant. Every method is an administrator's; none gives a credential back. */
export function createManageProviders(deps: ManageProvidersDeps) {
  const { addresses, check, cipher, clock, ids, probe, providers } = deps;
  const sealed = (scope: TenantScope, providerId: string, apiKey: string | undefined) =>
    apiKey === undefined ? {} : { credential: cipher.seal({ tenantId: scope.tenantId, providerId }, apiKey) };
  const named = (models: readonly string[]) => [...new Set(models)].map((name) => ({ id: ids.uuid(), name }));
  /** Stored ones by name, then those of the environment whose name no active one has: as the Gateway sees them. */
  async function list(scope: TenantScope): Promise<Provider[]> {
    const stored = await providers.listProviders(scope);
    const isFree = (name: string) => !stored.some((provider) => provider.name === name && provider.is_active);
    const others = deps.environmentProviders.filter(isFree);
    return [...stored, ...others.map((name) => presentEnvironmentProvider(scope.tenantId, name))];
  }
  async function existing(scope: TenantScope, id: string): Promise<Provider> {
    const provider = (await list(scope)).find((one) => one.id === id);
    if (!provider) throw notFound();
    return provider;
  }
  async function editable(scope: TenantScope, id: string): Promise<Provider> {
    const provider = await existing(scope, id);
    if (provider.source === "environment")
      throw new AppError("conflict", "This provider is made of a key in the environment: change it there.", {
        errors: [{ pointer: "", code: "from_environment" }],
      });
    return provider;
  }

  return {
    list,
    get: existing,

    async create(scope: TenantScope, input: z.output<typeof CreateProviderRequest>): Promise<Provider> {
      if (input.default_model !== undefined && !input.models.includes(input.default_model))
        throw invalid("/default_model", "unknown_model");
      const { kind, location, name } = input;
      const row = { id: ids.uuid(), name, kind, location, baseUrl: placeOf(input, addresses) };
      requireTrueLocation(location, row.baseUrl, addresses);
      const created = await providers.insertProvider(scope, row, {
        models: named(input.models),
        ...(input.default_model !== undefined && { defaultModel: input.default_model }),
        ...sealed(scope, row.id, input.api_key),
        ...settingsOf(input),
        at: new Date(clock.nowMs()),
      });
      if (!created)
        throw new AppError("conflict", "A provider of this name exists.", {
          errors: [{ pointer: "/name", code: "taken" }],
        });
      return created;
    },

    async update(scope: TenantScope, id: string, input: z.output<typeof UpdateProviderRequest>): Promise<Provider> {
      const present = await editable(scope, id);
      const models = input.models ?? present.models.map((model) => model.name);
      if (input.default_model && !models.includes(input.default_model))
        throw invalid("/default_model", "unknown_model");
      // A key is entrusted to one place: whoever moves the address has to give the key again.
      const baseUrl = input.base_url === undefined ? undefined : checkedBaseUrl(input.base_url, addresses);
      const isMoved = baseUrl !== undefined && baseUrl !== present.base_url;
      if (isMoved && present.has_credential && input.api_key === undefined) throw invalid("/api_key", "missing");
      if (isMoved || input.location !== undefined)
        requireTrueLocation(input.location ?? present.location, baseUrl ?? present.base_url, addresses);
      const updated = await providers.updateProvider(scope, id, {
        ...(baseUrl !== undefined && { baseUrl }),
        ...(input.location !== undefined && { location: input.location }),
        ...(input.is_active !== undefined && { isActive: input.is_active }),
        ...(input.models !== undefined && { models: named(input.models) }),
        ...(input.default_model !== undefined && { defaultModel: input.default_model }),
        ...sealed(scope, id, input.api_key),
        ...settingsOf(input),
        at: new Date(clock.nowMs()),
      });
      if (!updated) throw notFound();
      return updated;
    },

    async remove(scope: TenantScope, id: string): Promise<void> {
      await editable(scope, id);
      if (!(await providers.deleteProvider(scope, id))) throw notFound();
    },

    async test(scope: TenantScope, id: string, signal: AbortSignal): Promise<z.output<typeof ProviderTestResult>> {
      const provider = await existing(scope, id);
      return timed(signal, async (limited) => {
        await probe(scope, provider, modelToTry(provider), limited);
        return 200;
      });
    },

    /** Tries what is not kept yet. @throws AppError `invalid_input` for an address the Gateway would not call. */
    testUnsaved(scope: TenantScope, input: z.output<typeof TestProviderRequest>, signal: AbortSignal) {
      const providerId = ids.uuid();
      const candidate: ProviderCandidate = {
        providerId,
        kind: input.kind,
        baseUrl: placeOf(input, addresses),
        apiVersion: input.api_version ?? null,
        model: input.model,
        credential: sealed(scope, providerId, input.api_key).credential ?? null,
      };
      return timed(signal, (limited) => check(scope, candidate, limited));
    },

    /** The new key takes the old one's place once the provider has answered with it, and not before. */
    async rotateKey(
      scope: TenantScope,
      id: string,
      apiKey: string,
      signal: AbortSignal,
    ): Promise<z.output<typeof RotateKeyResult>> {
      const provider = await editable(scope, id);
      const credential = cipher.seal({ tenantId: scope.tenantId, providerId: id }, apiKey);
      const { api_version: apiVersion, base_url: baseUrl, kind } = provider;
      const candidate = { providerId: id, kind, baseUrl, apiVersion, model: modelToTry(provider), credential };
      const test = await timed(signal, (limited) => check(scope, candidate, limited));
      if (!test.ok) return { is_rotated: false, test };
      if (!(await providers.updateProvider(scope, id, { credential, at: new Date(clock.nowMs()) }))) throw notFound();
      return { is_rotated: true, test };
    },
  };

  /** @param run The provider's status. */
  async function timed(
    signal: AbortSignal,
    run: (signal: AbortSignal) => Promise<number>,
  ): Promise<z.output<typeof ProviderTestResult>> {
    const startedAtMs = clock.nowMs();
    const result = (code: string | null, status: number | null) => ({
      ok: code === null,
      status,
      ms: clock.nowMs() - startedAtMs,
      code,
    });
    const limit = AbortSignal.timeout(probeLimitMs);
    try {
      const status = await run(AbortSignal.any([signal, limit]));
      return result(status < 300 ? null : "provider_error", status);
    } catch (error) {
      if (limit.aborted && !signal.aborted) return result("upstream_timeout", 504);
      if (!AppError.is(error)) throw error;
      return result(error.code, error.status);
    }
  }
}

/** @throws AppError `invalid_input` for a provider without any. */
function modelToTry({ models }: Provider): string {
  const model = models.find((candidate) => candidate.is_default) ?? models[0];
  if (!model)
    throw new AppError("invalid_input", "The provider has no model.", {
      errors: [{ pointer: "/models", code: "too_small" }],
    });
  return model.name;
}
