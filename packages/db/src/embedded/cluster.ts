import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chown, mkdir, open, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "@aurora/kernel";
import type { Account } from "./account.ts";
import type { Binaries } from "./binaries.ts";

/** What a run of `initdb` or `postgres` needs. */
export interface Installation {
  readonly binaries: Binaries;
  readonly account: Account | null;
  /** The manager's folder: `cluster`, `secrets.json`, `server.log`. */
  readonly folder: string;
}

export const adminRole = "nexus_admin";
export const logFileOf = (folder: string): string => join(folder, "server.log");

/**
 * Makes the cluster: it appears whole, by renaming, so that a crash or a second process leaves no half of one.
 * Text is UTF-8 compared by code point, whatever the machine's locale. The administrator's password comes from a file.
 */
export async function initCluster(
  installation: Installation,
  adminPassword: string,
  isDurable: boolean,
): Promise<void> {
  const { account, folder } = installation;
  const suffix = randomBytes(6).toString("hex");
  const draft = join(folder, `cluster.${suffix}`);
  const passwordFile = join(folder, `password.${suffix}`);
  try {
    await mkdir(draft, { mode: 0o700 });
    await writeFile(passwordFile, `${adminPassword}\n`, { mode: 0o600 });
    if (account) for (const path of [draft, passwordFile]) await chown(path, account.uid, account.gid);
    const logOffset = await logSize(folder);
    const options = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"];
    if (!isDurable) options.push("--no-sync");
    const child = await launch(installation, "initdb", [draft, passwordFile], ([data, password]) => [
      "-D",
      data,
      `--username=${adminRole}`,
      `--pwfile=${password}`,
      "--auth=scram-sha-256",
      ...options,
    ]);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    if (code !== 0) throw await failure(folder, logOffset, "The embedded PostgreSQL could not make its cluster");
    await writeFile(join(draft, "pg_hba.conf"), "local all all scram-sha-256\n");
    await rename(draft, join(folder, "cluster")).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error; // else another process was first
    });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

/** Starts the server as a process of its own that outlives this one. It may still refuse: watch `exit`. */
export async function launchServer(installation: Installation, settings: readonly string[]): Promise<ChildProcess> {
  const cluster = join(installation.folder, "cluster");
  const child = await launch(installation, "postgres", [cluster], ([data]) => ["-D", data, ...settings]);
  child.unref();
  return child;
}

/**
 * Runs one of PostgreSQL's programs, its output to the log file, with an environment of nothing inherited.
 * The account `postgres` may be unable to enter the folders above ours (a 0700 data folder of root): root opens the
 * paths and the program reaches them through its inherited descriptors, `/proc/self/fd/3` and on (proc_pid_fd(5)).
 */
async function launch(
  { binaries, account, folder }: Installation,
  program: "initdb" | "postgres",
  paths: readonly string[],
  args: (paths: readonly [string, string]) => string[],
): Promise<ChildProcess> {
  const log = await open(logFileOf(folder), "a", 0o600);
  const opened = account ? await Promise.all(paths.map((path) => open(path, "r"))) : [];
  try {
    const seen = account ? paths.map((_, index) => `/proc/self/fd/${index + 3}`) : paths;
    const child = spawn(join(binaries.folder, "bin", program), args([seen[0] ?? "", seen[1] ?? ""]), {
      cwd: account ? "/" : folder,
      detached: true, // Ctrl-C in the terminal is for the launcher, which stops this in its turn
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
      stdio: ["ignore", log.fd, log.fd, ...opened.map((file) => file.fd)],
      ...account,
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (cause) =>
        reject(new AppError("unavailable", `PostgreSQL's program ${program} could not be run.`, { cause })),
      );
    });
    return child;
  } finally {
    await Promise.all([log, ...opened].map((file) => file.close()));
  }
}

export const logSize = (folder: string): Promise<number> =>
  stat(logFileOf(folder)).then(
    (found) => found.size,
    () => 0,
  );

/** One clear sentence out of what the server wrote since `logOffset`. */
export async function failure(folder: string, logOffset: number, what: string): Promise<AppError> {
  const bytes = await readFile(logFileOf(folder)).catch(() => Buffer.alloc(0));
  const lines = bytes.subarray(logOffset).toString("utf8").trim().split("\n");
  if (lines.some((line) => line.includes("No space left on device")))
    return new AppError("store_full", `${what}: the disk is full.`, { internal: { lines } });
  const reason = lines.findLast((line) => /\b(?:FATAL|PANIC|error):/.test(line)) ?? lines.at(-1) ?? "";
  const sentence = reason.replace(/^.*?\b(?:FATAL|PANIC|error):\s*/, "").replace(/\.$/, "");
  return new AppError("unavailable", `${what}: ${sentence || "it wrote no reason"}. See ${logFileOf(folder)}.`, {
    internal: { lines },
  });
}
