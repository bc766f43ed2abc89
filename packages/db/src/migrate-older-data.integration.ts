import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemIds } from "@aurora/kernel";
import { startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createDatabase, migrate } from "./index.ts";

const migrations = join(import.meta.dirname, "../migrations");
const database = `nexus_test_older_${process.pid}`;
let test: TestDatabase;
let folder: string;
beforeAll(async () => {
  test = await startTestDatabase();
  folder = await mkdtemp(join(tmpdir(), "nexus-older-"));
  for (const name of ["0000_roles.sql", "0001_foundation.sql", "0002_ingestion_upkeep.sql"])
    await cp(join(migrations, name), join(folder, name));
});
afterAll(async () => {
  await test.admin.query(`drop database if exists ${database} with (force)`);
  await test.close();
  await rm(folder, { recursive: true, force: true });
});

it("gives documents of an older data folder their versions, and their tenants the embedder of their vectors", async () => {
  const admin = test.adminConnection;
  await migrate({ admin, database, appPassword: null, migrationsFolder: folder });
  const older = createDatabase({
    connection: { ...admin, ...("database" in admin ? { database } : {}) },
    maxConnections: 1,
    applicationName: "test-older",
  });
  const [tenant, empty, read, failed] = [1, 2, 3, 4].map(() => systemIds.uuid());
  await older.pool.query("insert into tenants (id, name, created_at) values ($1, 'a', now()), ($2, 'b', now())", [
    tenant,
    empty,
  ]);
  await older.pool.query(
    `insert into source_apps_config (tenant_id, source_app, label, description, created_at) values ($1, 'default', '', '', now())`,
    [tenant],
  );
  await older.pool.query("insert into vector_collections values ('aurora_documents', 8, 'old@8')");
  for (const [id, published] of [
    [read, 2],
    [failed, 0],
  ])
    await older.pool.query(
      `insert into documents (id, tenant_id, title, filename, size_bytes, sha256, source_app, object_key, published_version,
         chunk_count, caller_app, created_at, updated_at) values ($1, $2, 't', 'f', 1, 'h', 'default', 'k', $3, 5, 'c', now(), now())`,
      [id, tenant, published],
    );
  for (const [id, version, state] of [
    [read, 1, "success"],
    [read, 2, "success"],
    [read, 3, "failed"],
    [failed, 1, "failed"],
  ])
    await older.pool.query(
      `insert into ingestion_jobs (id, tenant_id, document_id, version, state, caller_app, created_at, updated_at)
       values ($1, $2, $3, $4, $5, 'c', now(), now())`,
      [systemIds.uuid(), tenant, id, version, state],
    );

  await migrate({ admin, database, appPassword: null });
  const versions = await older.pool.query(
    `select document_id = $1 as is_read, version, object_key, chunk_count, published_at is not null as is_published, embedder_ids
     from document_versions order by 1 desc, 2`,
    [read],
  );
  const unpublished = { object_key: "k", chunk_count: 0, is_published: false, embedder_ids: [] };
  const published = { object_key: "k", chunk_count: 5, is_published: true, embedder_ids: ["old@8"] };
  expect(versions.rows).toEqual([
    { is_read: true, version: 1, ...unpublished },
    { is_read: true, version: 2, ...published },
    { is_read: true, version: 3, ...unpublished },
    { is_read: false, version: 1, ...unpublished },
  ]);
  const embedders = await older.pool.query("select id, embedder_id from tenants where id = any ($1)", [
    [tenant, empty],
  ]);
  expect(new Map(embedders.rows.map((row) => [row.id, row.embedder_id]))).toEqual(
    new Map([
      [tenant, "old@8"],
      [empty, null],
    ]),
  );
  const forced = await older.pool.query(
    "select relname from pg_class where relrowsecurity and not relforcerowsecurity",
  );
  expect(forced.rows).toEqual([]);
  await older.close();
});
