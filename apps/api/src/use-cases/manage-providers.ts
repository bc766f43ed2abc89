import type { CredentialCipher, SealedCredential } from "@aurora/auth";
import type { CreateProviderRequest, Provider, ProviderTestResult, UpdateProviderRequest } from "@aurora/contracts";
import { AppError, type Clock, type Ids, type TenantScope } from "@aurora/kernel";
import type { z } from "zod";

interface ProviderChange {
  readonly baseUrl?: string;
  readonly location?: Provider["location"];
  readonly isActive?: boolean;
  readonly models?: readonly { readonly id: string; readonly name: string }[];
  readonly defaultModel?: string | null;
  readonly credential?: SealedCredential;
  readonly at: Date;
}

export interface ManageProvidersDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly cipher: CredentialCipher;
  /** One word through the Gateway: it alone reaches providers, by its guarded client. @throws AppError. */
  readonly probe: (scope: TenantScope, provider: Provider, signal: AbortSignal) => Promise<void>;
  readonly providers: {
    listProviders(scope: TenantScope): Promise<Provider[]>;
    findProvider(scope: TenantScope, id: string): Promise<Provider | null>;
    insertProvider(
      scope: TenantScope,
      provider: { id: string; name: string; kind: Provider["kind"]; baseUrl: string; location: Provider["location"] },
      rest: ProviderChange,
    ): Promise<Provider | null>;
    updateProvider(scope: TenantScope, id: string, change: ProviderChange): Promise<Provider | null>;
    deleteProvider(scope: TenantScope, id: string): Promise<boolean>;
  };
}

const knownBaseUrls: Partial<Record<Provider["kind"], string>> = {
  openai: "https://api.openai.com/v1",
  openrouter: "https://openrouter.ai/api/v1",
};
const notFound = () => new AppError("not_found", "Not found.");
const invalid = (pointer: string, code: string) =>
  new AppError("invalid_input", "The provider is not valid.", { errors: [{ pointer, code }] });

/** Where keys and questions go: HTTP(S), no user or password inside, nothing after the path. */
function checkedBaseUrl(text: string): string {
  const url = new URL(text);
  const isPlain = url.username === "" && url.password === "" && url.search === "" && url.hash === "";
  if (!isPlain || (url.protocol !== "https:" && url.protocol !== "http:")) throw invalid("/base_url", "invalid_url");
  return url.href.replace(/\/+$/, "");
}

/** Providers of the caller's tenant. Every method is an administrator's; none gives a credential back. */
export function createManageProviders({ cipher, clock, ids, probe, providers }: ManageProvidersDeps) {
  const sealed = (scope: TenantScope, providerId: string, apiKey: string | undefined) =>
    apiKey === undefined ? {} : { credential: cipher.seal({ tenantId: scope.tenantId, providerId }, apiKey) };
  const named = (models: readonly string[]) => [...new Set(models)].map((name) => ({ id: ids.uuid(), name }));
  async function existing(scope: TenantScope, id: string): Promise<Provider> {
    const provider = await providers.findProvider(scope, id);
    if (!provider) throw notFound();
    return provider;
  }

  return {
    list: (scope: TenantScope) => providers.listProviders(scope),
    get: existing,

    async create(scope: TenantScope, input: z.output<typeof CreateProviderRequest>): Promise<Provider> {
      const baseUrl = input.base_url ?? knownBaseUrls[input.kind];
      if (baseUrl === undefined) throw invalid("/base_url", "missing");
      if (input.default_model !== undefined && !input.models.includes(input.default_model))
        throw invalid("/default_model", "unknown_model");
      const { kind, location, name } = input;
      const row = { id: ids.uuid(), name, kind, location, baseUrl: checkedBaseUrl(baseUrl) };
      const created = await providers.insertProvider(scope, row, {
        models: named(input.models),
        ...(input.default_model !== undefined && { defaultModel: input.default_model }),
        ...sealed(scope, row.id, input.api_key),
        at: new Date(clock.nowMs()),
      });
      if (!created)
        throw new AppError("conflict", "A provider of this name exists.", {
          errors: [{ pointer: "/name", code: "taken" }],
        });
      return created;
    },

    async update(scope: TenantScope, id: string, input: z.output<typeof UpdateProviderRequest>): Promise<Provider> {
      const present = await existing(scope, id);
      const models = input.models ?? present.models.map((model) => model.name);
      if (input.default_model && !models.includes(input.default_model))
        throw invalid("/default_model", "unknown_model");
      // A key is entrusted to one place: whoever moves the address has to give the key again.
      const isMoved = input.base_url !== undefined && checkedBaseUrl(input.base_url) !== present.base_url;
      if (isMoved && present.has_credential && input.api_key === undefined) throw invalid("/api_key", "missing");
      const updated = await providers.updateProvider(scope, id, {
        ...(input.base_url !== undefined && { baseUrl: checkedBaseUrl(input.base_url) }),
        ...(input.location !== undefined && { location: input.location }),
        ...(input.is_active !== undefined && { isActive: input.is_active }),
        ...(input.models !== undefined && { models: named(input.models) }),
        ...(input.default_model !== undefined && { defaultModel: input.default_model }),
        ...sealed(scope, id, input.api_key),
        at: new Date(clock.nowMs()),
      });
      if (!updated) throw notFound();
      return updated;
    },

    async remove(scope: TenantScope, id: string): Promise<void> {
      if (!(await providers.deleteProvider(scope, id))) throw notFound();
    },

    async test(scope: TenantScope, id: string, signal: AbortSignal): Promise<z.output<typeof ProviderTestResult>> {
      const provider = await existing(scope, id);
      const startedAtMs = clock.nowMs();
      const result = (code: string | null, status: number | null) => ({
        ok: code === null,
        status,
        ms: clock.nowMs() - startedAtMs,
        code,
      });
      try {
        await probe(scope, provider, signal);
        return result(null, 200);
      } catch (error) {
        if (!AppError.is(error)) throw error;
        return result(error.code, error.status);
      }
    },
  };
}
