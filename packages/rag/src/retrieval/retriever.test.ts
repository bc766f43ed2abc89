import { AppError, jobScope, sha256Hex, type TenantScope, tenantScope } from "@aurora/kernel";
import type { Filter, Hit, HybridQuery, VectorStore } from "@aurora/vector-store";
import { expect, it } from "vitest";
import { judgeAnswerability } from "./answerability.ts";
import type { Passage } from "./passages.ts";
import { createRetriever, type RetrievalRequest, retrievalDefaults } from "./retriever.ts";
import { indexVersion } from "./sparse.ts";
import { termId } from "./term-id.ts";

const tenantId = "00000000-0000-4000-8000-00000000000a";
const reader = (...read: string[]): TenantScope =>
  tenantScope(tenantId, { kind: "user", id: "u", role: "user" }, { read, ingest: ["secret"], manage: [] });
const all = jobScope(tenantId, "test");

const ask = (over: Partial<RetrievalRequest> = {}): RetrievalRequest => ({
  query: "Quel est le préavis du contrat ?",
  sourceApp: null,
  workspace: null,
  packId: null,
  documentIds: [],
  k: null,
  fetchK: null,
  mmrLambda: null,
  ...over,
});

const passage = (chunkId: string, text: string): Passage => ({
  chunkId,
  documentId: `document of ${chunkId}`,
  externalId: null,
  title: "",
  sourceApp: "rh",
  workspace: null,
  packId: null,
  text,
  contentHash: sha256Hex(text),
  headingPath: [],
  pageStart: 1,
  pageEnd: 1,
  bboxes: [],
  spans: [],
  isTable: false,
  language: "fr",
});
const hit = (id: string, denseScore: number, sparseScore: number, ...dense: number[]): Hit => ({
  id,
  payload: {},
  denseScore,
  sparseScore,
  dense: Float32Array.from(dense),
});

/** A retriever over given hits and passages, with every vector query that it sent. */
function setUp(
  hits: readonly Hit[],
  passages: readonly Passage[],
  chunkCount = 100,
  defaults: { k?: number; fetchK?: number } = {},
) {
  const queries: HybridQuery[] = [];
  const loads: (readonly string[])[] = [];
  const versions: string[] = [];
  const embedded: { texts: readonly string[]; sourceApps: readonly string[] }[] = [];
  const vectorStore: VectorStore = {
    limits: { maxPointsPerCall: 1, maxQueryLimit: 1_000 },
    ensureCollection: async () => {},
    collections: async () => [],
    upsert: async () => {},
    delete: async () => 0,
    count: async () => hits.length,
    close: async () => {},
    query: async (_scope, _collection, query) => {
      queries.push(query);
      return hits;
    },
  };
  const retriever = createRetriever({
    vectorStore,
    embedders: {
      id: "fake@1",
      dimensions: 2,
      embedderFor: (_scope, sourceApps) => ({
        ...{ id: "fake@1", dimensions: 2, weak: true, maxTokensPerText: 100, maxTextsPerCall: 10 },
        embed: async (texts) => {
          embedded.push({ texts, sourceApps });
          return texts.map(() => Float32Array.of(1, 0));
        },
      }),
    },
    wordVectors: { vectorOf: () => null },
    statistics: {
      load: async (_scope, version, termIds) => {
        versions.push(version);
        return { chunkCount, documentFrequency: new Map(termIds.map((id) => [id, 5])), epoch: 42 };
      },
    },
    passages: {
      load: async (_scope, chunkIds) => {
        loads.push(chunkIds);
        return passages.filter(({ chunkId }) => chunkIds.includes(chunkId));
      },
    },
    defaults,
    nowMs: () => 0,
  });
  return { retriever, queries, loads, versions, embedded };
}

const filterSent = async (scope: TenantScope, over: Partial<RetrievalRequest> = {}): Promise<Filter | undefined> => {
  const { retriever, queries } = setUp([], []);
  await retriever.retrieve(scope, ask(over));
  return queries[0]?.filter;
};

it("puts the source_apps the scope may read inside the vector query", async () => {
  expect(await filterSent(reader("rh", "juridique"))).toEqual({
    must: [{ key: "source_app", any: ["juridique", "rh"] }],
  });
  expect(await filterSent(all)).toEqual({ must: [] });
});

it("asks the vector store nothing when the scope may read nothing", async () => {
  const { retriever, queries, loads } = setUp([hit("a", 1, 9, 1, 0)], [passage("a", "Le préavis du contrat.")]);
  const result = await retriever.retrieve(reader(), ask());
  expect({ queries, loads, hits: result.hits }).toEqual({ queries: [], loads: [], hits: [] });
  expect(result.answerable).toEqual({ isAnswerable: false, confidence: 0, reason: "no_passages" });
});

it("embeds the question under the rules of the corpora it searches, and not at all when there are none", async () => {
  const { retriever, embedded } = setUp([], []);
  await retriever.retrieve(reader("rh", "juridique"), ask());
  await retriever.retrieve(reader("rh", "juridique"), ask({ sourceApp: "rh" }));
  await retriever.retrieve(reader(), ask());
  expect(embedded.map(({ sourceApps }) => sourceApps)).toEqual([["juridique", "rh"], ["rh"]]);
});

