import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCredentialCipher } from "@aurora/auth";
import { loadConfig } from "@aurora/config";
import { createCredentialRows } from "@aurora/db";
import { jobScope } from "@aurora/kernel";
import { silentLogger } from "@aurora/telemetry";
import { afterAll, beforeAll, expect, it } from "vitest";
import { wireApi, wireSetup } from "../../apps/api/src/wire.ts";
import { wireGateway } from "../../apps/gateway/src/wire.ts";
import { rotateCredentials } from "../../apps/nexus/src/rotate-credentials/rotate.ts";
import { type IngestionWorld, openWorld } from "../ingestion/world.ts";
import { answerWith, json, type ScriptedProvider, startProvider } from "../support/scripted-provider.ts";

const adminKey = "nxk_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDEFG";
const masterKey = (byte: number) => Buffer.alloc(32, byte).toString("base64url");
const question = "Combien de jours de télétravail par semaine ?";

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const dataDir = mkdtempSync(join(tmpdir(), "nexus-provider-keys-"));
const closing: (() => Promise<unknown>)[] = [];
let world: IngestionWorld;
let provider: ScriptedProvider;
let api: Awaited<ReturnType<typeof wireApi>>;

const call = async (method: "GET" | "POST" | "PUT", url: string, payload?: object) => {
  const headers = { authorization: `Bearer ${adminKey}` };
  const reply = await api.app.inject({ method, url, headers, ...(payload && { payload }) });
  return { status: reply.statusCode, body: reply.json(), text: reply.body };
};
/** A question nobody asked before, so that no cache answers it. */
let asked = 0;
const ask = (more: object = {}) => {
  asked += 1;
  return call("POST", "/api/query", { query: `${question} (${"encore ".repeat(asked).trim()})`, ...more });
};
const keysSeen = () => provider.calls.map(({ headers }) => headers.authorization);

/** A Gateway and an API as processes of the product are wired. */
async function startServices(environment: Record<string, string>): Promise<{ close(): Promise<void> }> {
  const config = loadConfig(environment);
  const gateway = await wireGateway(config, silentLogger);
  await gateway.server.listen({ host: "127.0.0.1", port: config.ports.gateway });
  api = await wireApi(config, silentLogger);
  const own = api;
  return {
    async close() {
      await own.close();
      await gateway.close();
    },
  };
}

beforeAll(async () => {
  provider = await startProvider();
  provider.script = answerWith("Deux jours par semaine [1].");
  world = await openWorld({
    DATA_DIR: dataDir,
    HOST_GATEWAY_PORT: String(await freePort()),
    JWT_SECRET: "a test secret of thirty-two characters",
    GATEWAY_INTERNAL_SECRET: "another test secret of 32 characters",
    LLM_CREDENTIALS_ENC_KEY: masterKey(5),
    ADMIN_API_KEY: adminKey,
    PROVIDER_PRIVATE_HOSTS: `127.0.0.1:${provider.port}`,
  });
  await wireSetup(world.config, silentLogger);
  const services = await startServices(world.environment);
  closing.push(() => services.close());
  const worker = world.startWorker();
  closing.push(() => worker.close());
  const scope = jobScope((await call("GET", "/api/auth/me")).body.tenant_id, "test");
  const text = "Un salarié à temps plein peut prendre deux jours de télétravail par semaine.";
  const added = await world.addDocument(scope, "accord.md", Buffer.from(text));
  expect((await world.ended(scope, added.jobId)).state).toBe("success");
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  await world.close();
  await provider.close();
  rmSync(dataDir, { recursive: true, force: true });
});

it("a key entered for a provider makes the assistant answer with its model at once", async () => {
  const before = await ask();
  expect(before.body).toMatchObject({ status: "answered", model: "aurora/extractive" });
  const created = await call("POST", "/api/admin/providers", {
    name: "lan",
    kind: "openai_compatible",
    base_url: provider.baseUrl,
    location: "local",
    api_key: "sk-first",
    models: ["m1"],
    default_model: "m1",
  });
  expect(created.status).toBe(201);
  const enteredAt = performance.now();
  const after = await ask();
  expect(after.body).toMatchObject({ status: "answered", answer: "Deux jours par semaine [1].", model: "m1-2026" });
  expect(performance.now() - enteredAt).toBeLessThan(5_000); // no wait of any kind: the very next question
  expect(keysSeen()).toEqual(["Bearer sk-first"]);
});

