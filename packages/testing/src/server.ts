import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDatabase, migrate } from "@aurora/db";
import { type EmbeddedPostgres, openEmbeddedPostgres, type SocketConnection } from "@aurora/db/embedded";
import { AppError } from "@aurora/kernel";

/** Login settings as `pg` takes them. */
export type TestConnection = SocketConnection | { readonly connectionString: string };

/** A PostgreSQL that tests make databases on. */
export interface TestServer {
  readonly admin: (database: string) => TestConnection;
  readonly app: (database: string) => TestConnection;
  readonly appPassword: string;
  /** A migrated database to clone; null = every database is migrated from nothing. */
  readonly template: string | null;
}

/** A server of the caller's, e.g. the PostgreSQL of stack mode. Nothing but the database asked for is left on it. */
export function stackServer(adminUrl: string): TestServer {
  const appPassword = "nexus-test-app"; // the role is shared by all test databases of the server
  const at = (database: string, login?: { user: string; password: string }): TestConnection => {
    const url = new URL(adminUrl);
    url.pathname = `/${database}`;
    if (login) Object.assign(url, { username: login.user, password: login.password });
    return { connectionString: url.href };
  };
  return {
    admin: (database) => at(database),
    app: (database) => at(database, { user: "nexus_app", password: appPassword }),
    appPassword,
    template: null,
  };
}

let opening: Promise<TestServer> | undefined;

/** The embedded server of this test run: started by whichever file needs it first, ended after the run. */
export function embeddedServer(): Promise<TestServer> {
  opening ??= openServer();
  return opening;
}

async function openServer(): Promise<TestServer> {
  // Test runners fork their workers: the parent is the run. Any other process is a run of its own.
  const runPid = process.send ? process.ppid : process.pid;
  const folder = join(tmpdir(), `nexus-test-postgres-${runPid}`);
  const server = await openEmbeddedPostgres({ folder, isDurable: false });
  if (!server.wasRunning) endWithRun(server.pid, runPid, folder);
  const template = "nexus_template";
  const toTemplate = { admin: server.admin, database: template, appPassword: server.app.password };
  await migrate(toTemplate).catch(async (error: unknown) => {
    if (!AppError.is(error) || error.code !== "conflict") throw error;
    // A run that watches files: a migration was changed since the template was made.
    await asRoot(server.admin, `drop database ${template} with (force)`);
    await migrate(toTemplate);
  });
  return {
    admin: (database) => ({ ...server.admin, database }),
    app: (database) => ({ ...server.app, database }),
    appPassword: server.app.password,
    template,
  };
}

/** A guard that outlives the run, however the run ends, stops the server and removes its folder. */
function endWithRun(serverPid: EmbeddedPostgres["pid"], runPid: number, folder: string): void {
  const script =
    'while kill -0 "$1" 2>/dev/null; do sleep 0.5; done; kill -INT "$2"; ' +
    'while kill -0 "$2" 2>/dev/null && [ -e "$3/cluster/postmaster.pid" ]; do sleep 0.1; done; rm -rf "$3"';
  spawn("sh", ["-c", script, "nexus-test-guard", String(runPid), String(serverPid), folder], {
    cwd: "/",
    detached: true,
    stdio: "ignore",
  }).unref();
}

/** Makes `name` with the current schema. */
export async function createMigratedDatabase(server: TestServer, name: string): Promise<void> {
  if (server.template !== null)
    await asRoot(
      server.admin("postgres"),
      `create database ${name} owner nexus_owner template ${server.template} strategy file_copy`,
    );
  await migrate({ admin: server.admin("postgres"), database: name, appPassword: server.appPassword });
}

export const dropDatabase = (server: TestServer, name: string): Promise<void> =>
  asRoot(server.admin("postgres"), `drop database ${name} with (force)`);

async function asRoot(connection: TestConnection, statement: string): Promise<void> {
  const root = createDatabase({ connection, maxConnections: 1, applicationName: "test-root" });
  try {
    await root.pool.query(statement);
  } finally {
    await root.close();
  }
}
