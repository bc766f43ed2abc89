import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { databaseServers, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDatabase, type MigrateOptions, migrate } from "./index.ts";

for (const server of databaseServers)
  describe.skipIf(server.isAbsent)(`migrating on ${server.name}`, () => {
    let test: TestDatabase;
    let folder: string;
    let options: MigrateOptions;

    beforeEach(async () => {
      test = await startTestDatabase({ adminUrl: server.adminUrl });
      const { rows } = await test.admin.query<{ name: string }>("select current_database() as name");
      folder = await mkdtemp(join(tmpdir(), "nexus-migrations-"));
      await cp(join(import.meta.dirname, "../migrations"), folder, { recursive: true });
      const database = rows[0]?.name ?? "";
      options = { admin: test.adminConnection, database, appPassword: null, migrationsFolder: folder };
    });
    afterEach(async () => {
      await test.close();
      await rm(folder, { recursive: true });
    });

    it("does nothing the second time", async () => {
      expect(await migrate(options)).toEqual([]);
    });

    it("applies a new file once, however many migrators start together", async () => {
      await writeFile(join(folder, "9001_pears.sql"), "create table pears (id int); insert into pears values (1);");
      const applied = await Promise.all([migrate(options), migrate(options), migrate(options)]);
      expect(applied.flat()).toEqual(["9001_pears.sql"]);
      expect((await test.admin.query("select * from pears")).rows).toEqual([{ id: 1 }]);
    });

    it("makes what it creates the owner's, out of the services' reach until granted", async () => {
      await writeFile(join(folder, "9001_pears.sql"), "create table pears (id int);");
      await migrate(options);
      await expect(test.database.pool.query("select * from pears")).rejects.toMatchObject({ code: "42501" });
      const { rows } = await test.admin.query("select distinct tableowner from pg_tables where schemaname = 'public'");
      expect(rows).toEqual([{ tableowner: "nexus_owner" }]);
    });

    it("leaves nothing of a file that fails, and can go on once it is mended", async () => {
      await writeFile(join(folder, "9001_pears.sql"), "create table pears (id int); select 1/0;");
      await expect(migrate(options)).rejects.toThrow("9001_pears.sql failed and was undone");
      await writeFile(join(folder, "9001_pears.sql"), "create table pears (id int);");
      expect(await migrate(options)).toEqual(["9001_pears.sql"]);
    });

    it("refuses a file that changed after it was applied", async () => {
      await writeFile(join(folder, "9001_pears.sql"), "create table pears (id int);");
      await migrate(options);
      await writeFile(join(folder, "9001_pears.sql"), "create table pears (id bigint);");
      await expect(migrate(options)).rejects.toMatchObject({ code: "conflict" });
    });

    it("refuses a database that a newer version has migrated", async () => {
      await writeFile(join(folder, "9001_pears.sql"), "create table pears (id int);");
      await migrate(options);
      await rm(join(folder, "9001_pears.sql"));
      await expect(migrate(options)).rejects.toMatchObject({ code: "conflict" });
    });

    it("makes a database that does not exist, closed to every role but ours", async () => {
      const database = `${options.database}_b`;
      try {
        expect(await migrate({ ...options, database })).toContain("0001_foundation.sql");
        const { rows } = await test.admin.query(
          "select datdba::regrole::text as owner, datacl::text as acl, pg_encoding_to_char(encoding) as encoding from pg_database where datname = $1",
          [database],
        );
        expect(rows).toEqual([
          { owner: "nexus_owner", acl: "{nexus_owner=CTc/nexus_owner,nexus_app=c/nexus_owner}", encoding: "UTF8" },
        ]);
      } finally {
        await test.admin.query(`drop database ${database}`);
      }
    });
  });

describe("the password of the application role", () => {
  it("is the only one the server accepts, and is never told to the server in the clear", async () => {
    const test = await startTestDatabase();
    try {
      const settings = { maxConnections: 1, applicationName: "test" };
      const good = createDatabase({ connection: test.connection, ...settings });
      await good.ping();
      await good.close();
      const bad = createDatabase({ connection: { ...test.connection, password: "wrong" }, ...settings });
      await expect(bad.ping()).rejects.toMatchObject({ code: "unavailable" });
      await bad.close();
      const { rows } = await test.admin.query("select rolpassword from pg_authid where rolname = 'nexus_app'");
      expect(rows[0]?.rolpassword).toMatch(/^SCRAM-SHA-256\$4096:/);
    } finally {
      await test.close();
    }
  });
});
