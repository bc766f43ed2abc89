import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError, sha256Hex } from "@aurora/kernel";
import pg from "pg";
import { scramVerifier } from "./scram.ts";

export interface MigrateOptions {
  /** Administrator of the server: a URL or settings of `pg`. Superuser, or CREATEROLE + CREATEDB. Used here alone. */
  readonly admin: string | pg.ClientConfig;
  /** The product's database on that server; made when absent. */
  readonly database: string;
  /** Becomes the password of `nexus_app`. `null` leaves it as it is. */
  readonly appPassword: string | null;
  /** Folder of the .sql files; a bundle, which has moved away from them, must say where they are. */
  readonly migrationsFolder?: string;
}

const sourceFolder = (): string => fileURLToPath(new URL("../migrations", import.meta.url));
const lockKey = 4_712_860_317; // any number that is only ours: one migrator at a time on a server
const lockTimeoutMs = 120_000;

/**
 * Brings a server to the schema of this version: roles, database, then every migration not yet recorded in
 * `schema_migrations`, in order of name, each in one transaction, as `nexus_owner`. Safe to run again and by several
 * processes at once. Forward only.
 * @returns Names of the migrations applied now.
 * @throws AppError `unavailable` when the server does not answer, is older than 15 or another migrator holds on for
 *   more than 2 minutes; `conflict` when an applied file was changed or the database is newer than this version.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const folder = options.migrationsFolder ?? sourceFolder();
  const [roles, ...migrations] = await readMigrations(folder);
  if (!roles?.name.startsWith("0000_")) throw new Error("the migrations folder does not begin with the roles");

  return withClient(options.admin, async (admin) => {
    await requireVersion(admin);
    await admin.query(`set lock_timeout = ${lockTimeoutMs}`);
    await admin.query("select pg_advisory_lock($1)", [lockKey]).catch((cause: unknown) => {
      throw new AppError("unavailable", "Another migration of this database has not ended yet.", { cause });
    }); // released when this connection closes
    await admin.query(roles.sql);
    if (options.appPassword !== null)
      await admin.query(`alter role nexus_app login password '${scramVerifier(options.appPassword)}'`);
    await ensureDatabase(admin, options.database);
    return withClient(withDatabase(options.admin, options.database), async (owner) => {
      await ownSchema(owner, options.database);
      await owner.query("set role nexus_owner");
      return applyMigrations(owner, migrations);
    });
  });
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

async function readMigrations(folder: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{4}_\w+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join(folder, name), "utf8");
      return { name, sql, checksum: sha256Hex(sql) };
    }),
  );
}

async function requireVersion(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number }>(
    "select current_setting('server_version_num')::int as version",
  );
  const version = rows[0]?.version ?? 0;
  if (version < 150_000)
    throw new AppError("unavailable", "PostgreSQL 15 or newer is needed.", { params: { version } });
}

async function ensureDatabase(admin: pg.Client, name: string): Promise<void> {
  const { rows } = await admin.query<{ encoding: string }>(
    "select pg_encoding_to_char(encoding) as encoding from pg_database where datname = $1",
    [name],
  );
  const [found] = rows;
  if (!found)
    await admin.query(
      `create database ${pg.escapeIdentifier(name)} owner nexus_owner template template0 encoding 'UTF8'`,
    );
  else if (found.encoding !== "UTF8")
    throw new AppError("unavailable", "The database must use the UTF8 encoding.", {
      params: { encoding: found.encoding },
    });
}

/** As administrator, inside the product's database: nobody but our roles may connect or create. */
async function ownSchema(client: pg.Client, database: string): Promise<void> {
  const name = pg.escapeIdentifier(database);
  await client.query(`
    revoke all on database ${name} from public;
    grant connect on database ${name} to nexus_app;
    alter schema public owner to nexus_owner;
    revoke create on schema public from public;
  `);
}

async function applyMigrations(owner: pg.Client, migrations: readonly Migration[]): Promise<string[]> {
  await owner.query(`create table if not exists schema_migrations (
    name text primary key, checksum text not null, applied_at timestamptz not null default now())`);
  const { rows } = await owner.query<{ name: string; checksum: string }>(
    "select name, checksum from schema_migrations",
  );
  const recorded = new Map(rows.map((row) => [row.name, row.checksum]));
  const known = new Set(migrations.map((migration) => migration.name));
  for (const name of recorded.keys())
    if (!known.has(name))
      throw new AppError("conflict", `The database is newer than this version of the product: it has ${name}.`);

  const applied: string[] = [];
  for (const migration of migrations) {
    const checksum = recorded.get(migration.name);
    if (checksum === migration.checksum) continue;
    if (checksum !== undefined)
      throw new AppError("conflict", `${migration.name} was changed after it was applied; add a new file instead.`);
    await applyOne(owner, migration);
    applied.push(migration.name);
  }
  return applied;
}

async function applyOne(owner: pg.Client, migration: Migration): Promise<void> {
  await owner.query("begin");
  try {
    await owner.query(migration.sql);
    await owner.query("insert into schema_migrations (name, checksum) values ($1, $2)", [
      migration.name,
      migration.checksum,
    ]);
    await owner.query("commit");
  } catch (cause) {
    await owner.query("rollback");
    throw new Error(`${migration.name} failed and was undone`, { cause });
  }
}

/** The same server and login, another database. A connection string is taken for the whole truth, as `pg` does. */
function withDatabase(connection: string | pg.ClientConfig, database: string): pg.ClientConfig {
  const text = typeof connection === "string" ? connection : connection.connectionString;
  if (text === undefined) return { ...(connection as pg.ClientConfig), database };
  const url = new URL(text);
  url.pathname = `/${encodeURIComponent(database)}`;
  return { ...(typeof connection === "string" ? {} : connection), connectionString: url.href };
}

async function withClient<Result>(
  connection: string | pg.ClientConfig,
  use: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const config = typeof connection === "string" ? { connectionString: connection } : connection;
  const client = new pg.Client({ connectionTimeoutMillis: 10_000, ...config });
  client.on("error", () => undefined); // the statement under way rejects; the event would end the process
  try {
    await client.connect();
  } catch (cause) {
    throw new AppError("unavailable", "The database server does not accept the administrator's connection.", { cause });
  }
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}
