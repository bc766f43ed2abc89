import type { Provider } from "@aurora/contracts";
import { AppError, type Ids, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { ChatModel } from "@aurora/llm";

export interface ProbeDeps {
  readonly ids: Ids;
  readonly model: ChatModel;
  readonly gatewayModelName: (provider: string, model: string) => string;
  readonly registry: {
    /** A source_app whose text may go to the provider; null = none approves it. */
    findApprovingSourceApp(scope: TenantScope, providerId: string): Promise<string | null>;
  };
}

const limitMs = 20_000;
const question = "ping";

/**
 * Asks a provider for one word, through the Gateway and so under its egress rules: an external provider that no
 * source_app approves is not called. The temperature keeps the answer out of the cache.
 * @throws AppError what the Gateway refused or failed with.
 */
export const createProbeProvider =
  ({ gatewayModelName, ids, model, registry }: ProbeDeps) =>
  async (scope: TenantScope, provider: Provider, signal: AbortSignal): Promise<void> => {
    const first = provider.models.find((candidate) => candidate.is_default) ?? provider.models[0];
    if (!first) throw new AppError("invalid_input", "The provider has no model.");
    const sourceApp = await registry.findApprovingSourceApp(scope, provider.id);
    const request = {
      model: gatewayModelName(provider.name, first.name),
      messages: [{ role: "user", content: question }] as const,
      temperature: 1,
      maxTokens: 1,
      aurora: {
        question,
        evidence: [],
        permission_scope_hash: sha256Hex("probe"),
        prompt_version: "probe",
        corpus_epoch: 0,
        language: "en",
        source_app: sourceApp,
        pack_id: null,
        user_id: scope.principal.id,
        query_id: ids.uuid(),
      },
      evidenceSourceApps: [],
    };
    for await (const event of model.ask(scope, request, AbortSignal.any([signal, AbortSignal.timeout(limitMs)])))
      if (event.kind === "end") return;
    throw new AppError("upstream_failed", "The provider's answer broke off.");
  };
