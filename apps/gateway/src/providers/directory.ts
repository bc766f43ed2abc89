import {
  type AddressRules,
  type CredentialCipher,
  type EnvironmentKeys,
  environmentProviderId,
  environmentProviderNames,
  environmentProviders,
  isEnvironmentProvider,
  isPrivateHost,
} from "@aurora/auth";
import type { CallTimeouts, ModelCapabilities } from "@aurora/contracts";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";
import { picoUsdOf, type RoutePrices, unknownPrices, usdOf } from "../routing/cost.ts";
import { dialectOf, keyHeaderOf, type ProviderDialect } from "./dialects/index.ts";
import type { DirectoryRows, ModelRouteRow, ModelRow, ProviderRow } from "./provider-row.ts";
import type { Timeouts, UpstreamTarget } from "./upstream.ts";

export interface Route {
  readonly target: UpstreamTarget;
  readonly providerName: string;
  readonly providerKind: ProviderRow["kind"];
  readonly location: "local" | "external";
  /** As the provider calls it. */
  readonly model: string;
  readonly dialect: ProviderDialect;
  /** What is left out is the installation's. */
  readonly timeouts: Partial<Timeouts>;
  readonly prices: RoutePrices;
  /** Which prices; stored with what is charged to them. */
  readonly priceVersion: string | null;
  /** Dollars a token, for those who show an estimate; sums are made of `prices`. */
  readonly inputPriceUsd: number | null;
  readonly outputPriceUsd: number | null;
  /** Tokens; null = unknown. */
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  /** Absent or null = unknown. */
  readonly capabilities: Partial<ModelCapabilities>;
}

/** What one tenant could call at one moment. */
export interface DirectoryView {
  /** The alias of that name; it goes before a model of the same name. */
  alias(name: string): ModelRouteRow | null;
  /**
   * Where a model is answered: `provider/model`, or a bare name that one provider has (the default model wins a tie).
   * @returns null when there is none.
   * @throws AppError `conflict` for a bare name of several providers: nothing is guessed; `unavailable` for a credential
   *   that cannot be opened.
   */
  route(model: string): Route | null;
  /** By its name, with its sealed key opened: a model need not be listed. null = there is none. */
  providerRoute(providerName: string, model: string): Route | null;
  readonly aliases: readonly ModelRouteRow[];
  /** `provider/model` of every model that can be called by name. */
  readonly models: readonly { readonly id: string; readonly provider: string }[];
}

export interface ProviderDirectory {
  /** At most `maxAgeMs` old; `anew` = read now. */
  view(scope: TenantScope, anew?: boolean): Promise<DirectoryView>;
  /** @throws AppError `not_found` for an unknown model, and what `DirectoryView.route` throws. */
  resolve(scope: TenantScope, model: string): Promise<Route>;
  list(scope: TenantScope): Promise<DirectoryView["models"]>;
}

export interface DirectoryOptions {
  readonly rows: DirectoryRows;
  readonly cipher: CredentialCipher;
  readonly clock: Clock;
  /** How long a change of providers, models, keys or aliases may go unseen; what is not found is looked up anew at once. */
  readonly maxAgeMs: number;
  /** Used for a provider name the database does not have. */
  readonly environmentKeys: EnvironmentKeys;
  readonly addresses: Pick<AddressRules, "privateHosts">;
}

interface Snapshot extends DirectoryView {
  readonly loadedAtMs: number;
}

export const unknownModel = (model: string): AppError =>
  new AppError("not_found", "No provider has this model.", { params: { model } });

export function createProviderDirectory(options: DirectoryOptions): ProviderDirectory {
  const { rows, clock } = options;
  const snapshots = new Map<string, Snapshot>();
  /** Calls that find the snapshot too old at the same moment read the database once. */
  const loading = new Map<string, Promise<Snapshot>>();

  async function load(scope: TenantScope): Promise<Snapshot> {
    const loadedAtMs = clock.nowMs();
    const [providers, routes] = await Promise.all([rows.listActiveProviders(scope), rows.listActiveModelRoutes(scope)]);
    const snapshot = { ...createView(options, scope, providers, routes), loadedAtMs };
    snapshots.set(scope.tenantId, snapshot);
    return snapshot;
  }

  async function view(scope: TenantScope, anew = false): Promise<Snapshot> {
    const known = snapshots.get(scope.tenantId);
    if (!anew && known !== undefined && clock.nowMs() - known.loadedAtMs < options.maxAgeMs) return known;
    const underWay = loading.get(scope.tenantId);
    if (underWay) return underWay;
    const started = load(scope).finally(() => loading.delete(scope.tenantId));
    loading.set(scope.tenantId, started);
    return started;
  }

  return {
    view,
    async resolve(scope, model) {
      const found = (await view(scope)).route(model) ?? (await view(scope, true)).route(model);
      if (found === null) throw unknownModel(model);
      return found;
    },
    list: async (scope) => (await view(scope, true)).models,
  };
}

