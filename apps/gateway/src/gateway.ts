import type { AddressRules, AnswerCipher, CredentialCipher, EnvironmentKeys } from "@aurora/auth";
import { AppError, type Clock, type Ids, jobScope } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import type { OutboundProxy } from "@aurora/outbound";
import {
  createGatewayMetrics,
  createGatewaySpans,
  type Logger,
  type ProviderTracing,
  type Tracer,
} from "@aurora/telemetry";
import type { FastifyInstance } from "fastify";
import { createKeyAuthentication } from "./callers/key-authentication.ts";
import { createGuards } from "./guards/guards.ts";
import { createServer } from "./http/server.ts";
import { createLimits } from "./limits/limits.ts";
import { createProviderDirectory } from "./providers/directory.ts";
import { createUpstream, type Timeouts } from "./providers/upstream.ts";
import { registerChatCompletions } from "./routes/chat-completions.ts";
import { registerEmbeddings } from "./routes/embeddings.ts";
import { registerHealth } from "./routes/health.ts";
import { registerMetrics } from "./routes/metrics.ts";
import { registerModels } from "./routes/models.ts";
import { registerProviders } from "./routes/providers.ts";
import { registerRerank } from "./routes/rerank.ts";
import { registerResponses } from "./routes/responses.ts";
import { createBreaker, createRouter } from "./routing/index.ts";
import { createCachePolicies, createSemanticCache } from "./semantic/index.ts";
import type { SemanticCacheOptions } from "./semantic/semantic-cache.ts";
import { createAnswerCache } from "./use-cases/answer-cache.ts";
import type { ChatDeps } from "./use-cases/chat-deps.ts";
import { createEmbeddingCache } from "./use-cases/embedding-cache.ts";
import type { TenantUsage } from "./use-cases/finished-call.ts";
import { createFlights } from "./use-cases/flights.ts";
import type { GatewayRows } from "./use-cases/gateway-rows.ts";
import { createCallObserver } from "./use-cases/observe-calls.ts";
import { byTenant, createWriteBehind } from "./use-cases/write-behind.ts";

export interface GatewayTiming extends Timeouts {
  /** A comment on a stream that has been silent this long. */
  readonly pingMs: number;
  /** How long a change of providers, keys, limits or policies may go unseen. */
  readonly settingsMaxAgeMs: number;
  /** What a call holds of its limits is freed after this long, whoever has died. Longer than any call lasts. */
  readonly limitLeaseMs: number;
  /** The limits' database is taken for down when it has not answered by then. */
  readonly limitAnswerMs: number;
  /** How long calls under way may take to end when the process closes; then their connections are cut. */
  readonly drainMs: number;
}
export const standardTiming: GatewayTiming = {
  connectMs: 5_000,
  firstByteMs: 120_000,
  idleMs: 60_000,
  totalMs: 600_000,
  pingMs: 15_000,
  settingsMaxAgeMs: 1_000,
  limitLeaseMs: 900_000,
  limitAnswerMs: 2_000,
  drainMs: 10_000,
};

export interface GatewayDeps {
  readonly internalSecret: string;
  readonly cipher: CredentialCipher;
  readonly answerCipher: AnswerCipher;
  readonly rows: GatewayRows;
  /** @throws when the database does not answer. */
  readonly ping: () => Promise<void>;
  readonly environmentKeys: EnvironmentKeys;
  readonly addresses: AddressRules;
  readonly outboundProxy: OutboundProxy | null;
  /** ENFORCE_CALLER_APP_REGISTRY. */
  readonly isCallerAppRegistryEnforced: boolean;
  /** 0 = keep no answer. */
  readonly cacheTtlSeconds: number;
  readonly wordVectors: WordVectors | null;
  /** Null = no semantic cache, whatever a policy says. */
  readonly semantic: Pick<SemanticCacheOptions, "vectors" | "embedder"> | null;
  readonly timing: GatewayTiming;
  readonly tracer: Tracer;
  /** Which providers are told of our traces. */
  readonly providerTracing: ProviderTracing;
  /** METRICS_TOKEN; null = `/metrics` does not exist. */
  readonly metricsToken: string | null;
  /** Of the product, for metrics. */
  readonly version: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}
export interface Gateway {
  /** Ready to listen. */
  readonly server: FastifyInstance;
  /** Lets calls under way end, then writes every waiting row. */
  close(): Promise<void>;
}

