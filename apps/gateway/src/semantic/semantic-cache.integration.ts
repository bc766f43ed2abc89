import { join } from "node:path";
import { semanticScopeHash } from "@aurora/answer-cache";
import { createAnswerCipher } from "@aurora/auth";
import { createDatabase, createReceiptRepository, createSemanticRows, schema } from "@aurora/db";
import { sha256Hex, systemIds, type TenantScope } from "@aurora/kernel";
import { loadStaticModel } from "@aurora/llm/static";
import { silentLogger as logger } from "@aurora/telemetry";
import { createDocument, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { createEmbeddedVectorStore } from "@aurora/vector-store/embedded";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { createCachePolicies, createSemanticCache, defaultPolicy } from "./index.ts";
import type { CachePolicy, SemanticCache, SemanticLookUp, SemanticQuestion } from "./types.ts";

const masterKey = Buffer.alloc(32, 7).toString("base64url");
const asked = "Comment annuler mon abonnement ?";
const paraphrase = "Je veux résilier mon abonnement, comment faire ?";
const nearMiss = "Comment annuler ma commande ?";

let test: TestDatabase;
let scope: TenantScope;
let documentId: string;
let nowMs: number;
let replicas: Replica[] = [];
let embedder: Awaited<ReturnType<typeof loadStaticModel>>["embedder"];

interface Replica {
  readonly cache: SemanticCache;
  readonly database: ReturnType<typeof createDatabase>;
}

beforeAll(async () => {
  test = await startTestDatabase();
  const folder = join(import.meta.dirname, "../../../../models/static-fr-en-192");
  embedder = (await loadStaticModel({ folder })).embedder;
});
afterAll(() => test.close());
beforeEach(async () => {
  nowMs = Date.now();
  scope = await test.createTenant();
  documentId = (await createDocument(test.database, scope)).id;
});
afterEach(async () => {
  for (const { cache, database } of replicas) {
    await cache.close();
    await database.close();
  }
  replicas = [];
});

/** A Gateway process of its own: its own connections, its own memory of the vectors. */
async function replica(options: { random?: number; key?: string; limitMs?: number } = {}): Promise<Replica> {
  const database = createDatabase({ connection: test.connection, maxConnections: 4, applicationName: "replica" });
  const vectors = createEmbeddedVectorStore({ pool: database.pool });
  await vectors.ensureCollection("llm_cache_semantic", { dimensions: embedder.dimensions, embedderId: embedder.id });
  const cache = createSemanticCache({
    rows: createSemanticRows(database),
    vectors,
    embedder,
    cipher: createAnswerCipher(options.key ?? masterKey),
    verifier: null,
    clock: { nowMs: () => nowMs },
    ids: systemIds,
    random: () => options.random ?? 1,
    slowestLookUpMs: options.limitMs ?? 5_000, // no test but one is about the time a busy machine takes
    logger,
  });
  const made = { cache, database };
  replicas.push(made);
  return made;
}

const chunk = (id: string, text = id) => ({ chunk_id: id, content_hash: sha256Hex(text) });
const policy = (values: Partial<CachePolicy> = {}): CachePolicy => ({
  ...defaultPolicy(3_600),
  mode: "mixed",
  ...values,
});
function question(text: string, values: Partial<SemanticQuestion> = {}): SemanticQuestion {
  return {
    tenantId: scope.tenantId,
    scopeHash: scopeHash({}),
    question: text,
    language: "fr",
    sourceApp: "support",
    packId: null,
    model: "m",
    evidence: [chunk("a"), chunk("b")],
    corpusEpoch: 1,
    documentIds: [documentId],
    policy: policy(),
    ...values,
  };
}
const scopeHash = (values: Partial<Parameters<typeof semanticScopeHash>[0]>) =>
  semanticScopeHash({
    tenantId: scope.tenantId,
    packId: null,
    sourceApp: "support",
    permissionScopeHash: "rights-1",
    provider: { accountId: "p", baseUrl: "" },
    resolvedModel: "m",
    promptVersion: "v1",
    language: "fr",
    embedderId: embedder.id,
    messagesHash: "system",
    parameters: { temperature: 0 },
    ...values,
  });
const completion = (content: string) => ({
  id: "c",
  object: "chat.completion",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
});
const textOf = (found: SemanticLookUp) =>
  found.kind === "hit"
    ? (found.completion.choices as { message: { content: string } }[])[0]?.message.content
    : found.reason;

/** Kept by a process that has written all it had to. */
async function kept(values: Partial<SemanticQuestion> = {}, answer = "Dans votre espace client. [1]"): Promise<void> {
  const { cache } = await replica();
  cache.keep(question(asked, values), { completion: completion(answer) });
  await cache.close();
}
const rowsOf = (of: TenantScope) => test.database.inScope(of, (tx) => tx.select().from(schema.llmCacheSemanticEntries));

it("answers a question that says the same in other words, in another process", async () => {
  await kept();
  const { cache } = await replica();
  const found = await cache.lookUp(question(paraphrase));
  expect(found).toMatchObject({ kind: "hit", recheck: false });
  expect(textOf(found)).toBe("Dans votre espace client. [1]");
  expect(found.kind === "hit" && found.similarity).toBeGreaterThan(0.2);
});

it("misses a question that is near and says something else, and notes why", async () => {
  await kept();
  const { cache } = await replica();
  expect(await cache.lookUp(question(nearMiss))).toMatchObject({ kind: "miss", reason: "content" });
  await cache.close();
  expect(await rowsOf(scope)).toMatchObject([{ rejections: { content: 1 }, hits: 0 }]);
});

it.each([
  ["permissions", { permissionScopeHash: "rights-2" }],
  ["the corpus", { sourceApp: "juridique" }],
  ["the pack", { packId: "cv" }],
  ["the prompt", { promptVersion: "v2" }],
  ["the model", { resolvedModel: "m2" }],
  ["the provider", { provider: { accountId: "q", baseUrl: "" } }],
  ["the system prompt or the history", { messagesHash: "other" }],
  ["a parameter", { parameters: { temperature: 0, max_tokens: 5 } }],
  ["the language of the answer", { language: "en" }],
] as const)("never crosses %s", async (_name, values) => {
  await kept();
  const { cache } = await replica();
  expect(await cache.lookUp(question(asked, { scopeHash: scopeHash(values) }))).toMatchObject({ reason: "none" });
});

it("never crosses tenants, even with the same scope hash and the other's row", async () => {
  await kept();
  const other = await test.createTenant();
  const { cache } = await replica();
  expect(await cache.lookUp({ ...question(asked), tenantId: other.tenantId })).toMatchObject({ reason: "none" });
  // a row and a point moved over by who may write anything: the seal names its owner
  await test.admin.query("update llm_cache_semantic_entries set tenant_id = $1", [other.tenantId]);
  await test.admin.query(
    "update vector_changes set tenant_id = $1 where collection = 'llm_cache_semantic' and tenant_id = $2",
    [...[other.tenantId, scope.tenantId]],
  );
  await test.admin.query(
    "update vector_points set tenant_id = $1 where collection = 'llm_cache_semantic' and tenant_id = $2",
    [...[other.tenantId, scope.tenantId]],
  );
  const moved = await (await replica()).cache.lookUp({ ...question(asked), tenantId: other.tenantId });
  expect(moved).toMatchObject({ kind: "miss", reason: "unreadable" });
});

it("keeps neither question nor answer in the clear", async () => {
  await kept({}, "Le code secret est mimosa. [1]");
  const dump = await test.admin.query("select t::text as line from llm_cache_semantic_entries t");
  const points = await test.admin.query("select payload::text as line from vector_points");
  const text = [...dump.rows, ...points.rows].map(({ line }: { line: string }) => line).join("\n");
  expect(text).not.toMatch(/mimosa|abonnement|annuler/);
  expect(
    await (await replica({ key: Buffer.alloc(32, 8).toString("base64url") })).cache.lookUp(question(asked)),
  ).toMatchObject({
    reason: "unreadable",
  });
});

it("is gone in every process once a document it draws on is deleted", async () => {
  await kept();
  const [one, two] = [await replica(), await replica()];
  for (const { cache } of [one, two]) expect((await cache.lookUp(question(paraphrase))).kind).toBe("hit");
  const receipts = createReceiptRepository(test.database);
  const receipt = { id: systemIds.uuid(), deletedBy: null, at: new Date(nowMs) };
  expect(await receipts.deleteDocument(scope, documentId, receipt)).toMatchObject({
    removed: expect.arrayContaining([expect.objectContaining({ store: "cache", count: 1 })]),
  });
  for (const { cache } of [one, two])
    expect(await cache.lookUp(question(paraphrase))).toMatchObject({ reason: "none" });
  // and an answer that was under way when the document went is not kept
  await kept();
  expect(await rowsOf(scope)).toEqual([]);
});

it("takes the points of what is gone out of the vector store", async () => {
  await kept();
  await test.database.inScope(scope, (tx) => tx.delete(schema.llmCacheSemanticEntries));
  const { cache } = await replica();
  await cache.lookUp(question(asked));
  await cache.close();
  const points = await test.admin.query("select 1 from vector_points where tenant_id = $1", [scope.tenantId]);
  const orphans = await test.admin.query("select 1 from llm_cache_semantic_orphans where tenant_id = $1", [
    scope.tenantId,
  ]);
  expect([points.rowCount, orphans.rowCount]).toEqual([0, 0]);
});

it("asks for the same evidence; or, in the same corpus, the same best chunk and what the answer cites", async () => {
  await kept({}, "Voyez ceci. [2]");
  const { cache } = await replica();
  const ask = (evidence: SemanticQuestion["evidence"], corpusEpoch = 1) =>
    cache.lookUp(question(paraphrase, { evidence, corpusEpoch }));
  expect(textOf(await ask([chunk("b"), chunk("a")], 2))).toBe("Voyez ceci. [1]"); // the marker names what it named
  expect(textOf(await ask([chunk("a"), chunk("c"), chunk("b")]))).toBe("Voyez ceci. [3]");
  expect(textOf(await ask([chunk("a"), chunk("c"), chunk("b")], 2))).toBe("evidence"); // something is new in the corpus
  expect(textOf(await ask([chunk("a"), chunk("c")]))).toBe("evidence"); // what it cites was not found
  expect(textOf(await ask([chunk("c"), chunk("a"), chunk("b")]))).toBe("evidence"); // another best chunk
  expect(textOf(await ask([chunk("a"), chunk("b", "changed")]))).toBe("evidence");
});

it("asks anew until comparisons bound the error, then serves; a lost comparison raises the threshold, two remove", async () => {
  await kept();
  const always = await replica({ random: 0 });
  const hit = await always.cache.lookUp(question(paraphrase));
  expect(hit).toMatchObject({ kind: "hit", recheck: true });
  if (hit.kind !== "hit") return;
  const fresh = completion("Depuis la page de votre compte, sous 3 jours. [2]");
  expect(always.cache.compare(question(paraphrase), hit, fresh)).toBe(false);
  await always.cache.close();
  expect(await rowsOf(scope)).toMatchObject([{ disagreed: 1, threshold: expect.closeTo(hit.similarity + 0.01, 3) }]);
  expect(await (await replica()).cache.lookUp(question(paraphrase))).toMatchObject({ reason: "own_threshold" });
  expect((await (await replica()).cache.lookUp(question(asked))).kind).toBe("hit"); // above it, still
  const again = await replica();
  again.cache.compare(question(asked), { ...hit, similarity: 0.99 }, fresh);
  await again.cache.close();
  expect(await rowsOf(scope)).toEqual([]);
});

it("trusts an entry by its own comparisons or its tenant's", async () => {
  await kept();
  const halfway = await replica({ random: 0.5 });
  const recheck = async () => {
    const found = await halfway.cache.lookUp(question(paraphrase));
    return found.kind === "hit" && found.recheck;
  };
  expect(await recheck()).toBe(true);
  await test.admin.query(
    "insert into llm_cache_semantic_days (tenant_id, day, agreed) values ($1, now()::date, 200) on conflict (tenant_id, day) do update set agreed = 200",
    [scope.tenantId],
  );
  expect(await recheck()).toBe(false);
});

it("looks and never serves in shadow mode", async () => {
  await kept();
  const { cache } = await replica({ random: 1 });
  expect(await cache.lookUp(question(paraphrase, { policy: policy({ shadow: true }) }))).toMatchObject({
    recheck: true,
  });
  await cache.close();
  const [day] = await test.database.inScope(scope, (tx) => tx.select().from(schema.llmCacheSemanticDays));
  expect(day).toMatchObject({ lookups: 1, hits: 0, shadowHits: 1 });
});

it("lets entries expire", async () => {
  await kept({ policy: policy({ ttlSeconds: 60 }) });
  const { cache } = await replica();
  nowMs += 59_000;
  expect((await cache.lookUp(question(asked))).kind).toBe("hit");
  nowMs += 2_000;
  expect(await cache.lookUp(question(asked))).toMatchObject({ reason: "none" });
});

it("is a miss when the database is slow or gone", async () => {
  await kept();
  const { cache, database } = await replica({ limitMs: 50 });
  const lock = await test.admin.connect();
  await lock.query("begin; lock table llm_cache_semantic_entries in access exclusive mode");
  const startedMs = performance.now();
  expect(await cache.lookUp(question(asked))).toMatchObject({ kind: "miss", reason: "slow" });
  expect(performance.now() - startedMs).toBeLessThan(500);
  await lock.query("rollback");
  lock.release();
  await database.close();
  expect(["failed", "slow"]).toContain(textOf(await cache.lookUp(question(asked))));
  replicas = [];
});

it("reads the pack's policy, else the tenant's, else the default, within a second of a change", async () => {
  const policies = createCachePolicies({
    rows: createSemanticRows(test.database),
    clock: { nowMs: () => nowMs },
    logger,
    ttlSeconds: 600,
  });
  const modes = async () => [
    (await policies.policyFor(scope.tenantId, null)).mode,
    (await policies.policyFor(scope.tenantId, "cv")).mode,
  ];
  expect(await modes()).toEqual(["exact", "exact"]);
  const row = {
    ...policy({ mode: "mixed" }),
    tenantId: scope.tenantId,
    packId: "",
    updatedAt: new Date(nowMs),
    ttlSeconds: 9_999,
  };
  await test.database.inScope(scope, (tx) =>
    tx.insert(schema.cacheSettings).values([row, { ...row, packId: "cv", mode: "disabled" }]),
  );
  expect(await modes()).toEqual(["exact", "exact"]);
  nowMs += 1_000;
  expect(await modes()).toEqual(["mixed", "disabled"]);
  expect((await policies.policyFor(scope.tenantId, null)).ttlSeconds).toBe(600); // never longer than the process allows
});