it("a key in the place of another is used within a second, and a refused one never", async () => {
  const [{ id }] = (await call("GET", "/api/admin/providers")).body.items;
  provider.script = (response, body) =>
    keysSeen().at(-1) === "Bearer sk-wrong"
      ? json(response, 401, { error: { message: "no" } })
      : answerWith("Deux jours [1].")(response, body);
  const refused = await call("POST", `/api/admin/providers/${id}/rotate-key`, { api_key: "sk-wrong" });
  expect(refused.body).toMatchObject({ is_rotated: false, test: { ok: false, status: 401, code: "provider_error" } });
  const rotated = await call("POST", `/api/admin/providers/${id}/rotate-key`, { api_key: "sk-second" });
  expect(rotated.body).toMatchObject({ is_rotated: true });
  await expect
    .poll(
      async () => {
        await ask();
        return keysSeen().at(-1);
      },
      { timeout: 3_000, interval: 200 },
    )
    .toBe("Bearer sk-second");
  expect(keysSeen().filter((key) => key === "Bearer sk-wrong")).toHaveLength(1); // its trial
});

it("an alias answers with the models an administrator put behind it, within a second of their change", async () => {
  const put = (targets: object[]) => call("PUT", "/api/admin/model-routes/fast", { targets });
  expect((await put([{ model: "lan/m1" }])).status).toBe(200);
  expect((await ask({ model: "fast" })).body).toMatchObject({ status: "answered", model: "m1-2026" });
});

it("prices come from the provider's own list, and the next calls are charged with them", async () => {
  const [{ id }] = (await call("GET", "/api/admin/providers")).body.items;
  const answer = provider.script;
  provider.script = (response) =>
    json(response, 200, { data: [{ id: "m1", pricing: { prompt: "0.000001", completion: "0.000002" } }] });
  const imported = await call("POST", "/api/admin/models/import", { provider_id: id });
  expect(imported.body.counts).toMatchObject({ updated: 1 });
  provider.script = answer;
  await expect
    .poll(async () => (await ask()).body.usage.cost_usd, { timeout: 3_000, interval: 300 })
    .toBeCloseTo(10 * 0.000001 + 5 * 0.000002, 12);
  const versions = "select distinct price_version as v from llm_usage where price_version is not null";
  await expect
    .poll(async () => (await world.database.admin.query(versions)).rows, { timeout: 3_000 })
    .toEqual([{ v: imported.body.price_version }]);
});

it("another master key is taken while services run, and the old one is not needed afterwards", async () => {
  const both = {
    ...world.environment,
    LLM_CREDENTIALS_ENC_KEY: masterKey(6),
    LLM_CREDENTIALS_ENC_KEY_OLD: masterKey(5),
  };
  const withBoth = await startServices({ ...both, HOST_GATEWAY_PORT: String(await freePort()) });
  expect((await ask()).body).toMatchObject({ status: "answered", model: "m1-2026" }); // opened with the old key
  const cipher = createCredentialCipher(masterKey(6), [masterKey(5)]);
  const rows = createCredentialRows(world.database.database);
  const [rotation] = await Promise.all([rotateCredentials(rows, cipher), ask()]);
  expect(rotation).toMatchObject({ rotated: 1, unreadable: [] });
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // until the Gateway reads providers anew
  expect((await ask()).body).toMatchObject({ status: "answered", model: "m1-2026" });
  await withBoth.close();
  const { LLM_CREDENTIALS_ENC_KEY_OLD: _old, ...alone } = both;
  const withNew = await startServices({ ...alone, HOST_GATEWAY_PORT: String(await freePort()) });
  expect((await ask()).body).toMatchObject({ status: "answered", model: "m1-2026" });
  expect(keysSeen().at(-1)).toBe("Bearer sk-second");
  await withNew.close();
});
