import { spawn } from "node:child_process";
import { join } from "node:path";
import { createCredentialCipher } from "@aurora/auth";
import { type Config, loadConfig, required } from "@aurora/config";
import { createCredentialRows, createDatabase, migrate } from "@aurora/db";
import { connectionUrl, openEmbeddedPostgres } from "@aurora/db/embedded";
import { AppError } from "@aurora/kernel";
import type { Finding } from "./finding.ts";
import { type Rotation, rotateCredentials } from "./rotate-credentials/rotate.ts";
import { UserError } from "./terminal.ts";

export type { Config } from "@aurora/config";

/** @throws UserError listing the faulty settings. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  try {
    return loadConfig(environment);
  } catch (error) {
    throw new UserError(error instanceof Error ? error.message : String(error));
  }
}

export interface StartedDatabase {
  /** What the services log in with: role `nexus_app`. */
  readonly appUrl: string;
  readonly summary: string;
  stop(): Promise<void>;
}

/** The embedded PostgreSQL, or the one DATABASE_URL names; either way at the schema of this version. */
export async function startDatabase(config: Config, root: string): Promise<StartedDatabase> {
  const migrationsFolder = join(root, "packages/db/migrations");
  try {
    if (config.database.url !== null) {
      const { url, adminUrl } = config.database;
      const applied =
        adminUrl === null
          ? []
          : await migrate({ admin: adminUrl, database: databaseName(url), appPassword: null, migrationsFolder });
      await requireModestRole(url);
      return { appUrl: url, summary: `PostgreSQL of DATABASE_URL${migrated(applied)}`, stop: async () => undefined };
    }
    const postgres = await openEmbeddedPostgres({ folder: join(config.dataDir, "postgres") });
    try {
      const { admin, app } = postgres;
      const applied = await migrate({
        admin: { ...admin },
        database: app.database,
        appPassword: app.password,
        migrationsFolder,
      });
      const summary = `PostgreSQL${postgres.wasRunning ? " (was still running)" : ""}${migrated(applied)}`;
      return { appUrl: connectionUrl(app), summary, stop: () => postgres.stop() };
    } catch (error) {
      await postgres.stop();
      throw error;
    }
  } catch (error) {
    if (AppError.is(error)) throw new UserError(error.message);
    throw error;
  }
}

/** Row-level security does not bind superusers, BYPASSRLS roles or, without FORCE, owners: such a role may not serve people. */
async function requireModestRole(url: string): Promise<void> {
  const database = createDatabase({ connection: url, maxConnections: 1, applicationName: "nexus-role-check" });
  try {
    const { rows } = await database.pool.query<{ faults: string[] }>(
      `select array_remove(array[
         case when r.rolsuper then 'is a superuser' end,
         case when r.rolbypassrls then 'has BYPASSRLS' end,
         case when exists (select from pg_class c where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
           and pg_has_role(r.oid, c.relowner, 'MEMBER')) then 'owns tables, or belongs to the role that does' end,
         case when exists (select from pg_roles l where l.rolname = 'nexus_lookup'
           and pg_has_role(r.oid, l.oid, 'MEMBER')) then 'belongs to nexus_lookup' end
       ], null) as faults from pg_roles r where r.rolname = current_user`,
    );
    const faults = rows[0]?.faults ?? [];
    if (faults.length > 0)
      throw new UserError(
        `The role of DATABASE_URL ${faults.join(", ")}: tenants would not be kept apart. Use role nexus_app.`,
      );
  } finally {
    await database.close();
  }
}

/** Encrypts every provider key anew; an embedded PostgreSQL that runs is left running. @throws UserError. */
export async function rotateStoredCredentials(config: Config): Promise<Rotation> {
  const { llmCredentialsKey, llmCredentialsOldKeys } = config.secrets;
  const cipher = createCredentialCipher(required(llmCredentialsKey, "LLM_CREDENTIALS_ENC_KEY"), llmCredentialsOldKeys);
  const postgres =
    config.database.url === null ? await openEmbeddedPostgres({ folder: join(config.dataDir, "postgres") }) : null;
  const connection = config.database.url ?? (postgres ? connectionUrl(postgres.app) : "");
  const database = createDatabase({ connection, maxConnections: 2, applicationName: "nexus-rotate-credentials" });
  try {
    return await rotateCredentials(createCredentialRows(database), cipher);
  } catch (error) {
    throw AppError.is(error) ? new UserError(error.message) : error;
  } finally {
    await database.close();
    if (postgres && !postgres.wasRunning) await postgres.stop();
  }
}

const databaseName = (url: string) => decodeURIComponent(new URL(url).pathname.slice(1));
const migrated = (applied: readonly string[]) => (applied.length > 0 ? `, ${applied.length} migrations applied` : "");

/** Runs the API's set-up: the first administrator and the seeds, when there is no tenant yet. @throws UserError with its output. */
export function runSetup(script: string, environment: Readonly<Record<string, string>>, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    const child = spawn(process.execPath, ["--enable-source-maps", script], {
      cwd: folder,
      env: { ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (data: Buffer) => lines.push(data.toString("utf8")));
    child.on("error", reject);
    child.on("exit", (code) =>
      code === 0
        ? resolve()
        : reject(new UserError(`The first administrator could not be made:\n${lines.join("").slice(-4000)}`)),
    );
  });
}

/** For the doctor: do the stores named in the settings answer? */
export async function checkStores(config: Config): Promise<Finding[]> {
  const findings: Finding[] = [];
  if (config.database.url !== null) {
    const database = createDatabase({
      connection: config.database.url,
      maxConnections: 1,
      applicationName: "nexus-doctor",
    });
    const ok = await database.ping().then(
      () => true,
      () => false,
    );
    await database.close();
    findings.push({
      name: "DATABASE_URL",
      ok,
      detail: ok ? "answers" : "does not answer",
      mend: "Start that PostgreSQL, or correct DATABASE_URL.",
    });
  }
  if (!config.s3.isEmbedded) {
    const ok = await fetch(config.s3.endpoint, { signal: AbortSignal.timeout(3_000) }).then(
      () => true,
      () => false,
    );
    findings.push({
      name: "S3_ENDPOINT",
      ok,
      detail: ok ? "answers" : "does not answer",
      mend: "Start that object store, or correct S3_ENDPOINT.",
    });
  }
  return findings;
}
