import { AppError } from "@aurora/kernel";
import type { Pool, PoolClient } from "pg";
import type { Lease } from "../lease-worker.ts";
import type { QueueName } from "../port.ts";

/** NOTIFY payloads on this channel: `wake <queue>` or `cancel <message id>`. */
export const channel = "queue_messages";

/** One transaction that sees one tenant's rows and no other's. @throws AppError `unavailable` without a connection. */
export async function inTenant<T>(pool: Pool, tenantId: string, run: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch((cause: unknown) => {
    throw new AppError("unavailable", "The database does not answer.", { cause });
  });
  let isBroken = false;
  try {
    // on a pipelining pool these travel with the first statement of `run`, at no round trip of their own
    const opened = Promise.all([
      client.query("BEGIN"),
      client.query("SELECT set_config('app.tenant_id', $1, true)", [tenantId]),
    ]);
    const [result] = await Promise.all([run(client), opened]);
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    client.release(isBroken);
  }
}

const notify = (client: PoolClient, payload: string) => client.query("SELECT pg_notify($1, $2)", [channel, payload]);
export const wakeWorkers = (client: PoolClient, queue: QueueName) => notify(client, `wake ${queue}`);

export async function enqueueMessage(
  client: PoolClient,
  message: {
    id: string;
    tenantId: string;
    queue: QueueName;
    subjectId: string;
    delayMs: number;
    isBackground: boolean;
  },
): Promise<void> {
  const { id, tenantId, queue, subjectId, delayMs, isBackground } = message;
  await Promise.all([
    client.query("INSERT INTO queue_turns (queue, tenant_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
      queue,
      tenantId,
    ]),
    client.query(
      `INSERT INTO queue_messages AS m (id, tenant_id, queue, subject_id, available_at, created_at, is_background)
       VALUES ($1, $2, $3, $4, clock_timestamp() + make_interval(secs => $5 / 1000.0), clock_timestamp(), $6)
       ON CONFLICT (tenant_id, queue, subject_id) DO UPDATE SET
         available_at = CASE WHEN m.lease_token IS NULL AND m.attempt = 0
                             THEN least(m.available_at, excluded.available_at) ELSE m.available_at END,
         rerun_at = CASE WHEN m.lease_token IS NOT NULL THEN least(m.rerun_at, excluded.available_at) END`,
      [id, tenantId, queue, subjectId, delayMs, isBackground],
    ),
    wakeWorkers(client, queue),
  ]);
}

export async function cancelMessage(client: PoolClient, queue: QueueName, subjectId: string): Promise<void> {
  const { rows } = await client.query<{ id: string; is_running: boolean }>(
    `UPDATE queue_messages SET cancel_requested = true, rerun_at = NULL WHERE queue = $1 AND subject_id = $2
     RETURNING id, lease_token IS NOT NULL AS is_running`,
    [queue, subjectId],
  );
  for (const { id, is_running } of rows) {
    if (is_running) await notify(client, `cancel ${id}`);
    else await client.query("DELETE FROM queue_messages WHERE id = $1", [id]);
  }
}

export async function pendingSubjects(client: PoolClient, queue: QueueName): Promise<readonly string[]> {
  const { rows } = await client.query<{ subject_id: string }>(
    "SELECT subject_id FROM queue_messages WHERE queue = $1",
    [queue],
  );
  return rows.map((row) => row.subject_id);
}

/** What `queue_claim` leased, read under the tenant it belongs to: the function itself gives away ids only. */
export async function readLeases(
  client: PoolClient,
  claim: Pick<Lease, "queue" | "tenantId" | "token">,
  ids: readonly string[],
): Promise<readonly Lease[]> {
  const { rows } = await client.query<{ id: string; subject_id: string; attempt: number; cancel_requested: boolean }>(
    "SELECT id, subject_id, attempt, cancel_requested FROM queue_messages WHERE id = ANY($1) AND lease_token = $2",
    [ids, claim.token],
  );
  return rows.map((row) => ({
    ...claim,
    id: row.id,
    subjectId: row.subject_id,
    attempt: row.attempt,
    isCancelled: row.cancel_requested,
  }));
}

export async function renewLease(
  client: PoolClient,
  lease: Lease,
  leaseMs: number,
): Promise<"held" | "cancelled" | "lost"> {
  const { rows } = await client.query<{ cancel_requested: boolean }>(
    `UPDATE queue_messages SET available_at = clock_timestamp() + make_interval(secs => $3 / 1000.0)
     WHERE id = $1 AND lease_token = $2 RETURNING cancel_requested`,
    [lease.id, lease.token, leaseMs],
  );
  const [row] = rows;
  return row === undefined ? "lost" : row.cancel_requested ? "cancelled" : "held";
}

/** DELETE first: an enqueue that slips in between then finds no row and inserts its own, or was seen in `rerun_at`. */
export async function finishMessage(client: PoolClient, lease: Lease): Promise<void> {
  const held = [lease.id, lease.token];
  const { rowCount } = await client.query(
    "DELETE FROM queue_messages WHERE id = $1 AND lease_token = $2 AND rerun_at IS NULL",
    held,
  );
  if (rowCount === 1) return;
  const again = await client.query(
    `UPDATE queue_messages SET available_at = rerun_at, rerun_at = NULL, lease_token = NULL, attempt = 0, cancel_requested = false
     WHERE id = $1 AND lease_token = $2`,
    held,
  );
  if (again.rowCount === 1) await wakeWorkers(client, lease.queue);
}

export async function releaseMessage(
  client: PoolClient,
  lease: Lease,
  delayMs: number,
  triesTakenBack: 0 | 1,
): Promise<void> {
  await client.query(
    `UPDATE queue_messages SET available_at = clock_timestamp() + make_interval(secs => $3 / 1000.0),
       rerun_at = NULL, lease_token = NULL, attempt = attempt - $4
     WHERE id = $1 AND lease_token = $2`,
    [lease.id, lease.token, delayMs, triesTakenBack],
  );
  if (delayMs === 0) await wakeWorkers(client, lease.queue);
}
