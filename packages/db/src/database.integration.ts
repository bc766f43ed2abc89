import { systemIds, systemScope, type TenantScope } from "@aurora/kernel";
import { createTenant, createUser, databaseServers, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createDatabase,
  lookupApiKey,
  lookupUserByEmail,
  schema,
  type Transaction,
  violatedConstraint,
} from "./index.ts";

const { tenants } = schema;

for (const server of databaseServers)
  describe.skipIf(server.isAbsent)(`the database on ${server.name}`, () => {
    let test: TestDatabase;
    let scope: TenantScope;
    beforeAll(async () => {
      test = await startTestDatabase({ adminUrl: server.adminUrl });
      scope = await test.createTenant("First");
    });
    afterAll(() => test.close());

    const rename = (tx: Transaction, name: string) =>
      tx.update(tenants).set({ name }).where(eq(tenants.id, scope.tenantId));
    const currentName = async () => (await test.database.inScope(scope, (tx) => tx.select().from(tenants)))[0]?.name;

    it("keeps nothing of a transaction that throws", async () => {
      const before = await currentName();
      const failing = test.database.inScope(scope, async (tx) => {
        await rename(tx, "Thrown");
        throw new Error("on purpose");
      });
      await expect(failing).rejects.toThrow("on purpose");
      expect(await currentName()).toBe(before);
    });

    it("does not pass a transaction off as done when a failed statement was swallowed", async () => {
      const before = await currentName();
      const swallowing = test.database.inScope(scope, async (tx) => {
        await rename(tx, "Swallowed");
        await tx.execute(sql`select 1/0`).catch(() => undefined);
      });
      await expect(swallowing).rejects.toThrow("rolled back");
      expect(await currentName()).toBe(before);
    });

    it("undoes a nested transaction alone", async () => {
      await test.database.inScope(scope, async (tx) => {
        await rename(tx, "Outer");
        await tx
          .transaction(async (nested) => {
            await rename(nested, "Inner");
            throw new Error("on purpose");
          })
          .catch(() => undefined);
      });
      expect(await currentName()).toBe("Outer");
    });

    it("answers one scoped statement with the rows of its tenant", async () => {
      const other = await test.createTenant("Other");
      const names = (of: TenantScope) =>
        test.database.queryInScope<{ name: string }>(of, {
          name: "names",
          text: "select name from tenants where name <> $1",
          values: ["nobody"],
        });
      expect(await names(other)).toEqual([{ name: "Other" }]);
      expect(await names(scope)).not.toEqual([{ name: "Other" }]);
      const failing = test.database.queryInScope(scope, { name: "bad", text: "select 1/0", values: [] });
      await expect(failing).rejects.toMatchObject({ code: "22012" });
      expect(await names(other)).toEqual([{ name: "Other" }]);
    });

    it("keeps the scopes of transactions that run at once apart", async () => {
      const scopes = await Promise.all(
        Array.from({ length: 12 }, (_, n) => createTenant(test.database, `Tenant ${n}`)),
      );
      const seen = await Promise.all(
        Array.from({ length: 120 }, (_, n) =>
          test.database.inScope(scopes[n % 12] ?? scope, async (tx) => {
            await tx.execute(sql`select 1`);
            return (await tx.select().from(tenants)).map((row) => row.name).join();
          }),
        ),
      );
      expect(seen).toEqual(Array.from({ length: 120 }, (_, n) => `Tenant ${n % 12}`));
    });

    it("names the constraint a statement violated, and none of the values in it", async () => {
      await createUser(test.database, scope, { email: "secret@example.org" });
      const error: unknown = await createUser(test.database, scope, { email: "secret@example.org" }).catch((e) => e);
      expect(violatedConstraint(error)).toBe("users_email_folded_key");
      const cause = (error as Error).cause as Error;
      const shown = [error, cause].flatMap((e) => [String(e), (e as Error).stack, JSON.stringify(e)]).join("\n");
      expect(shown).not.toContain("secret@example.org");
      expect(shown).toContain("insert into");
      expect(violatedConstraint(new Error("another"))).toBeNull();
    });

    it("looks up a tenant and an id before a tenant is known, and says each time why", async () => {
      const user = await createUser(test.database, scope, { email: "Known@Example.org" });
      const reasons: string[] = [];
      const database = createDatabase({
        connection: test.connection,
        maxConnections: 1,
        applicationName: "test",
        onSystemAccess: (reason) => reasons.push(reason),
      });
      try {
        const found = await database.inSystem(systemScope("login"), (tx) => lookupUserByEmail(tx, "known@example.org"));
        expect(found).toEqual({ tenantId: scope.tenantId, id: user.id });
        expect(await database.inSystem(systemScope("api key"), (tx) => lookupApiKey(tx, "none"))).toBeNull();
        expect(reasons).toEqual(["login", "api key"]);
      } finally {
        await database.close();
      }
    });

    it("survives a connection that is cut in the middle of a transaction, and goes on with a new one", async () => {
      const cut = test.database.inScope(scope, async (tx) => {
        const { rows } = await tx.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
        await test.admin.query("select pg_terminate_backend($1, 5000)", [rows[0]?.pid]);
        await rename(tx, systemIds.uuid());
      });
      await expect(cut).rejects.toThrow();
      expect(await currentName()).toBeDefined();
    });
  });

it("says `unavailable` when there is no server", async () => {
  const database = createDatabase({
    connection: "postgres://nexus_app:x@127.0.0.1:9/nexus",
    maxConnections: 1,
    applicationName: "test",
  });
  await expect(database.ping()).rejects.toMatchObject({ code: "unavailable" });
  await database.close();
});