/** The Gateway over the ports it is given. */
export function createGateway(deps: GatewayDeps): Gateway {
  const { rows, clock, ids, logger, timing } = deps;
  const maxAgeMs = timing.settingsMaxAgeMs;
  const keys = createKeyAuthentication({
    ...{ rows, maxAgeMs, clock, logger },
    isCallerAppRegistryEnforced: deps.isCallerAppRegistryEnforced,
  });
  const limits = createLimits({
    ...{ rows, maxAgeMs, clock, ids, logger },
    leaseMs: timing.limitLeaseMs,
    answerMs: timing.limitAnswerMs,
  });
  const { authenticateKey } = keys;
  const server = createServer({ authenticateKey, internalSecret: deps.internalSecret, clock, ids, logger });
  const directory = createProviderDirectory({
    rows,
    cipher: deps.cipher,
    clock,
    maxAgeMs,
    environmentKeys: deps.environmentKeys,
    addresses: deps.addresses,
  });
  const upstream = createUpstream(deps.addresses, timing, deps.outboundProxy);
  const cache = createAnswerCache({ rows, cipher: deps.answerCipher, clock, logger });
  const usage = createWriteBehind<TenantUsage>({
    name: "usage",
    maxItems: 10_000,
    maxBatch: 200,
    intervalMs: 100,
    logger,
    write: (batch) => writeUsage(rows, batch, logger),
  });
  const semantic =
    deps.semantic &&
    createSemanticCache({
      ...{ rows, clock, ids, logger },
      ...deps.semantic,
      cipher: deps.answerCipher,
      verifier: null,
      random: Math.random,
    });
  const breaker = createBreaker({ clock });
  const metrics = createGatewayMetrics({
    version: deps.version,
    gauges: {
      upstreamConnections: () =>
        [...upstream.connections()].map(([id, count]) => ({ provider: observer.kindOf(id) ?? "none", count })),
      logQueueLength: () => usage.length,
      logDropped: () => usage.dropped,
      breakers: () =>
        [...breaker.states()].flatMap(([key, state]) => {
          const model = observer.modelOf(key);
          return model ? [{ ...model, state }] : [];
        }),
    },
  });
  const observer = createCallObserver(metrics, createGatewaySpans(deps.tracer, deps.providerTracing));
  const chat: ChatDeps = {
    router: createRouter(directory),
    breaker,
    guards: createGuards({ rows, clock, maxAgeMs }),
    metrics,
    onFault: (error) => logger.error({ err: error }, "a call could not be settled"),
    observer,
    flights: createFlights(),
    onFinished: (finished) => void usage.add(finished),
    wordVectors: deps.wordVectors,
    policies: createCachePolicies({ rows, clock, logger, ttlSeconds: deps.cacheTtlSeconds }),
    likeness: semantic && deps.semantic && { cache: semantic, embedderId: deps.semantic.embedder.id },
    ...{ cache, clock, ids, limits, upstream },
  };
  const embeddings = createEmbeddingCache({
    ...{ rows, clock, logger },
    cipher: deps.answerCipher,
    ttlSeconds: deps.cacheTtlSeconds,
  });
  registerChatCompletions(server, chat, timing.pingMs);
  registerEmbeddings(server, { ...chat, embeddings }, timing.pingMs);
  registerRerank(server, chat, timing.pingMs);
  registerResponses(server, chat, timing.pingMs);
  registerModels(server, chat.router);
  registerProviders(server, { cipher: deps.cipher, directory, upstream });
  registerHealth(server, deps.ping);
  registerMetrics(server, { metrics, token: deps.metricsToken });
  return {
    server,
    async close() {
      const cut = setTimeout(() => server.server.closeAllConnections(), timing.drainMs);
      await server.close();
      clearTimeout(cut);
      await upstream.close();
      await Promise.all([
        semantic?.close(),
        cache.close(),
        embeddings.close(),
        usage.close(),
        keys.close(),
        limits.close(),
      ]);
    },
  };
}

/** A row that cannot be written costs itself, never those beside it: they are other tenants' too. */
async function writeUsage(
  rows: Pick<GatewayRows, "insertUsage">,
  batch: readonly TenantUsage[],
  logger: Logger,
): Promise<void> {
  const insert = (tenantId: string, own: readonly TenantUsage[]) =>
    rows.insertUsage(
      jobScope(tenantId, "gateway.usage"),
      own.map(({ row }) => row),
    );
  for (const [tenantId, own] of byTenant(batch))
    await insert(tenantId, own).catch(async (error: unknown) => {
      if (AppError.is(error)) throw error; // the database is away: the whole batch is tried again
      for (const one of own)
        await insert(tenantId, [one]).catch((cause: unknown) =>
          logger.error({ err: cause, tenant_id: tenantId, row_id: one.row.id }, "a usage row cannot be written"),
        );
    });
}
