/** The Gateway as it runs in production – auth, egress, cache, usage rows, all on – over a throw-away PostgreSQL. */
import { createAnswerCipher, createCredentialCipher } from "@aurora/auth";
import { createGatewayRows, schema } from "@aurora/db";
import { systemClock, systemIds } from "@aurora/kernel";
import { silentLogger, silentTracer } from "@aurora/telemetry";
import { createDocument, startTestDatabase } from "@aurora/testing";
import { createGateway, standardTiming } from "../../apps/gateway/src/gateway.ts";
import { answerParent, type FromChild, internalSecret } from "./messages.ts";

const upstream = process.argv[2] ?? "";
const test = await startTestDatabase();
const scope = await test.createTenant("Bench");
const document = await createDocument(test.database, scope, { sourceApp: "rh" });
const cipher = createCredentialCipher(Buffer.alloc(32, 3).toString("base64url"));
const answerCipher = createAnswerCipher(Buffer.alloc(32, 3).toString("base64url"));
const providerId = systemIds.uuid();
const sealed = cipher.seal({ tenantId: scope.tenantId, providerId }, "sk-bench");
await test.database.inScope(scope, async (tx) => {
  const at = { tenantId: scope.tenantId, createdAt: new Date() };
  const provider = { id: providerId, name: "mock", kind: "openai_compatible", location: "local" } as const;
  await tx.insert(schema.llmProviders).values({ ...provider, ...at, baseUrl: `${upstream}/v1` });
  await tx.insert(schema.llmModels).values({ id: systemIds.uuid(), tenantId: scope.tenantId, providerId, name: "m" });
  await tx.insert(schema.llmCredentials).values({ providerId, ...at, ...sealed });
});
const gateway = createGateway({
  internalSecret,
  cipher,
  answerCipher,
  rows: createGatewayRows(test.database),
  ping: () => test.database.ping(),
  environmentKeys: { openai: null, openrouter: null },
  addresses: { privateHosts: [new URL(upstream).host], ownPorts: [] },
  outboundProxy: null,
  isCallerAppRegistryEnforced: true,
  cacheTtlSeconds: 3_600,
  wordVectors: null,
  semantic: null,
  timing: standardTiming,
  tracer: silentTracer,
  providerTracing: "none",
  metricsToken: null,
  version: "bench",
  clock: systemClock,
  ids: systemIds,
  logger: silentLogger,
});
const url = await gateway.server.listen({ host: "127.0.0.1", port: 0 });
process.send?.({ kind: "ready", url, tenantId: scope.tenantId, documentId: document.id } satisfies FromChild);
answerParent();
