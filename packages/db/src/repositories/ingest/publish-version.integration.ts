import { IngestionSettings } from "@aurora/contracts";
import { derivedUuid, sha256Hex, systemIds, type TenantScope } from "@aurora/kernel";
import { createDocument, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schema } from "../../index.ts";
import { replaceStatistics } from "./corpus-statistics.ts";
import { createIngestionRows } from "./ingestion-rows.ts";

let test: TestDatabase;
let rows: ReturnType<typeof createIngestionRows>;
let scope: TenantScope;
const now = new Date("2026-01-01T00:00:00Z");

beforeAll(async () => {
  test = await startTestDatabase();
  rows = createIngestionRows(test.database);
});
afterAll(() => test.close());

async function openJob(documentId: string, version: number): Promise<string> {
  const id = systemIds.uuid();
  await test.database.inScope(scope, (tx) =>
    tx
      .insert(schema.documentVersions)
      .values({
        tenantId: scope.tenantId,
        documentId,
        version,
        filename: `file ${version}.txt`,
        sizeBytes: version,
        sha256: `sha ${version}`,
        objectKey: `documents/${documentId}/${version}`,
        callerApp: "unknown",
        createdAt: now,
        mediaType: "text/plain",
        language: "fr",
        pageCount: 7,
      })
      .onConflictDoNothing(),
  );
  await test.database.inScope(scope, (tx) =>
    tx.insert(schema.ingestionJobs).values({
      id,
      tenantId: scope.tenantId,
      documentId,
      version,
      state: "queued",
      callerApp: "unknown",
      createdAt: now,
      updatedAt: now,
    }),
  );
  return id;
}

const semanticEntry = () => ({
  ...{ id: systemIds.uuid(), tenantId: scope.tenantId, scopeHash: "s", language: "fr", model: "m", embedderId: "e" },
  ...{ question: "sealed", response: "sealed", evidence: [], cited: [], corpusEpoch: 1, threshold: 0 },
  ...{ createdAt: now, expiresAt: new Date("2036-01-01") },
});

async function saveChunks(documentId: string, version: number, texts: readonly string[]): Promise<void> {
  await rows.saveChunks(
    scope,
    documentId,
    version,
    texts.map((text, ordinal) => ({
      id: derivedUuid(documentId, version, ordinal),
      ordinal,
      text,
      contentHash: sha256Hex(text),
      headingPath: ['Titre, avec "guillemets"', "{x}"],
      pageStart: 1,
      pageEnd: 2,
      bboxes: [{ page: 1, l: 0, t: 0, r: 1, b: 1 }],
      spans: [],
      charSpans: [],
      isTable: false,
      language: "fr",
      passageHash: sha256Hex(`passage ${text}`),
    })),
  );
}

const publication = (
  jobId: string,
  documentId: string,
  version: number,
  chunkCount: number,
  terms: readonly (readonly [number, number])[],
  indexVersion = "v1",
) => ({
  jobId,
  documentId,
  version,
  title: `Title ${version}`,
  settings: IngestionSettings.parse({}),
  embedderIds: ["test@1"],
  pages: [{ page: 1, width: 595, height: 842 }],
  chunkCount,
  indexVersion,
  termCounts: new Map(terms),
});

async function publish(
  documentId: string,
  version: number,
  texts: readonly string[],
  terms: readonly (readonly [number, number])[],
  indexVersion?: string,
) {
  const jobId = await openJob(documentId, version);
  await saveChunks(documentId, version, texts);
  return rows.publish(scope, publication(jobId, documentId, version, texts.length, terms, indexVersion), now);
}

async function statistics() {
  return test.database.inScope(scope, async (tx) => {
    const terms = await tx.select().from(schema.termStatistics);
    const corpus = await tx.select().from(schema.corpusStatistics);
    return {
      terms: Object.fromEntries(terms.map((row) => [`${row.indexVersion}:${row.termId}`, row.chunkCount])),
      corpus: Object.fromEntries(corpus.map((row) => [row.indexVersion, [row.chunkCount, row.epoch]])),
    };
  });
}

const largestTerm = 0xffff_ffff;

