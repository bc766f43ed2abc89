import { startTestDatabase, type TestDatabase } from "@aurora/testing";
import { is } from "drizzle-orm";
import { getTableConfig, PgArray, PgTable } from "drizzle-orm/pg-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { schema } from "./index.ts";

describe("the Drizzle schema", () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await startTestDatabase();
  });
  afterAll(() => test.close());

  it("equals the migrated database: tables, columns, types, nullability, defaults, primary keys", async () => {
    const { rows } = await test.admin.query<{ line: string }>(`
      select c.table_name || '.' || c.column_name || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when c.is_nullable = 'NO' then ' not null' else '' end
        || case when c.column_default is not null then ' default' else '' end
        || case when exists (select from pg_index i where i.indrelid = a.attrelid and i.indisprimary
             and a.attnum = any (i.indkey)) then ' primary' else '' end as line
      from information_schema.columns c
      join pg_attribute a on a.attrelid = format('public.%I', c.table_name)::regclass and a.attname = c.column_name
      where c.table_schema = 'public' and c.table_name <> 'schema_migrations'`);
    expect(drizzleLines().sort()).toEqual(rows.map((row) => row.line).sort());
  });
});

function drizzleLines(): string[] {
  const tables = Object.values(schema).filter((value) => is(value, PgTable));
  return tables.flatMap((table) => {
    const { name, columns, primaryKeys } = getTableConfig(table);
    const keyed = new Set(primaryKeys.flatMap((key) => key.columns.map((column) => column.name)));
    return columns.map((column) => {
      const type = is(column, PgArray) ? `${column.baseColumn.getSQLType()}[]` : column.getSQLType();
      const isPrimary = column.primary || keyed.has(column.name);
      return [
        `${name}.${column.name} ${sqlName(type)}`,
        column.notNull || isPrimary ? " not null" : "",
        column.hasDefault ? " default" : "",
        isPrimary ? " primary" : "",
      ].join("");
    });
  });
}

/** PostgreSQL's canonical name of a type Drizzle abbreviates. */
const sqlName = (type: string): string => type.replace(", ", ",");
