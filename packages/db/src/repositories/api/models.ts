import type { CatalogueModel, ModelCapabilities, ModelPrices } from "@aurora/contracts";
import type { TenantScope } from "@aurora/kernel";
import { and, asc, eq } from "drizzle-orm";
import { type Database, type Transaction, violatedConstraint } from "../../database.ts";
import { llmModels, llmProviders } from "../../schema/index.ts";

/** What the catalogue says of one model. */
interface ModelFacts {
  readonly prices: ModelPrices;
  readonly contextWindow: number | null;
  readonly maxOutputTokens: number | null;
  readonly capabilities: Partial<ModelCapabilities>;
  readonly source: "manual" | "import";
  readonly priceVersion: string;
  readonly pricedAt: Date;
}

/** Models with what is known of them. */
export function createModelRepository(db: Database) {
  async function load(tx: Transaction, id: string | null): Promise<CatalogueModel[]> {
    const rows = await tx
      .select({ model: llmModels, provider: llmProviders.name })
      .from(llmModels)
      .innerJoin(llmProviders, eq(llmProviders.id, llmModels.providerId))
      .where(id === null ? undefined : eq(llmModels.id, id))
      .orderBy(asc(llmProviders.name), asc(llmModels.name));
    return rows.map(({ model, provider }) => present(model, provider));
  }

  return {
    /** By provider and name. */
    listModels: (scope: TenantScope) => db.inScope(scope, (tx) => load(tx, null)),

    /** @returns null when there is none. */
    findModel: (scope: TenantScope, id: string) => db.inScope(scope, async (tx) => (await load(tx, id))[0] ?? null),

    updateModel: (scope: TenantScope, id: string, facts: ModelFacts) =>
      db.inScope(scope, async (tx) => {
        await tx.update(llmModels).set(columnsOf(facts)).where(eq(llmModels.id, id));
        return (await load(tx, id))[0] ?? null;
      }),

    /** Adds or updates models of one provider by name. @returns false when the provider is gone. */
    saveModels: (
      scope: TenantScope,
      providerId: string,
      models: readonly (ModelFacts & { readonly id: string; readonly name: string })[],
    ): Promise<boolean> =>
      db
        .inScope(scope, async (tx) => {
          for (const { id, name, ...facts } of models) {
            const columns = columnsOf(facts);
            const isIt = and(eq(llmModels.providerId, providerId), eq(llmModels.name, name));
            const updated = await tx.update(llmModels).set(columns).where(isIt).returning({ id: llmModels.id });
            if (updated.length > 0) continue;
            const { tenantId } = scope;
            await tx
              .insert(llmModels)
              .values({ id, name, tenantId, providerId, ...columns })
              .onConflictDoNothing();
          }
          return true;
        })
        .catch((error: unknown) => {
          if (violatedConstraint(error) === "llm_models_tenant_id_provider_id_fkey") return false;
          throw error;
        }),
  };
}

const columnsOf = ({ prices, ...facts }: ModelFacts) => ({
  ...facts,
  inputPriceUsd: prices.prompt,
  outputPriceUsd: prices.completion,
  cachedReadPriceUsd: prices.cached_read,
  cacheWritePriceUsd: prices.cache_write,
  requestPriceUsd: prices.request,
  imagePriceUsd: prices.image,
  reasoningPriceUsd: prices.reasoning,
});

function present(model: typeof llmModels.$inferSelect, provider: string): CatalogueModel {
  const { capabilities } = model;
  return {
    id: model.id,
    full_name: `${provider}/${model.name}`,
    provider_id: model.providerId,
    provider_name: provider,
    name: model.name,
    is_default: model.isDefault,
    prices: {
      prompt: plain(model.inputPriceUsd),
      completion: plain(model.outputPriceUsd),
      cached_read: plain(model.cachedReadPriceUsd),
      cache_write: plain(model.cacheWritePriceUsd),
      request: plain(model.requestPriceUsd),
      image: plain(model.imagePriceUsd),
      reasoning: plain(model.reasoningPriceUsd),
    },
    context_window: model.contextWindow,
    max_output_tokens: model.maxOutputTokens,
    capabilities: {
      tools: capabilities.tools ?? null,
      vision: capabilities.vision ?? null,
      json_schema: capabilities.json_schema ?? null,
      streaming: capabilities.streaming ?? null,
      embedding_dimensions: capabilities.embedding_dimensions ?? null,
    },
    source: model.source,
    price_version: model.priceVersion,
    priced_at: model.pricedAt?.toISOString() ?? null,
  };
}

/** `numeric(20, 12)` writes every zero it could hold. */
const plain = (decimal: string | null): string | null =>
  decimal === null || !decimal.includes(".") ? decimal : decimal.replace(/\.?0+$/, "");
