import { systemScope, type TenantScope } from "@aurora/kernel";
import { databaseServers, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lookupTenants, violatedConstraint } from "./index.ts";

/** Tables every tenant shares: no row of them says anything about one. */
const sharedTables = ["login_throttle", "maintenance_runs", "schema_migrations", "vector_collections"];
/** SECURITY.md, "Tenancy": the only ways past row-level security. */
const definerFunctions = [
  "lookup_api_key",
  "lookup_document_link",
  "lookup_ingestion_job",
  "lookup_stale_ingestion_jobs",
  "lookup_tenants",
  "lookup_user_by_email",
  "lookup_virtual_key",
  "queue_claim",
];
const refused = "42501";

for (const server of databaseServers)
  describe.skipIf(server.isAbsent)(`row-level security on ${server.name}`, () => {
    let test: TestDatabase;
    let alpha: TenantScope;
    let beta: TenantScope;
    let tables: { name: string; tenantColumn: string }[];

    beforeAll(async () => {
      test = await startTestDatabase({ adminUrl: server.adminUrl });
      [alpha, beta] = await Promise.all([test.createTenant("Alpha"), test.createTenant("Beta")]);
      tables = await tenantTables(test);
      for (const table of tables) if (table.name !== "tenants") await insertAnyRow(test, table.name, alpha.tenantId);
    });
    afterAll(() => test.close());

    const countInScope = (scope: TenantScope, table: string) => test.database.inScope(scope, (tx) => count(tx, table));
    const sqlState = (work: Promise<unknown>) =>
      work.then(
        () => "accepted",
        (error: { code?: string; cause?: { code?: string } }) => error.cause?.code ?? error.code,
      );

    it("is forced, with one policy for everyone, on every table that has a tenant", async () => {
      const { rows } = await test.admin.query<{ name: string }>(`
        select c.relname as name from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
        and c.relrowsecurity and c.relforcerowsecurity
        and 1 = (select count(*) from pg_policy p where p.polrelid = c.oid and p.polroles = '{0}' and p.polcmd = '*')
        order by 1`);
      expect(rows.map((row) => row.name)).toEqual(tables.map((table) => table.name));
      expect(tables.length).toBeGreaterThan(20);
    });

    it("leaves out only the tables that all tenants share", async () => {
      const { rows } = await test.admin.query<{ name: string }>(`
        select relname as name from pg_class where relnamespace = 'public'::regnamespace
        and relkind in ('r', 'p', 'v', 'm', 'f') and not relrowsecurity order by 1`);
      expect(rows.map((row) => row.name)).toEqual(sharedTables);
    });

    it("shows a query without a scope no row of any tenant", async () => {
      for (const { name } of tables) {
        expect([name, await test.database.inSystem(systemScope("test"), (tx) => count(tx, name))]).toEqual([name, 0]);
        expect([name, (await test.database.pool.query(`select from ${name}`)).rowCount]).toEqual([name, 0]);
      }
    });

    it("shows each tenant its own rows and nobody else's", async () => {
      for (const { name } of tables) {
        expect([name, await countInScope(alpha, name)]).toEqual([name, 1]);
        expect([name, await countInScope(beta, name)]).toEqual([name, name === "tenants" ? 1 : 0]);
      }
    });

    it("refuses to write a row for another tenant, or to hand one over", async () => {
      for (const { name, tenantColumn } of tables) {
        const insert = await anyRow(test, name, alpha.tenantId);
        expect([name, await sqlState(test.database.inScope(beta, (tx) => tx.execute(sql.raw(insert))))]).toEqual([
          name,
          refused,
        ]);
        const handOver = sql.raw(`update ${name} set ${tenantColumn} = '${beta.tenantId}'`);
        expect([name, await sqlState(test.database.inScope(alpha, (tx) => tx.execute(handOver)))]).toEqual([
          name,
          refused,
        ]);
      }
    });

    it("lets no tenant change or delete another's rows", async () => {
      for (const { name, tenantColumn } of tables) {
        const where = `where ${tenantColumn} = '${alpha.tenantId}'`;
        const touched = await test.database.inScope(beta, async (tx) => [
          (await tx.execute(sql.raw(`update ${name} set ${tenantColumn} = ${tenantColumn} ${where}`))).rowCount,
          (await tx.execute(sql.raw(`delete from ${name} ${where}`))).rowCount,
        ]);
        expect([name, ...touched]).toEqual([name, 0, 0]);
      }
    });

    it("forgets the tenant when the transaction ends, on the same connection too", async () => {
      const single = await startTestDatabase({ adminUrl: server.adminUrl, maxConnections: 1 });
      try {
        await single.createTenant();
        expect((await single.database.pool.query("select from tenants")).rowCount).toBe(0);
      } finally {
        await single.close();
      }
    });

    it("binds the owner of the tables, who is a member of the look-up role, as well", async () => {
      const client = await test.admin.connect();
      try {
        await client.query("begin; set local role nexus_owner");
        for (const { name } of tables)
          expect([name, (await client.query(`select from ${name}`)).rowCount]).toEqual([name, 0]);
      } finally {
        await client.query("rollback");
        client.release();
      }
    });

    it("cannot be turned off by the application role, which owns nothing and inherits nothing", async () => {
      const { rows } = await test.admin.query(`
        select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication as "isPowerful",
          (select count(*)::int from pg_shdepend where refobjid = r.oid and deptype = 'o') as owned,
          (select count(*)::int from pg_auth_members where member = r.oid) as memberships,
          has_schema_privilege(oid, 'public', 'CREATE') as "canCreate",
          has_database_privilege(oid, current_database(), 'TEMP') as "canMakeTemporary",
          (select count(*)::int from pg_class c where relnamespace = 'public'::regnamespace and relkind = 'r'
             and has_table_privilege(r.oid, c.oid, 'TRUNCATE, REFERENCES, TRIGGER')) as "dangerousGrants"
        from pg_roles r where rolname = 'nexus_app'`);
      expect(rows).toEqual([
        { isPowerful: false, owned: 0, memberships: 0, canCreate: false, canMakeTemporary: false, dangerousGrants: 0 },
      ]);
    });

    it("is passed only by the listed functions, which give out a tenant and an id", async () => {
      const { rows } = await test.admin.query(`
        select proname as name, pg_get_function_result(oid) as result, proowner::regrole::text as owner,
          array_to_string(proconfig, ';') as config, has_function_privilege('nexus_app', oid, 'EXECUTE') as "forApp",
          coalesce(proacl::text ~ '[{,]=X', true) as "forAll"
        from pg_proc where prosecdef and pronamespace = 'public'::regnamespace order by 1`);
      expect(rows).toEqual(
        definerFunctions.map((name) => ({
          name,
          result: "TABLE(tenant_id uuid, id uuid)",
          owner: "nexus_lookup",
          config: "search_path=pg_catalog, public, pg_temp",
          forApp: true,
          forAll: false,
        })),
      );
    });

    it("answers look-ups across tenants without a scope", async () => {
      const found = await test.database.inSystem(systemScope("test"), lookupTenants);
      expect(found).toEqual([alpha.tenantId, beta.tenantId].sort());
    });

    it("holds for foreign keys: no row can point at another tenant's", async () => {
      const { rows } = await test.admin.query<{ id: string }>("select id from documents");
      const attack = test.database.inScope(beta, (tx) =>
        tx.execute(sql`insert into artifacts (tenant_id, document_id, version, kind, object_key, size_bytes, sha256)
          values (${beta.tenantId}, ${rows[0]?.id}, 1, 'json', 'k', 1, 's')`),
      );
      expect(violatedConstraint(await attack.catch((error: unknown) => error))).toMatch(/document_id_fkey/);
    });
  });

