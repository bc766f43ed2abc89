import { createAnswerCipher, createCredentialCipher } from "@aurora/auth";
import { systemClock, systemIds, type TenantScope } from "@aurora/kernel";
import { type Logger, silentLogger, silentTracer, type Tracer } from "@aurora/telemetry";
import { createGateway, type Gateway, type GatewayDeps, standardTiming } from "../gateway.ts";
import type { GatewayRows } from "../use-cases/gateway-rows.ts";
import { chatBody, createCaller, internalSecret } from "./caller.ts";
import { type ScriptedProvider, startProvider } from "./scripted-provider.ts";

/** What the harness needs of a test database: a superuser to arrange and to look, past row-level security. */
export interface ArrangedDatabase {
  readonly admin: { query(text: string, values?: unknown[]): Promise<{ rows: Record<string, unknown>[] }> };
  readonly database: { ping(): Promise<void> };
}

export const plantedKey = "sk-planted-0123456789";
const cipher = createCredentialCipher(Buffer.alloc(32, 7).toString("base64url"));
const answerCipher = createAnswerCipher(Buffer.alloc(32, 7).toString("base64url"));

export interface Harness {
  readonly scope: TenantScope;
  readonly provider: ScriptedProvider;
  readonly gateway: Gateway;
  readonly baseUrl: string;
  readonly call: ReturnType<typeof createCaller>;
  /** The local provider `lan` with the model `m1`, which every harness has. */
  readonly providerId: string;
  ask(more?: Record<string, unknown>, model?: string): Promise<Response>;
  addProvider(values: {
    name: string;
    location?: "local" | "external";
    model?: string;
    baseUrl?: string;
  }): Promise<string>;
  /** An alias; of its row, what differs from the defaults. */
  addRoute(
    alias: string,
    values: { targets: { model: string; weight: number }[]; [column: string]: unknown },
  ): Promise<void>;
  /** Stops the Gateway, which writes every row, and reads the tenant's. */
  usageRows(): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export interface HarnessOptions {
  readonly logger?: Logger;
  readonly semantic?: GatewayDeps["semantic"];
  readonly metricsToken?: string;
  readonly tracer?: Tracer;
  /** Of further scripted providers on loopback. */
  readonly privatePorts?: readonly number[];
}

/** A listening Gateway with short time limits over a test database, and a scripted provider behind it. */
export async function startHarness(
  db: ArrangedDatabase,
  rows: GatewayRows,
  scope: TenantScope,
  options: HarnessOptions = {},
): Promise<Harness> {
  const { logger = silentLogger, privatePorts = [] } = options;
  const provider = await startProvider();
  const gateway = createGateway({
    internalSecret,
    cipher,
    answerCipher,
    rows,
    ping: () => db.database.ping(),
    environmentKeys: { openai: null, openrouter: null },
    addresses: { privateHosts: [provider.port, ...privatePorts].map((port) => `127.0.0.1:${port}`), ownPorts: [] },
    outboundProxy: null,
    isCallerAppRegistryEnforced: false,
    cacheTtlSeconds: 3_600,
    wordVectors: null,
    semantic: options.semantic ?? null,
    timing: {
      ...standardTiming,
      firstByteMs: 1_500,
      idleMs: 1_500,
      totalMs: 5_000,
      settingsMaxAgeMs: 1_000,
      drainMs: 100,
    },
    tracer: options.tracer ?? silentTracer,
    providerTracing: "none",
    metricsToken: options.metricsToken ?? null,
    version: "test",
    clock: systemClock,
    ids: systemIds,
    logger,
  });
  const baseUrl = await gateway.server.listen({ host: "127.0.0.1", port: 0 });
  const call = createCaller(baseUrl, scope.tenantId, systemClock);

  const addProvider: Harness["addProvider"] = async (values) => {
    const id = systemIds.uuid();
    const { location = "local", model = "m1", name, baseUrl: url = provider.baseUrl } = values;
    const sealed = cipher.seal({ tenantId: scope.tenantId, providerId: id }, plantedKey);
    await db.admin.query(
      "insert into llm_providers (id, tenant_id, name, kind, base_url, location, created_at) values ($1, $2, $3, 'openai_compatible', $4, $5, now())",
      [id, scope.tenantId, name, url, location],
    );
    await db.admin.query(
      "insert into llm_models (id, tenant_id, provider_id, name, input_price_usd, output_price_usd) values ($1, $2, $3, $4, 0.000001, 0.000002)",
      [systemIds.uuid(), scope.tenantId, id, model],
    );
    await db.admin.query(
      "insert into llm_credentials (provider_id, tenant_id, key_id, nonce, ciphertext, created_at) values ($1, $2, $3, $4, $5, now())",
      [id, scope.tenantId, sealed.keyId, sealed.nonce, sealed.ciphertext],
    );
    return id;
  };

  const addRoute: Harness["addRoute"] = async (alias, values) => {
    const { hedge_after_ms = null, retries = { max: 0, base_ms: 10, max_ms: 100 }, targets } = values;
    await db.admin.query(
      "insert into model_routes (tenant_id, alias, targets, retries, hedge_after_ms, updated_at) values ($1, $2, $3, $4, $5, now())",
      [scope.tenantId, alias, JSON.stringify(targets), JSON.stringify(retries), hedge_after_ms],
    );
  };

  return {
    scope,
    addRoute,
    provider,
    gateway,
    baseUrl,
    call,
    addProvider,
    providerId: await addProvider({ name: "lan" }),
    ask: (more = {}, model = "lan/m1") => call({ body: chatBody(model, more) }),
    async usageRows() {
      await gateway.close();
      const { rows: found } = await db.admin.query(
        "select *, cost_usd::float as cost, saved_cost_usd::float as saved_cost from llm_usage where tenant_id = $1 order by created_at",
        [scope.tenantId],
      );
      return found;
    },
    async stop() {
      await gateway.close();
      await provider.close();
    },
  };
}