describe("publishing a version", () => {
  it("writes document, job and statistics at once, and replaces the statistics of the version before", async () => {
    scope = await test.createTenant();
    const other = await createDocument(test.database, scope);
    const document = await createDocument(test.database, scope);
    expect(
      await publish(
        other.id,
        1,
        ["a"],
        [
          [7, 1],
          [largestTerm, 1],
        ],
      ),
    ).toBe("published");
    expect(
      await publish(
        document.id,
        1,
        ["a", "b"],
        [
          [7, 2],
          [8, 1],
        ],
      ),
    ).toBe("published");
    expect(await statistics()).toEqual({
      terms: { "v1:7": 3, "v1:8": 1, [`v1:${largestTerm}`]: 1 },
      corpus: { v1: [3, 2] },
    });
    expect(
      await publish(
        document.id,
        2,
        ["c"],
        [
          [7, 1],
          [9, 1],
        ],
      ),
    ).toBe("published");
    expect(await statistics()).toEqual({
      terms: { "v1:7": 2, "v1:9": 1, [`v1:${largestTerm}`]: 1 },
      corpus: { v1: [2, 3] },
    });
    const [row] = await test.database.inScope(scope, (tx) =>
      tx.select().from(schema.documents).where(eqId(document.id)),
    );
    expect(row).toMatchObject({
      ...{
        publishedVersion: 2,
        title: "Title 2",
        chunkCount: 1,
        pageCount: 7,
        language: "fr",
        mediaType: "text/plain",
      },
      ...{ filename: "file 2.txt", sizeBytes: 2, sha256: "sha 2", objectKey: `documents/${document.id}/2` },
    });
  });

  it("moves a document from one index version to another without leaving a count behind", async () => {
    scope = await test.createTenant();
    const document = await createDocument(test.database, scope);
    await publish(document.id, 1, ["a"], [[7, 1]], "old");
    await publish(document.id, 2, ["a"], [[7, 1]], "new");
    expect(await statistics()).toEqual({ terms: { "new:7": 1 }, corpus: { old: [0, 2], new: [1, 1] } });
  });

  it("counts nothing of a deleted document", async () => {
    scope = await test.createTenant();
    const document = await createDocument(test.database, scope);
    await publish(document.id, 1, ["a"], [[7, 1]]);
    await test.database.inScope(scope, async (tx) => {
      await replaceStatistics(tx, scope, document.id, null);
      await tx.delete(schema.documents).where(eqId(document.id));
    });
    expect(await statistics()).toEqual({ terms: {}, corpus: { v1: [0, 2] } });
  });

  it("refuses a version whose chunk rows are not all there, and changes nothing", async () => {
    scope = await test.createTenant();
    const document = await createDocument(test.database, scope);
    const jobId = await openJob(document.id, 1);
    await saveChunks(document.id, 1, ["a"]);
    await expect(rows.publish(scope, publication(jobId, document.id, 1, 2, [[7, 2]]), now)).rejects.toThrow(
      /chunk rows/,
    );
    expect(await statistics()).toEqual({ terms: {}, corpus: {} });
    expect(await rows.find(scope, jobId)).toMatchObject({ state: "queued" });
  });

  it("never goes back to an older version, nor publishes a job that was ended", async () => {
    scope = await test.createTenant();
    const document = await createDocument(test.database, scope);
    const late = await openJob(document.id, 1);
    await saveChunks(document.id, 1, ["a"]);
    await publish(document.id, 2, ["b"], [[8, 1]]);
    expect(await rows.publish(scope, publication(late, document.id, 1, 1, [[7, 1]]), now)).toBe("superseded");
    expect(await rows.find(scope, late)).toMatchObject({ state: "cancelled" });

    const cancelled = await openJob(document.id, 3);
    await rows.end(scope, cancelled, { state: "cancelled", failure: null, isDeadLetter: false }, now);
    await saveChunks(document.id, 3, ["c"]);
    expect(await rows.publish(scope, publication(cancelled, document.id, 3, 1, [[7, 1]]), now)).toBe("closed");
    expect((await statistics()).terms).toEqual({ "v1:8": 1 });
  });

  it("drops the cached answers that cite the document, exact and semantic, and no others", async () => {
    scope = await test.createTenant();
    const document = await createDocument(test.database, scope);
    const other = systemIds.uuid();
    await test.database.inScope(scope, (tx) =>
      tx.insert(schema.llmCacheExact).values(
        [[document.id, other], [other]].map((documentIds, index) => ({
          tenantId: scope.tenantId,
          keyHash: `key-${index}`,
          model: "m",
          response: {} as never,
          documentIds,
          createdAt: now,
          expiresAt: now,
        })),
      ),
    );
    const semantic = [[document.id, other], [other]].map((documentIds) => ({ ...semanticEntry(), documentIds }));
    await test.database.inScope(scope, (tx) => tx.insert(schema.llmCacheSemanticEntries).values(semantic));
    await publish(document.id, 1, ["a"], [[7, 1]]);
    const left = await test.database.inScope(scope, (tx) =>
      tx.select({ key: schema.llmCacheExact.keyHash }).from(schema.llmCacheExact),
    );
    expect(left).toEqual([{ key: "key-1" }]);
    const { id } = schema.llmCacheSemanticEntries;
    const leftSemantic = await test.database.inScope(scope, (tx) =>
      tx.select({ id }).from(schema.llmCacheSemanticEntries),
    );
    expect(leftSemantic).toEqual([{ id: semantic[1]?.id }]);
  });

  it("lets many publications and deletions of one tenant run at once without a deadlock or a lost count", async () => {
    scope = await test.createTenant();
    const documents = await Promise.all(Array.from({ length: 12 }, () => createDocument(test.database, scope)));
    const terms = Array.from({ length: 200 }, (_, index): [number, number] => [(index * 7919) % 1009, 1]);
    await Promise.all(
      documents.map((document, index) => publish(document.id, 1, ["a"], index % 2 ? terms : terms.toReversed())),
    );
    await Promise.all(
      documents
        .slice(0, 6)
        .map((document) => test.database.inScope(scope, (tx) => replaceStatistics(tx, scope, document.id, null))),
    );
    const { terms: counted, corpus } = await statistics();
    expect(new Set(Object.values(counted))).toEqual(new Set([6]));
    expect(Object.keys(counted)).toHaveLength(200);
    expect(corpus.v1).toEqual([6, 18]);
  });
});

function eqId(id: string) {
  return eq(schema.documents.id, id);
}
