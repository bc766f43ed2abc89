import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readForCache } from "@aurora/answer-cache";
import { createAnswerCipher, createCredentialCipher } from "@aurora/auth";
import { type Config, productRoot, required } from "@aurora/config";
import { createDatabase, createGatewayRows } from "@aurora/db";
import { systemClock, systemIds } from "@aurora/kernel";
import { loadStaticModel } from "@aurora/llm/static";
import { createTracer, type Logger } from "@aurora/telemetry";
import { createEmbeddedVectorStore } from "@aurora/vector-store/embedded";
import { createGateway, type Gateway, standardTiming } from "./gateway.ts";

const maxConnections = 8;

/** Everything of one Gateway process, from its configuration. */
export async function wireGateway(config: Config, logger: Logger): Promise<Gateway> {
  const database = createDatabase({
    connection: required(config.database.url, "DATABASE_URL"),
    maxConnections,
    applicationName: "nexus-gateway",
    onConnectionLost: (error) => logger.warn({ err: error }, "database connection lost"),
  });
  const folder = join(productRoot(import.meta.dirname), "models/static-fr-en-192");
  const { embedder, wordVectors } = await loadStaticModel({ folder });
  const vectors = createEmbeddedVectorStore({ pool: database.pool });
  const { dimensions, id: embedderId } = embedder;
  await vectors.ensureCollection("llm_cache_semantic", { dimensions, embedderId });
  for (const language of ["fr", "en"]) readForCache("?", language); // the word lists are read now, not by the first question
  const { version } = JSON.parse(await readFile(join(productRoot(import.meta.dirname), "package.json"), "utf8"));
  const tracer = await createTracer(
    config.tracing && {
      ...config.tracing,
      resource: { "service.name": "nexus-gateway", "service.version": version, ...config.tracing.resource },
      content: config.queryLog,
    },
    logger,
  );
  const masterKey = required(config.secrets.llmCredentialsKey, "LLM_CREDENTIALS_ENC_KEY");
  const gateway = createGateway({
    internalSecret: required(config.secrets.gatewayInternal, "GATEWAY_INTERNAL_SECRET"),
    cipher: createCredentialCipher(masterKey, config.secrets.llmCredentialsOldKeys),
    answerCipher: createAnswerCipher(masterKey),
    rows: createGatewayRows(database),
    ping: () => database.ping(),
    environmentKeys: { openai: config.llm.openaiKey, openrouter: config.llm.openrouterKey },
    addresses: config.providerAddresses,
    outboundProxy: config.outboundProxy,
    isCallerAppRegistryEnforced: config.auth.enforceCallerAppRegistry,
    cacheTtlSeconds: config.llm.cacheTtlSeconds,
    wordVectors,
    semantic: { vectors, embedder },
    tracer,
    providerTracing: config.providerTracing,
    metricsToken: config.metricsToken,
    version,
    timing: standardTiming,
    clock: systemClock,
    ids: systemIds,
    logger,
  });
  return {
    server: gateway.server,
    async close() {
      await gateway.close();
      await tracer.close();
      await vectors.close();
      await database.close();
    },
  };
}
