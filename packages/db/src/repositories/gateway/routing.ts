import type { TenantScope } from "@aurora/kernel";
import { asc, eq } from "drizzle-orm";
import type { Database } from "../../database.ts";
import { llmCredentials, llmModels, llmProviders, modelRoutes } from "../../schema/index.ts";

/** What calls are routed by: providers with their sealed credentials and models, and the aliases. */
export function createRoutingRows(db: Database) {
  return {
    /** The tenant's active providers, oldest first; prices as decimal text, US dollars a token, null = unknown. */
    listActiveProviders: (scope: TenantScope) =>
      db.inScope(scope, async (tx) => {
        const [providers, models] = await Promise.all([
          tx
            .select({ provider: llmProviders, credential: llmCredentials })
            .from(llmProviders)
            .leftJoin(llmCredentials, eq(llmCredentials.providerId, llmProviders.id))
            .where(eq(llmProviders.isActive, true))
            .orderBy(asc(llmProviders.createdAt), asc(llmProviders.id)),
          tx.select().from(llmModels).orderBy(asc(llmModels.name)),
        ]);
        return providers.map(({ provider, credential }) => ({
          id: provider.id,
          name: provider.name,
          kind: provider.kind,
          baseUrl: provider.baseUrl,
          location: provider.location,
          apiVersion: provider.apiVersion,
          timeouts: provider.timeouts,
          credential: credential && {
            keyId: credential.keyId,
            nonce: credential.nonce,
            ciphertext: credential.ciphertext,
          },
          models: models.filter((model) => model.providerId === provider.id).map(presentModel),
        }));
      }),

    /** In the order of their names. */
    listActiveModelRoutes: (scope: TenantScope) =>
      db.inScope(scope, (tx) =>
        tx
          .select({
            alias: modelRoutes.alias,
            targets: modelRoutes.targets,
            retries: modelRoutes.retries,
            hedgeAfterMs: modelRoutes.hedgeAfterMs,
            timeouts: modelRoutes.timeouts,
          })
          .from(modelRoutes)
          .where(eq(modelRoutes.isActive, true))
          .orderBy(asc(modelRoutes.alias)),
      ),
  };
}

const presentModel = (model: typeof llmModels.$inferSelect) => ({
  id: model.id,
  name: model.name,
  isDefault: model.isDefault,
  prices: {
    prompt: model.inputPriceUsd,
    completion: model.outputPriceUsd,
    cachedRead: model.cachedReadPriceUsd,
    cacheWrite: model.cacheWritePriceUsd,
    request: model.requestPriceUsd,
    image: model.imagePriceUsd,
    reasoning: model.reasoningPriceUsd,
  },
  priceVersion: model.priceVersion,
  contextWindow: model.contextWindow,
  maxOutputTokens: model.maxOutputTokens,
  capabilities: model.capabilities,
});
