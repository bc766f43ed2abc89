import { randomBytes } from "node:crypto";
import { createDatabase, type Database } from "@aurora/db";
import type { TenantScope } from "@aurora/kernel";
import { createTenant } from "./factories.ts";
import { createMigratedDatabase, dropDatabase, embeddedServer, stackServer, type TestConnection } from "./server.ts";

export interface TestDatabase {
  /** As the services see it: role `nexus_app`. */
  readonly database: Database;
  /** Superuser in the same database, past row-level security: to arrange and to look, never the thing under test. */
  readonly admin: Database["pool"];
  /** How another pool or process logs in as `nexus_app`. */
  readonly connection: TestConnection;
  /** How the superuser logs in. */
  readonly adminConnection: TestConnection;
  /** A new tenant and the scope of a job of it, which may do everything in it. */
  createTenant(name?: string): Promise<TenantScope>;
  /** Drops the database. */
  close(): Promise<void>;
}

export interface TestDatabaseOptions {
  /**
   * Superuser of a throw-away PostgreSQL ≥ 15 (`NEXUS_TEST_DATABASE_ADMIN_URL`); absent: the embedded one.
   * nexus_app's password is changed on that server.
   */
  readonly adminUrl?: string | undefined;
  readonly maxConnections?: number;
}

/**
 * A fresh, migrated database. The embedded server is shared by all files of one test run and ends after it, however
 * it ends; the first file waits about 1.5 s, the others 0.15 s. It is not durable: a test that pulls the plug opens
 * a server of its own.
 */
export async function startTestDatabase(options: TestDatabaseOptions = {}): Promise<TestDatabase> {
  const name = `nexus_test_${randomBytes(6).toString("hex")}`;
  const server = options.adminUrl === undefined ? await embeddedServer() : stackServer(options.adminUrl);
  await createMigratedDatabase(server, name);
  const connection = server.app(name);
  const adminConnection = server.admin(name);
  const database = createDatabase({
    connection,
    maxConnections: options.maxConnections ?? 8,
    applicationName: "test",
  });
  const admin = createDatabase({ connection: adminConnection, maxConnections: 2, applicationName: "test-admin" });
  return {
    database,
    admin: admin.pool,
    connection,
    adminConnection,
    createTenant: (tenantName) => createTenant(database, tenantName),
    async close() {
      await Promise.all([database.close(), admin.close()]);
      await dropDatabase(server, name);
    },
  };
}
