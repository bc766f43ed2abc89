import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { isAlive } from "../apps/nexus/src/supervisor/processes.ts";
import { temporaryEnvironment } from "../apps/nexus/src/temporary-environment.ts";

const root = resolve(import.meta.dirname, "..");
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0).reverse()) cleanup();
});

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nexus-launcher-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

interface Run {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves when the output matches, or rejects when the process ends first. */
  until(pattern: RegExp): Promise<void>;
  readonly ended: Promise<number | null>;
}

function nexus(args: readonly string[], environment: Record<string, string>): Run {
  let output = "";
  const child = spawn(join(root, "nexus"), [...args], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (data: Buffer) => {
      output += data.toString("utf8");
      for (const listener of listeners) listener();
    });
  const ended = new Promise<number | null>((done) => child.on("exit", (code) => done(code)));
  cleanups.push(() => child.kill("SIGKILL"));
  return {
    child,
    output: () => output,
    ended,
    until: (pattern) =>
      new Promise((done, fail) => {
        const check = () => pattern.test(output) && done();
        listeners.add(check);
        check();
        void ended.then((code) => fail(new Error(`ended with ${code} before ${pattern}:\n${output}`)));
      }),
  };
}

/** Every process whose environment names this data folder: the services of one instance, however they were started. */
function processesOf(dataDir: string): number[] {
  const listing = execFileSync("sh", [
    "-c",
    `grep -lsz "^DATA_DIR=${dataDir}$" /proc/[0-9]*/environ || true`,
  ]).toString();
  return [...listing.matchAll(/\/proc\/(\d+)\//g)]
    .map(([, pid]) => Number(pid))
    .filter((pid) => isAlive(pid) && pid !== process.pid);
}

async function eventually(condition: () => boolean, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (Date.now() < deadline) {
    if (condition()) return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return condition();
}

describe("./nexus up", () => {
  it("prints the credentials the first time only, refuses a second instance, and leaves no process after Ctrl-C", {
    timeout: 240_000,
  }, async () => {
    const dataDir = temporaryFolder();
    const environment = await temporaryEnvironment(dataDir);
    const first = nexus(["up"], environment);
    await first.until(/Stop\s+Ctrl-C/);
    const { password } = JSON.parse(readFileSync(join(dataDir, "first-admin.json"), "utf8")) as { password: string };
    expect(first.output()).toMatch(/E-mail\s+admin@nexus\.local[\s\S]*first-admin\.json/);
    expect(first.output()).not.toContain(password); // stdout is no terminal here: a log would keep it
    expect((await fetch(`http://127.0.0.1:${environment.HOST_UI_PORT}/fr/sign-in`)).status).toBe(200);

    const second = nexus(["up"], { ...environment, ...(await temporaryEnvironment(dataDir)) });
    expect(await second.ended).toBe(1);
    expect(second.output()).toContain("already runs on");

    first.child.kill("SIGINT");
    expect(await first.ended).toBe(0);
    expect(processesOf(dataDir)).toEqual([]);

    const third = nexus(["up"], environment);
    await third.until(/Stop\s+Ctrl-C/);
    expect(third.output()).not.toMatch(/E-mail/);
    third.child.kill("SIGTERM");
    expect(await third.ended).toBe(0);
  });

  it("leaves no service behind when the launcher is killed, and starts again on the same folder", {
    timeout: 240_000,
  }, async () => {
    const dataDir = temporaryFolder();
    const environment = await temporaryEnvironment(dataDir);
    const first = nexus(["up"], environment);
    await first.until(/Stop\s+Ctrl-C/);
    expect(processesOf(dataDir).length).toBeGreaterThan(4);
    first.child.kill("SIGKILL");
    expect(await eventually(() => processesOf(dataDir).length === 0, 20_000)).toBe(true);

    const second = nexus(["up"], environment);
    await second.until(/Stop\s+Ctrl-C/);
    second.child.kill("SIGINT");
    expect(await second.ended).toBe(0);
  });

  it("names the busy port and the setting that moves it", { timeout: 120_000 }, async () => {
    const environment = await temporaryEnvironment(temporaryFolder());
    const server = createServer().listen(Number(environment.HOST_API_PORT), "127.0.0.1");
    cleanups.push(() => server.close());
    const run = nexus(["up"], environment);
    expect(await run.ended).toBe(1);
    expect(run.output()).toMatch(/Port \d+ .*is taken[\s\S]*HOST_API_PORT/);
    expect(run.output()).not.toMatch(/\n\s+at /);
  });

  it("refuses QDRANT_URL and a faulty setting in one sentence, without printing the value", {
    timeout: 120_000,
  }, async () => {
    const environment = await temporaryEnvironment(temporaryFolder());
    const qdrant = nexus(["up"], { ...environment, QDRANT_URL: "http://127.0.0.1:6333" });
    expect(await qdrant.ended).toBe(1);
    expect(qdrant.output()).toContain("QDRANT_URL");
    const faulty = nexus(["up"], { ...environment, HOST_UI_PORT: "hunter2" });
    expect(await faulty.ended).toBe(1);
    expect(faulty.output()).toContain("HOST_UI_PORT");
    expect(faulty.output()).not.toContain("hunter2");
  });
});

describe("./nexus", () => {
  const shell = (path: string) =>
    execFileSync("sh", ["-c", `"${join(root, "nexus")}" --help 2>&1 || true`], { env: { PATH: path } }).toString();

  it("says what is missing when there is no Node", () => {
    const folder = temporaryFolder();
    for (const tool of ["sh", "dirname", "cmp", "cat"])
      symlinkSync(execFileSync("which", [tool]).toString().trim(), join(folder, tool));
    expect(shell(folder)).toMatch(/needs Node\.js 20\.19 or newer/);
  });

  it("says so when Node is too old", () => {
    const folder = temporaryFolder();
    const fake = join(folder, "node");
    writeFileSync(fake, '#!/bin/sh\n[ "$1" = --version ] && { echo v18.2.0; exit 0; }\nexit 1\n');
    chmodSync(fake, 0o755);
    expect(shell(`${folder}:${process.env.PATH}`)).toMatch(/this is v18\.2\.0/);
  });

  it("answers --help with 0, and an unknown command with 2 and a pointer to --help", () => {
    expect(execFileSync(join(root, "nexus"), ["--help"]).toString()).toContain("./nexus COMMAND");
    expect(() => execFileSync(join(root, "nexus"), ["dance"], { stdio: "pipe" })).toThrow(/--help/);
  });
});