function createView(
  options: DirectoryOptions,
  scope: TenantScope,
  providers: readonly ProviderRow[],
  aliases: readonly ModelRouteRow[],
): DirectoryView {
  const byAlias = new Map(aliases.map((row) => [row.alias, row]));
  /** Routes found so far: a credential is opened once a snapshot, not once a call. */
  const routes = new Map<string, Route>();

  function search(model: string): Route | null {
    const matches = providers.flatMap((provider) =>
      provider.models
        .filter(({ name }) => name === model || `${provider.name}/${name}` === model)
        .map((found) => ({ provider, found })),
    );
    const [only] = matches.length === 1 ? matches : matches.filter(({ found }) => found.isDefault);
    if (only === undefined && matches.length > 1)
      throw new AppError("conflict", "Several providers have this model: write provider/model.", { params: { model } });
    return only ? routeOf(options, scope, only.provider, only.found) : environmentRoute(model);
  }
  function environmentRoute(model: string): Route | null {
    const name = environmentProviderNames.find((candidate) => model.startsWith(`${candidate}/`));
    return name === undefined ? null : ofEnvironment(name, model.slice(name.length + 1));
  }
  function ofEnvironment(name: string, model: string): Route | null {
    if (!isEnvironmentProvider(name) || providers.some((row) => row.name === name)) return null;
    const apiKey = options.environmentKeys[name];
    if (apiKey === null) return null;
    const id = environmentProviderId(scope.tenantId, name);
    const { baseUrl } = environmentProviders[name];
    return {
      ...unlisted(model),
      target: { id, baseUrl, apiKey },
      providerName: name,
      providerKind: name,
      location: "external",
      dialect: dialectOf(name),
      timeouts: {},
    };
  }

  return {
    aliases,
    models: providers.flatMap((provider) =>
      provider.models.map(({ name }) => ({ id: `${provider.name}/${name}`, provider: provider.name })),
    ),
    alias: (name) => byAlias.get(name) ?? null,
    route(model) {
      const found = routes.get(model) ?? search(model);
      if (found) routes.set(model, found);
      return found;
    },
    providerRoute(providerName, model) {
      const provider = providers.find(({ name }) => name === providerName);
      if (!provider) return ofEnvironment(providerName, model);
      return routeOf(
        options,
        scope,
        provider,
        provider.models.find(({ name }) => name === model) ?? nothingKnown(model),
      );
    },
  };
}

/** What is known of a model that nobody has listed. */
const unlisted = (model: string) => ({
  model,
  prices: unknownPrices,
  priceVersion: null,
  inputPriceUsd: null,
  outputPriceUsd: null,
  contextWindow: null,
  maxOutputTokens: null,
  capabilities: {},
});
const nothingKnown = (name: string): ModelRow => ({
  name,
  isDefault: false,
  prices: {
    prompt: null,
    completion: null,
    cachedRead: null,
    cacheWrite: null,
    request: null,
    image: null,
    reasoning: null,
  },
  priceVersion: null,
  contextWindow: null,
  maxOutputTokens: null,
  capabilities: {},
});

function routeOf(options: DirectoryOptions, scope: TenantScope, provider: ProviderRow, model: ModelRow): Route {
  const { apiVersion, baseUrl, credential, id, kind, location, name } = provider;
  const apiKey = credential && options.cipher.open({ tenantId: scope.tenantId, providerId: id }, credential);
  const prices: RoutePrices = {
    prompt: picoUsdOf(model.prices.prompt),
    completion: picoUsdOf(model.prices.completion),
    cachedRead: picoUsdOf(model.prices.cachedRead),
    cacheWrite: picoUsdOf(model.prices.cacheWrite),
    request: picoUsdOf(model.prices.request),
    image: picoUsdOf(model.prices.image),
    reasoning: picoUsdOf(model.prices.reasoning),
  };
  const { maxOutputTokens } = model;
  return {
    target: {
      id,
      baseUrl,
      apiKey: apiKey ?? keyFor(options, provider),
      ...keyHeaderOf(kind),
      apiVersion,
      maxOutputTokens,
    },
    providerName: name,
    providerKind: kind,
    // The row's word alone does not make an address ours: whatever the operator has not listed is external.
    location: location === "local" && isPrivateHost(baseUrl, options.addresses) ? "local" : "external",
    model: model.name,
    dialect: dialectOf(kind),
    timeouts: timeoutsOf(provider.timeouts),
    prices,
    priceVersion: model.priceVersion,
    inputPriceUsd: prices.prompt === null ? null : usdOf(prices.prompt),
    outputPriceUsd: prices.completion === null ? null : usdOf(prices.completion),
    contextWindow: model.contextWindow,
    maxOutputTokens,
    capabilities: model.capabilities,
  };
}

/** The environment's key goes to its own provider's address and to no other. */
function keyFor({ environmentKeys }: DirectoryOptions, { kind, baseUrl }: ProviderRow): string | null {
  if (!isEnvironmentProvider(kind) || baseUrl.replace(/\/+$/, "") !== environmentProviders[kind].baseUrl) return null;
  return environmentKeys[kind];
}

/** Only what is said: the rest is the next one's to say. */
export function timeoutsOf(row: Partial<CallTimeouts>): Partial<Timeouts> {
  const named = {
    connectMs: row.connect_ms,
    firstByteMs: row.first_token_ms,
    idleMs: row.idle_ms,
    totalMs: row.total_ms,
  };
  return Object.fromEntries(Object.entries(named).filter(([, value]) => typeof value === "number"));
}
