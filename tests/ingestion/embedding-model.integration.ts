import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@aurora/config";
import { fixedClock, jobScope, type TenantScope } from "@aurora/kernel";
import { silentLogger } from "@aurora/telemetry";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { wireApi, wireSetup } from "../../apps/api/src/wire.ts";
import { wireGateway } from "../../apps/gateway/src/wire.ts";
import { openStores, startIngestion } from "../../apps/ingest/src/wire.ts";
import { sweepLeftovers } from "../../apps/worker/src/use-cases/sweep-leftovers.ts";
import { type IngestionWorld, maintenanceRows, openWorld } from "./world.ts";
import { quickTiming } from "./world-timing.ts";

const adminKey = "nxk_abcdefghijklmnopqrstuvwxyz0123456789-_ABCDEFG";
/** Topics of a model that knows what its words mean in two languages, as a real one does. */
const topics = [/télétravail|working from home/i, /facture|invoice/i, /vélo|bicycle/i];
const vectorOf = (text: string) => [...topics.map((topic) => (topic.test(text) ? 1 : 0)), 0.01, 0, 0, 0, 0];

interface Embeddings {
  readonly server: Server;
  readonly texts: string[];
}

/** A model server as Ollama or vLLM: `/v1/embeddings` on loopback. */
function createEmbeddings(): Embeddings {
  const texts: string[] = [];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const { input, model } = JSON.parse(body) as { input: string[]; model: string };
    texts.push(...input);
    const data = input.map((text, index) => ({ object: "embedding", index, embedding: vectorOf(text) }));
    const isKnown = request.url === "/v1/embeddings" && model === "tiny";
    response.writeHead(isKnown ? 200 : 404, { "content-type": "application/json" });
    response.end(JSON.stringify({ object: "list", model, data }));
  });
  return { server, texts };
}
const listen = (server: { listen(port: number, host: string, done: () => void): unknown; address(): unknown }) =>
  new Promise<number>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port)),
  );
