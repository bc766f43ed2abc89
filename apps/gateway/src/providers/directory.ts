import {
  type AddressRules,
  type CredentialCipher,
  type EnvironmentKeys,
  environmentProviderId,
  environmentProviderNames,
  environmentProviders,
  isPrivateHost,
} from "@aurora/auth";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";
import type { GatewayRows, ProviderRow } from "../use-cases/gateway-rows.ts";
import type { UpstreamTarget } from "./upstream.ts";

export interface Route {
  readonly target: UpstreamTarget;
  readonly providerName: string;
  readonly location: "local" | "external";
  /** As the provider calls it. */
  readonly model: string;
  readonly inputPriceUsd: number | null;
  readonly outputPriceUsd: number | null;
}

export interface ProviderDirectory {
  /**
   * Where a model is answered: `provider/model`, or a bare name that one provider has (the default model wins a tie).
   * @throws AppError `not_found` for an unknown model, `conflict` for a bare name of several providers: nothing is guessed.
   */
  resolve(scope: TenantScope, model: string): Promise<Route>;
  /** `provider/model` of every model that can be called by name. */
  list(scope: TenantScope): Promise<readonly { readonly id: string; readonly provider: string }[]>;
}

export interface DirectoryOptions {
  readonly rows: Pick<GatewayRows, "listActiveProviders">;
  readonly cipher: CredentialCipher;
  readonly clock: Clock;
  /** How long a change of providers, models or keys may go unseen; a model that is not found is looked up anew at once. */
  readonly maxAgeMs: number;
  /** Used for a provider name the database does not have. */
  readonly environmentKeys: EnvironmentKeys;
  readonly addresses: Pick<AddressRules, "privateHosts">;
}

interface Snapshot {
  readonly providers: readonly ProviderRow[];
  readonly loadedAtMs: number;
  /** Routes found so far: a credential is opened once a snapshot, not once a call. */
  readonly routes: Map<string, Route>;
}

export function createProviderDirectory(options: DirectoryOptions): ProviderDirectory {
  const { rows, cipher, clock } = options;
  const snapshots = new Map<string, Snapshot>();

  async function load(scope: TenantScope): Promise<Snapshot> {
    const snapshot: Snapshot = {
      providers: await rows.listActiveProviders(scope),
      loadedAtMs: clock.nowMs(),
      routes: new Map(),
    };
    snapshots.set(scope.tenantId, snapshot);
    return snapshot;
  }
  function find(scope: TenantScope, snapshot: Snapshot, model: string): Route | null {
    const route = snapshot.routes.get(model) ?? search(scope, snapshot.providers, model);
    if (route) snapshot.routes.set(model, route);
    return route;
  }
  function search(scope: TenantScope, providers: readonly ProviderRow[], model: string): Route | null {
    const matches = providers.flatMap((provider) =>
      provider.models
        .filter(({ name }) => name === model || `${provider.name}/${name}` === model)
        .map((found) => ({ provider, found })),
    );
    const [only] = matches.length === 1 ? matches : matches.filter(({ found }) => found.isDefault);
    if (only === undefined && matches.length > 1)
      throw new AppError("conflict", "Several providers have this model: write provider/model.", { params: { model } });
    return only ? routeOf(scope, only.provider, only.found) : environmentRoute(scope, providers, model);
  }
  function routeOf(scope: TenantScope, provider: ProviderRow, model: ProviderRow["models"][number]): Route {
    const { id, baseUrl, credential, location, name } = provider;
    const apiKey = credential && cipher.open({ tenantId: scope.tenantId, providerId: id }, credential);
    return {
      target: { id, baseUrl, apiKey: apiKey ?? keyFor(provider) },
      providerName: name,
      // The row's word alone does not make an address ours: whatever the operator has not listed is external.
      location: location === "local" && isPrivateHost(baseUrl, options.addresses) ? "local" : "external",
      model: model.name,
      inputPriceUsd: model.inputPriceUsd,
      outputPriceUsd: model.outputPriceUsd,
    };
  }
  /** The environment's key goes to its own provider's address and to no other. */
  function keyFor({ kind, baseUrl }: ProviderRow): string | null {
    if (kind === "openai_compatible" || baseUrl.replace(/\/+$/, "") !== environmentProviders[kind].baseUrl) return null;
    return options.environmentKeys[kind];
  }
  function environmentRoute(scope: TenantScope, providers: readonly ProviderRow[], model: string): Route | null {
    for (const name of environmentProviderNames) {
      const apiKey = options.environmentKeys[name];
      if (apiKey === null || !model.startsWith(`${name}/`) || providers.some((row) => row.name === name)) continue;
      return {
        target: {
          id: environmentProviderId(scope.tenantId, name),
          baseUrl: environmentProviders[name].baseUrl,
          apiKey,
        },
        providerName: name,
        location: "external",
        model: model.slice(name.length + 1),
        inputPriceUsd: null,
        outputPriceUsd: null,
      };
    }
    return null;
  }

  return {
    async resolve(scope, model) {
      const known = snapshots.get(scope.tenantId);
      const isFresh = known !== undefined && clock.nowMs() - known.loadedAtMs < options.maxAgeMs;
      const found = isFresh ? find(scope, known, model) : null;
      const route = found ?? find(scope, await load(scope), model);
      if (route === null) throw new AppError("not_found", "No provider has this model.", { params: { model } });
      return route;
    },
    async list(scope) {
      const { providers } = await load(scope);
      return providers.flatMap((provider) =>
        provider.models.map(({ name }) => ({ id: `${provider.name}/${name}`, provider: provider.name })),
      );
    },
  };
}
