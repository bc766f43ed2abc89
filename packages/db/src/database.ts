import { AppError, type SystemScope, type TenantScope } from "@aurora/kernel";
import { DrizzleQueryError } from "drizzle-orm";
import { NodePgSession, NodePgTransaction } from "drizzle-orm/node-postgres";
import { PgDialect } from "drizzle-orm/pg-core";
import pg from "pg";

/** A Drizzle transaction: `tx.select().from(schema.documents)…`; `tx.transaction` makes a savepoint. Dead after `run`. */
export type Transaction = NodePgTransaction<Record<string, never>, Record<string, never>>;

export interface DatabaseOptions {
  /** Log in as `nexus_app`: a URL (`postgres://…`) or settings of `pg` (a socket folder as `host`). */
  readonly connection: string | pg.PoolConfig;
  /** Connections this process opens at most. */
  readonly maxConnections: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** Longest time of one statement; also bounds a forgotten transaction. Default 30,000. */
  readonly statementTimeoutMs?: number;
  /** Told of every use of `inSystem`. */
  readonly onSystemAccess?: (reason: string) => void;
  /** Told of a connection lost while idle; the pool replaces it. */
  readonly onConnectionLost?: (error: Error) => void;
}

/** One SQL statement with parameters; `name` keeps its plan on the connection, so it must be unique to the text. */
export interface Statement {
  readonly name: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/**
 * The only ways to the data. Row-level security shows a transaction the rows of its tenant, and none at all without one.
 * Every call throws AppError `unavailable` when no connection can be had.
 */
export interface Database {
  /**
   * Runs `run` in one transaction of the scope's tenant: committed when it returns, rolled back when it throws.
   * Opening costs no round trip of its own: it travels with the first statement.
   */
  inScope<Result>(scope: TenantScope, run: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** A transaction of no tenant: tenant tables are empty, only tables without `tenant_id` and the look-ups answer. */
  inSystem<Result>(scope: SystemScope, run: (tx: Transaction) => Promise<Result>): Promise<Result>;
  /** One statement in its own transaction of the tenant, in one round trip: for hot paths. @returns its rows, columns as in SQL. */
  queryInScope<Row extends pg.QueryResultRow>(scope: TenantScope, statement: Statement): Promise<Row[]>;
  /**
   * One call of a function of ours that sets the tenant itself: one statement instead of three, for the hottest path.
   * `$1` is the tenant, added before `values`. A function that forgets to set it reads nothing.
   */
  callInScope<Row extends pg.QueryResultRow>(scope: TenantScope, statement: Statement): Promise<Row[]>;
  /** For adapters that speak SQL of their own (vector store, queue). They set the tenant themselves. */
  readonly pool: pg.Pool;
  /** @throws AppError `unavailable`. */
  ping(): Promise<void>;
  /** Waits for running transactions, then closes every connection. */
  close(): Promise<void>;
}

export function createDatabase(options: DatabaseOptions): Database {
  const { connection, statementTimeoutMs = 30_000 } = options;
  const pool = new pg.Pool({
    ...(typeof connection === "string" ? { connectionString: connection } : connection),
    max: options.maxConnections,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: 2 * statementTimeoutMs,
    pipeline: true, // statements are sent without waiting for the answer of the one before
  });
  pool.on("error", (error) => options.onConnectionLost?.(error));
  pool.on("connect", (client) => client.on("error", () => undefined)); // in use: the statement under way rejects

  const dialect = new PgDialect();

  async function withClient<Result>(use: (client: pg.PoolClient) => Promise<Result>): Promise<Result> {
    const client = await pool.connect().catch((cause: unknown) => {
      throw new AppError("unavailable", "The database does not answer.", { cause });
    });
    try {
      const result = await use(client);
      client.release();
      return result;
    } catch (error) {
      // A connection whose transaction cannot be rolled back is not given to anyone else.
      const isClean = await client.query("rollback").then(
        () => true,
        () => false,
      );
      client.release(!isClean);
      throw withoutValues(error);
    }
  }

  const transact = <Result>(opening: string, run: (tx: Transaction) => Promise<Result>): Promise<Result> =>
    withClient(async (client) => {
      const opened = client.query(opening);
      opened.catch(() => undefined); // reported by the `await` below, or by the first statement of `run`
      const session = new NodePgSession<Record<string, never>, Record<string, never>>(client, dialect, undefined);
      const result = await run(new NodePgTransaction(dialect, session, undefined));
      await opened;
      assertCommitted(await client.query("commit"));
      return result;
    });

  return {
    pool,
    inScope: (scope, run) => transact(openScope(scope), run),
    inSystem: (scope, run) => {
      options.onSystemAccess?.(scope.reason);
      return transact("begin", run);
    },
    queryInScope: (scope, statement) =>
      withClient(async (client) => {
        const [, result, committed] = await inOnePacket(client, () =>
          Promise.all([
            client.query(openScope(scope)),
            client.query({ name: statement.name, text: statement.text, values: [...statement.values] }),
            client.query("commit"),
          ]),
        );
        assertCommitted(committed);
        return result.rows;
      }),
    callInScope: (scope, { name, text, values }) =>
      withClient(async (client) => (await client.query({ name, text, values: [scope.tenantId, ...values] })).rows),
    ping: () => withClient((client) => client.query("select 1")).then(() => undefined),
    close: () => pool.end(),
  };
}

/** Three statements written as one: a write to the socket costs more than all else this process does for a statement. */
function inOnePacket<Result>(client: pg.PoolClient, send: () => Result): Result {
  const { stream } = client.connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

/** The maker of a TenantScope accepts nothing but a lower-case uuid, so that the id is safe inside the literal. */
const openScope = (scope: TenantScope): string =>
  `begin; select set_config('app.tenant_id', '${scope.tenantId}', true)`;

/** PostgreSQL answers COMMIT with ROLLBACK when a statement failed and the failure was swallowed. */
function assertCommitted(result: pg.QueryResult): void {
  if (result.command !== "COMMIT") throw new Error("the transaction was rolled back: a failed statement was ignored");
}

/**
 * Takes the values of rows and parameters, which may be document text or secrets, out of an error and its causes:
 * what remains (statement, code, constraint) may be logged.
 */
function withoutValues(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof DrizzleQueryError) {
      const message = `Failed query: ${cause.query}`;
      cause.stack = (cause.stack ?? "").replace(cause.message, () => message);
      cause.message = message;
      cause.params = [];
    } else if (cause instanceof pg.DatabaseError) {
      cause.detail = undefined;
      cause.where = undefined;
    }
  }
  return error;
}

/** The name of the constraint a failed statement violated, e.g. `users_email_folded_key`; null for any other error. */
export function violatedConstraint(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof pg.DatabaseError && cause.code?.startsWith("23")) return cause.constraint ?? "";
  return null;
}