type Tx = Parameters<Parameters<TestDatabase["database"]["inScope"]>[1]>[0];

async function count(tx: Tx, table: string): Promise<number | null> {
  return (await tx.execute(sql.raw(`select from ${table}`))).rowCount;
}

/** From the catalogue, so that a new table is tested without anyone thinking of it. */
async function tenantTables(test: TestDatabase): Promise<{ name: string; tenantColumn: string }[]> {
  const { rows } = await test.admin.query<{ name: string }>(`
    select distinct c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    and (a.attname = 'tenant_id' or c.relname = 'tenants') order by 1`);
  return rows.map(({ name }) => ({ name, tenantColumn: name === "tenants" ? "id" : "tenant_id" }));
}

/** An INSERT of one row that satisfies types and checks; values of check constraints are read from the constraint. */
async function anyRow(test: TestDatabase, table: string, tenantId: string): Promise<string> {
  const { rows } = await test.admin.query<{ name: string; type: string; choice: string | null }>(
    `select a.attname as name, format_type(a.atttypid, a.atttypmod) as type,
       (select substring(pg_get_constraintdef(k.oid) from '''([a-z_]+)''') from pg_constraint k
        where k.conrelid = a.attrelid and k.contype = 'c' and a.attnum = any (k.conkey)) as choice
     from pg_attribute a where a.attrelid = $1::regclass and a.attnum > 0 and not a.attisdropped
     and a.attnotnull and (not a.atthasdef or a.attname = 'tenant_id')`,
    [table],
  );
  const value = (type: string, name: string, choice: string | null): string => {
    if (name === "tenant_id" || (table === "tenants" && name === "id")) return `'${tenantId}'`;
    if (choice !== null) return `'${choice}'`;
    if (type.endsWith("[]")) return "'{}'";
    if (type === "uuid") return "gen_random_uuid()";
    if (type === "boolean") return "false";
    if (type === "jsonb") return "'[]'";
    if (type === "date" || type.startsWith("timestamp")) return "now()";
    if (/^(?:integer|bigint|real|numeric)/.test(type)) return "1";
    return "'text'";
  };
  const columns = rows.map((row) => `"${row.name}"`).join(", ");
  const values = rows.map((row) => value(row.type, row.name, row.choice)).join(", ");
  return `insert into ${table} (${columns}) values (${values})`;
}

async function insertAnyRow(test: TestDatabase, table: string, tenantId: string): Promise<void> {
  const client = await test.admin.connect();
  try {
    await client.query("set session_replication_role = replica"); // no foreign keys: each table by itself
    await client.query(await anyRow(test, table, tenantId));
  } finally {
    client.release(true);
  }
}
