import type { JobState } from "@aurora/contracts";
import { derivedUuid, sha256Hex, systemIds, systemScope, type TenantScope } from "@aurora/kernel";
import { createDocument, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { schema } from "../../index.ts";
import { createIngestionRows } from "./ingestion-rows.ts";
import { createMaintenanceRows } from "./maintenance-rows.ts";

let test: TestDatabase;
let rows: ReturnType<typeof createMaintenanceRows>;
let scope: TenantScope;
const now = new Date("2026-06-01T00:00:00Z");
const minutesAgo = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

beforeAll(async () => {
  test = await startTestDatabase();
  rows = createMaintenanceRows(test.database);
});
beforeEach(async () => {
  scope = await test.createTenant();
});
afterAll(() => test.close());

async function addJob(documentId: string, version: number, state: JobState, updatedAt: Date): Promise<string> {
  const id = systemIds.uuid();
  await test.database.inScope(scope, (tx) =>
    tx.insert(schema.ingestionJobs).values({
      id,
      tenantId: scope.tenantId,
      documentId,
      version,
      state,
      callerApp: "unknown",
      createdAt: updatedAt,
      updatedAt,
    }),
  );
  return id;
}
const addChunk = (documentId: string, version: number) =>
  createIngestionRows(test.database).saveChunks(scope, documentId, version, [
    {
      id: derivedUuid(documentId, version, 0),
      ordinal: 0,
      text: "a",
      contentHash: sha256Hex("a"),
      headingPath: [],
      pageStart: null,
      pageEnd: null,
      bboxes: [],
      spans: [],
      charSpans: [],
      isTable: false,
      language: null,
      passageHash: sha256Hex("a"),
    },
  ]);
const chunkVersions = async (documentId: string) =>
  (
    await test.database.inScope(scope, (tx) =>
      tx.select({ version: schema.chunks.version }).from(schema.chunks).where(eq(schema.chunks.documentId, documentId)),
    )
  ).map((row) => row.version);

it("gives a due task to exactly one of many replicas that ask at once", async () => {
  const system = systemScope("test");
  const task = `task-${systemIds.uuid()}`;
  const claims = await Promise.all(Array.from({ length: 8 }, () => rows.claimRun(system, task, 60_000, now)));
  expect(claims.filter(Boolean)).toHaveLength(1);
  expect(await rows.claimRun(system, task, 60_000, minutesAgo(-0.9))).toBe(false);
  expect(await rows.claimRun(system, task, 60_000, minutesAgo(-1))).toBe(true);
});

/** A document with one version whose upload is awaited until then, or was completed. */
async function addUpload(uploadExpiresAt: Date | null) {
  const document = await createDocument(test.database, scope, { uploadExpiresAt });
  const objectKey = `incoming/${document.id}/1`;
  await addVersion(document.id, 1, { uploadExpiresAt, objectKey });
  return { ...document, objectKey };
}
const addVersion = (
  documentId: string,
  version: number,
  values: Partial<typeof schema.documentVersions.$inferInsert> = {},
) =>
  test.database.inScope(scope, (tx) =>
    tx.insert(schema.documentVersions).values({
      tenantId: scope.tenantId,
      documentId,
      version,
      filename: "f",
      sizeBytes: 1,
      sha256: "h",
      objectKey: `incoming/${documentId}/${version}`,
      callerApp: "unknown",
      createdAt: now,
      ...values,
    }),
  );
const versionsOf = async (documentId: string) =>
  (
    await test.admin.query("select version from document_versions where document_id = $1 order by 1", [documentId])
  ).rows.map((row) => row.version);

it("deletes uploads past their time and remembers their objects, and keeps those still open or completed", async () => {
  const abandoned = await addUpload(minutesAgo(61));
  const open = await addUpload(minutesAgo(5));
  const completed = await addUpload(null);
  await addVersion(completed.id, 2, { uploadExpiresAt: minutesAgo(61) });
  await addVersion(abandoned.id, 2, { uploadExpiresAt: minutesAgo(62) });
  expect(await rows.deleteAbandonedUploads(scope, minutesAgo(60), 10)).toBe(3);
  expect([await versionsOf(open.id), await versionsOf(completed.id)]).toEqual([[1], [1]]);
  const future = new Date(Date.now() + 60_000);
  expect(await rows.findDeletedDocuments(scope, future, 10)).toEqual([abandoned.id]);
  await rows.forgetDeletedDocument(scope, abandoned.id);
  expect(await rows.findDeletedDocuments(scope, future, 10)).toEqual([]);
});

it("knows which uploads are still awaited, in its own tenant alone", async () => {
  const awaited = await addUpload(minutesAgo(-5));
  const completed = await addUpload(null);
  const keys = [awaited.objectKey, completed.objectKey, "incoming/x/1"];
  expect(await rows.findAwaitedUploads(scope, keys)).toEqual([awaited.objectKey]);
  expect(await rows.findAwaitedUploads(await test.createTenant(), keys)).toEqual([]);
});

it("forgets counts of failed sign-ins that nobody has added to for long", async () => {
  const [old, recent] = [systemIds.uuid(), systemIds.uuid()];
  const add = "insert into login_throttle (key_hash, failures, updated_at) values ($1, 3, $2)";
  await test.admin.query(add, [old, minutesAgo(2_000)]);
  await test.admin.query(add, [recent, minutesAgo(10)]);
  await rows.deleteLoginThrottles(systemScope("test"), minutesAgo(1_440));
  const left = await test.admin.query("select key_hash from login_throttle where key_hash = any ($1)", [[old, recent]]);
  expect(left.rows).toEqual([{ key_hash: recent }]);
});

it("cleans a failed job’s own version and a successful job’s earlier ones, once, and touches no open job", async () => {
  const document = await createDocument(test.database, scope, { publishedVersion: 2 });
  const success = await addJob(document.id, 2, "success", minutesAgo(10));
  const failed = await addJob(document.id, 3, "failed", minutesAgo(9));
  const open = await addJob(document.id, 4, "embedding", minutesAgo(8));
  for (const version of [1, 2, 3, 4]) await addChunk(document.id, version);
  expect(await rows.findUncleanJobs(scope, minutesAgo(1), 10)).toEqual([{ id: success }, { id: failed }]);

  const removed: (readonly number[])[] = [];
  const clean = (jobId: string) =>
    rows.cleanJob(scope, jobId, now, async (_documentId, versions) => void removed.push(versions));
  expect([await clean(success), await clean(failed), await clean(open), await clean(failed)]).toEqual([
    true,
    true,
    false,
    false,
  ]);
  expect(removed).toEqual([[1], [3]]);
  expect((await chunkVersions(document.id)).toSorted()).toEqual([2, 4]);
  expect(await rows.findUncleanJobs(scope, minutesAgo(1), 10)).toEqual([]);
});

it("keeps a job unclean when its objects could not be removed", async () => {
  const document = await createDocument(test.database, scope);
  const failed = await addJob(document.id, 1, "failed", minutesAgo(9));
  await expect(rows.cleanJob(scope, failed, now, () => Promise.reject(new Error("away")))).rejects.toThrow("away");
  expect(await rows.findUncleanJobs(scope, minutesAgo(1), 10)).toEqual([{ id: failed }]);
});

it("deletes logs and answers past their time in batches, and nothing of another tenant", async () => {
  const addAnswer = (owner: TenantScope, keyHash: string, expiresAt: Date) =>
    test.database.inScope(owner, (tx) =>
      tx.insert(schema.llmCacheExact).values({
        tenantId: owner.tenantId,
        keyHash,
        model: "m",
        response: {} as never,
        documentIds: [],
        createdAt: minutesAgo(100),
        expiresAt,
      }),
    );
  const other = await test.createTenant();
  for (const key of ["a", "b", "c"]) await addAnswer(scope, key, minutesAgo(1));
  await addAnswer(scope, "kept", minutesAgo(-1));
  await addAnswer(other, "other", minutesAgo(1));
  expect(await rows.deleteExpiredAnswers(scope, now, 2)).toBe(2);
  expect(await rows.deleteExpiredAnswers(scope, now, 2)).toBe(1);
  expect(await rows.deleteExpiredAnswers(scope, now, 2)).toBe(0);

  const addUsage = (createdAt: Date) =>
    test.admin.query(
      `insert into llm_usage (id, tenant_id, endpoint, provider, model, is_stream, status, cache_status, egress, total_ms, created_at)
       values ($1, $2, 'chat', 'p', 'm', false, 200, 'miss', 'none', 1, $3)`,
      [systemIds.uuid(), scope.tenantId, createdAt],
    );
  const addQuery = (createdAt: Date) =>
    test.admin.query(
      `insert into queries_log (id, tenant_id, principal_kind, principal_id, caller_app, status, citations, cache_status, retrieval, timings_ms, total_ms, created_at)
       values ($1, $2, 'user', $1, 'unknown', 'answered', '[]', 'miss', '{}', '{}', 1, $3)`,
      [systemIds.uuid(), scope.tenantId, createdAt],
    );
  for (const at of [minutesAgo(30), minutesAgo(10)]) await Promise.all([addUsage(at), addQuery(at)]);
  expect(await rows.deleteUsage(scope, minutesAgo(20), 10)).toBe(1);
  expect(await rows.deleteQueryLog(scope, minutesAgo(20), 10)).toBe(1);
  expect(await rows.deleteQueryLog(scope, minutesAgo(20), 10)).toBe(0);
});