it("answers a source_app the scope may not read like one that does not exist, before any store is asked", async () => {
  const { retriever, queries, loads } = setUp([], []);
  for (const sourceApp of ["secret", "nowhere"]) {
    const failure: unknown = await retriever
      .retrieve(reader("rh"), ask({ sourceApp }))
      .catch((error: unknown) => error);
    expect(AppError.is(failure) && [failure.code, failure.message]).toEqual([
      "not_found",
      "This source_app does not exist.",
    ]);
  }
  expect([queries, loads]).toEqual([[], []]);
});

it("adds the caller's selection to the filter", async () => {
  const selection = { sourceApp: "rh", workspace: "paie", packId: "clients", documentIds: ["d1", "d2"] };
  expect(await filterSent(reader("rh", "juridique"), selection)).toEqual({
    must: [
      { key: "source_app", match: "rh" },
      { key: "workspace", match: "paie" },
      { key: "pack_id", match: "clients" },
      { key: "document_id", any: ["d1", "d2"] },
    ],
  });
});

it("queries with our idf as sparse weights and reads the counts of its own index version", async () => {
  const { retriever, queries, versions } = setUp([], []);
  const { diagnostics } = await retriever.retrieve(all, ask());
  expect(queries[0]?.sparse?.ids).toContain(termId("contrat"));
  expect(versions).toEqual([indexVersion("fake@1")]);
  expect(diagnostics).toMatchObject({ index_version: indexVersion("fake@1"), corpus_epoch: 42 });
});

it("drops hits that no reader may see and fills up from the next candidates", async () => {
  const hits = Array.from({ length: 9 }, (_, i) => hit(`c${i}`, 0.9 - i / 100, 9, 1, 0));
  const { retriever, loads } = setUp(hits, [passage("c3", "un"), passage("c8", "deux")]);
  const result = await retriever.retrieve(all, ask({ k: 2, fetchK: 3 }));
  expect(result.hits.map((one) => one.passage.chunkId)).toEqual(["c3", "c8"]);
  expect(loads.map((ids) => ids.length)).toEqual([3, 3, 3]);
});

it("takes k and fetch_k of the configuration where the request is silent, and the request's own before them", async () => {
  const hits = Array.from({ length: 9 }, (_, i) => hit(`c${i}`, 0.9 - i / 100, 9, 1, 0));
  const passages = hits.map(({ id }) => passage(id, "préavis contrat"));
  const { retriever } = setUp(hits, passages, 100, { k: 3, fetchK: 4 });
  expect((await retriever.retrieve(all, ask())).hits).toHaveLength(3);
  expect((await retriever.retrieve(all, ask({ k: 2 }))).hits).toHaveLength(2);
});

it("gives k passages, the best first, chosen with MMR on the stored vectors", async () => {
  const hits = [hit("a", 0.9, 20, 1, 0), hit("a2", 0.88, 20, 1, 0), hit("b", 0.8, 18, 0, 1)];
  const passages = [passage("a", "préavis contrat"), passage("a2", "préavis contrat"), passage("b", "préavis contrat")];
  const { retriever } = setUp(hits, passages);
  const ids = async (mmrLambda: number) =>
    (await retriever.retrieve(all, ask({ k: 2, mmrLambda }))).hits.map((one) => one.passage.chunkId);
  expect(await ids(0.5)).toEqual(["a", "b"]);
  expect(await ids(1)).toEqual(["a", "a2"]);
  expect((await retriever.retrieve(all, ask({ k: 1 }))).hits[0]?.score).toBeGreaterThan(0.9);
});

it("judges a passage with the question's words answerable and one with none of them not", async () => {
  const good = setUp([hit("a", 0.5, 12, 1, 0)], [passage("a", "Le préavis du contrat est de trois mois.")]);
  expect((await good.retriever.retrieve(all, ask())).answerable).toMatchObject({ reason: "sufficient_match" });
  const poor = setUp([hit("a", 0.5, 0, 1, 0)], [passage("a", "La cantine ouvre à midi.")]);
  expect((await poor.retriever.retrieve(all, ask())).answerable).toMatchObject({
    isAnswerable: false,
    reason: "weak_match",
  });
});

it("asks less word overlap of a passage in another language, and more of longer questions' words there", () => {
  const match = { bm25Share: 0.1, maxSim: 0.4, isSameLanguage: true };
  expect(judgeAnswerability([match], 6).isAnswerable).toBe(false);
  expect(judgeAnswerability([{ ...match, isSameLanguage: false }], 6).isAnswerable).toBe(true);
});

it("stops before the stores when its signal is aborted", async () => {
  const { retriever, queries } = setUp([], []);
  await expect(retriever.retrieve(all, ask({ signal: AbortSignal.abort() }))).rejects.toThrow();
  expect(queries).toEqual([]);
});

it("never gives fewer candidates to the rerank than passages wanted", async () => {
  const hits = Array.from({ length: 60 }, (_, i) => hit(`c${String(i).padStart(2, "0")}`, 0.5, 9, 1, 0));
  const { retriever } = setUp(
    hits,
    hits.map(({ id }) => passage(id, "préavis")),
  );
  expect((await retriever.retrieve(all, ask({ k: retrievalDefaults.fetchK + 5 }))).hits).toHaveLength(45);
});