async function freePort(): Promise<number> {
  const server = createTcpServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("EMBEDDING_MODEL", () => {
  const embeddings = createEmbeddings();
  const dataDir = mkdtempSync(join(tmpdir(), "nexus-embedding-model-"));
  const closing: (() => Promise<unknown>)[] = [];
  let world: IngestionWorld;
  let worker: { close(): Promise<void> };
  let scope: TenantScope;
  let api: Awaited<ReturnType<typeof wireApi>>;
  let providerUrl = "";

  const call = async (method: "GET" | "POST" | "PUT", url: string, payload?: object) => {
    const authorization = `Bearer ${adminKey}`;
    const reply = await api.app.inject({ method, url, headers: { authorization }, ...(payload && { payload }) });
    return { status: reply.statusCode, body: reply.json() };
  };
  const search = () => call("POST", "/api/search", { query: "How many days of working from home?" });
  const ingest = async (filename: string, text: string) => {
    const added = await world.addDocument(scope, filename, Buffer.from(text));
    return { ...added, job: await world.ended(scope, added.jobId) };
  };

  beforeAll(async () => {
    const port = await listen(embeddings.server);
    world = await openWorld({
      DATA_DIR: dataDir,
      HOST_GATEWAY_PORT: String(await freePort()),
      JWT_SECRET: "a test secret of thirty-two characters",
      GATEWAY_INTERNAL_SECRET: "another test secret of 32 characters",
      LLM_CREDENTIALS_ENC_KEY: Buffer.alloc(32, 5).toString("base64url"),
      ADMIN_API_KEY: adminKey,
      EMBEDDING_MODEL: "lan/tiny",
      EMBEDDING_DIMENSIONS: "8",
      LLM_CACHE_TTL_SECONDS: "0", // every question is seen to be embedded
      PROVIDER_PRIVATE_HOSTS: `127.0.0.1:${port}`,
    });
    const gateway = await wireGateway(world.config, silentLogger);
    closing.push(() => gateway.close());
    await gateway.server.listen({ host: "127.0.0.1", port: world.config.ports.gateway });
    await wireSetup(world.config, silentLogger);
    api = await wireApi(world.config, silentLogger);
    const first = api;
    closing.push(() => first.close());
    worker = world.startWorker();
    closing.push(() => worker.close());
    scope = jobScope((await call("GET", "/api/auth/me")).body.tenant_id, "test");
    const created = await call("POST", "/api/admin/providers", {
      name: "lan",
      kind: "openai_compatible",
      base_url: `http://127.0.0.1:${port}/v1`,
      location: "local",
      models: ["tiny"],
    });
    expect(created.status).toBe(201);
    providerUrl = `/api/admin/providers/${created.body.id}`;
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
    await world.close();
    await new Promise((resolve) => embeddings.server.close(resolve));
    rmSync(dataDir, { recursive: true, force: true });
  });

  it("of a local provider embeds documents and questions, with no approval", async () => {
    const home = await ingest("accord.md", "Le télétravail est possible deux jours par semaine.");
    const invoice = await ingest("achats.md", "Une facture se paie à trente jours.");
    expect([home.job.state, invoice.job.state]).toEqual(["success", "success"]);
    const { body } = await search(); // no word in common: the model's vectors alone find it
    expect(body.hits[0]).toMatchObject({ document_id: home.documentId });
    expect(body.hits[0].dense_score).toBeGreaterThan(0.99);
    expect(embeddings.texts.at(-1)).toBe("How many days of working from home?");
    expect(embeddings.texts.join("\n")).toContain("Une facture se paie à trente jours.");
  });

  it("of an external provider gets nothing until the corpus approves it, and says so on the job and on the search", async () => {
    expect((await call("PUT", providerUrl, { location: "external" })).status).toBe(200);
    await expect
      .poll(async () => (await search()).body.code, { timeout: 10_000 }) // the Gateway reads providers once a second
      .toBe("egress_refused");
    const seen = embeddings.texts.length;
    const refused = await ingest("velo.md", "Le vélo est garanti dix ans.");
    expect(refused.job).toMatchObject({ state: "failed", failure: { code: "egress_refused" } });
    expect((await search()).status).toBe(403);
    expect(embeddings.texts).toHaveLength(seen);

    const id = providerUrl.split("/").at(-1);
    const approval = { egress: "approved", approved_provider_ids: [id] };
    expect((await call("PUT", "/api/admin/source-apps/default", approval)).status).toBe(200);
    const allowed = await ingest("velo2.md", "Le vélo est garanti dix ans.");
    expect(allowed.job.state).toBe("success");
    expect((await search()).status).toBe(200);
    const sent = "select document_ids from llm_usage where egress = 'external' and document_ids <> '{}'";
    await expect // usage rows are written in batches, after the answers
      .poll(async () => (await world.database.admin.query(sent)).rows, { timeout: 10_000 })
      .toEqual([{ document_ids: [allowed.documentId] }]);
  });

  it("changes while people ask: the old vectors answer until every document has new ones, and then go", async () => {
    await worker.close();
    const { EMBEDDING_MODEL: _model, EMBEDDING_DIMENSIONS: _width, ...environment } = world.environment;
    const config = loadConfig(environment); // the built-in model from here on
    const stores = await openStores(config, silentLogger);
    closing.push(() => stores.close());
    const next = startIngestion(stores, config, silentLogger, quickTiming);
    closing.push(() => next.close());
    api = await wireApi(config, silentLogger);
    const changed = api;
    closing.push(() => changed.close());
    const collections = async () => {
      const { rows } = await world.database.admin.query(
        "select collection, count(*)::int as points from vector_points where tenant_id = $1 group by 1 order by 1",
        [scope.tenantId],
      );
      return rows.map((row) => row.points);
    };
    const embedder = async () =>
      (await world.database.admin.query("select embedder_id from tenants where id = $1", [scope.tenantId])).rows[0]
        .embedder_id;

    const asked = embeddings.texts.length;
    const { body } = await search();
    expect(body.hits[0].dense_score).toBeGreaterThan(0.99); // the old model's vectors, compared by the old model
    expect(embeddings.texts.length).toBe(asked + 1);

    const fresh = await ingest("jardin.md", "Le jardin de la coopérative est ouvert le samedi.");
    expect(fresh.job.state).toBe("success");
    const documents = 4; // two before, one approved, this one: of the refused one nothing is there
    expect([await collections(), await embedder()]).toEqual([[documents, 1], "lan/tiny@8"]);

    const { body: batch } = await call("POST", "/api/ingestion/reindex", { only: "outdated" });
    expect(batch.counts.total).toBe(documents - 1);
    await expect
      .poll(async () => (await call("GET", `/api/ingestion/batches/${batch.id}`)).body.is_done, { timeout: 20_000 })
      .toBe(true);
    await world.idle(scope);
    expect(await embedder()).toBe("static-fr-en-192@1");
    const afterwards = embeddings.texts.length;
    const found = await call("POST", "/api/search", { query: "Combien de jours de télétravail par semaine ?" });
    expect(found.body.hits[0].text).toContain("télétravail");
    expect(found.body.hits[0].dense_score).toBeGreaterThan(0.3);
    expect(embeddings.texts.length).toBe(afterwards);

    const sweep = (aheadMs: number) =>
      sweepLeftovers(
        { ...stores, rows: maintenanceRows(world.database.database), clock: fixedClock(Date.now() + aheadMs) },
        scope,
        new AbortController().signal,
      );
    expect(await sweep(0)).toMatchObject({ retired_embedders: 0 }); // somebody may be reading them
    expect(await sweep(120_000)).toMatchObject({ retired_embedders: 1 });
    expect(await collections()).toEqual([documents]);
    const left = "select distinct embedder_id from chunk_embeddings where tenant_id = $1";
    expect((await world.database.admin.query(left, [scope.tenantId])).rows).toEqual([
      { embedder_id: "static-fr-en-192@1" },
    ]);
    const again = await call("POST", "/api/ingestion/reindex", { only: "outdated" });
    expect(again.body.counts.total).toBe(0);
  });
});
