import { type ChildProcess, spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "../terminal.ts";
import { forwardLines } from "./log-lines.ts";
import { processIdentity } from "./processes.ts";

/** One process of the product. */
export interface ServiceSpec {
  readonly name: string;
  /** Script and its arguments, run by this Node. No secret stands here: arguments are visible to every user of the machine. */
  readonly script: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly folder: string;
  /** Answers 2xx when the service works; null: it tells us by IPC. */
  readonly healthUrl: string | null;
}

export interface Supervisor {
  /** Starts one service and waits until it is ready. @throws UserError with its last lines when it is not within the limit. */
  start(spec: ServiceSpec): Promise<void>;
  /** Stops the last started first: takes no more work, drains, then kills what is left. */
  stopAll(): Promise<void>;
  running(): readonly { name: string; pid: number; identity: string | null }[];
}

const readyLimitMs = 60_000;
const drainLimitMs = 20_000;
const keptLines = 30;
/** Waits before a crashed service is started again; after the last it waits the longest time again. */
const restartDelaysMs = [200, 1_000, 3_000, 10_000];
/** A service that ran this long has recovered: its next crash waits the shortest time again. */
const recoveredAfterMs = 60_000;

interface Service {
  readonly spec: ServiceSpec;
  child: ChildProcess;
  lines: string[];
  startedAtMs: number;
  crashes: number;
  isReady: boolean;
}

export function createSupervisor(options: { write: (line: string) => void; onChange?: () => void }): Supervisor {
  const services: Service[] = [];
  let isStopping = false;

  function launch(spec: ServiceSpec, service?: Service): Service {
    const child = spawn(process.execPath, [...spec.script], {
      cwd: spec.folder,
      env: { ...spec.environment },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      detached: true, // a group of its own: Ctrl-C at the terminal reaches the supervisor alone, which closes in order
    });
    const next = service ?? { spec, child, lines: [], startedAtMs: 0, crashes: 0, isReady: false };
    Object.assign(next, { child, isReady: false, startedAtMs: Date.now() });
    const keep = (line: string) => {
      next.lines = [...next.lines.slice(1 - keptLines), line];
      options.write(line);
    };
    if (child.stdout) forwardLines(spec.name, child.stdout, keep);
    if (child.stderr) forwardLines(spec.name, child.stderr, keep);
    child.on("message", (message) => {
      if (typeof message === "object" && message !== null && "type" in message && message.type === "ready")
        next.isReady = true;
    });
    child.on("error", (error) => keep(`${spec.name} could not be started: ${error.message}`));
    child.on("exit", (code, signal) => void onExit(next, child, code, signal));
    options.onChange?.();
    return next;
  }

  async function onExit(
    service: Service,
    child: ChildProcess,
    code: number | null,
    signal: string | null,
  ): Promise<void> {
    if (isStopping || service.child !== child || !services.includes(service)) return;
    if (Date.now() - service.startedAtMs > recoveredAfterMs) service.crashes = 0;
    const delayMs = restartDelaysMs[Math.min(service.crashes, restartDelaysMs.length - 1)] ?? 10_000;
    service.crashes += 1;
    options.write(`${service.spec.name} ended (${signal ?? `code ${code}`}); starting it again in ${delayMs / 1000} s`);
    await sleep(delayMs);
    if (!isStopping) launch(service.spec, service);
  }

  async function waitUntilReady(service: Service): Promise<void> {
    const { spec } = service;
    const deadline = Date.now() + readyLimitMs;
    while (Date.now() < deadline) {
      if (service.child.exitCode !== null || service.child.signalCode !== null) break;
      if (spec.healthUrl ? await answers(spec.healthUrl) : service.isReady) return;
      await sleep(50);
    }
    throw new UserError([`${spec.name} did not become ready. Its last lines:`, ...service.lines].join("\n  "));
  }

  return {
    async start(spec) {
      const service = launch(spec);
      await waitUntilReady(service);
      services.push(service);
      options.onChange?.();
    },
    async stopAll() {
      isStopping = true;
      for (const service of [...services].reverse()) await stopChild(service.child);
    },
    running: () =>
      services.flatMap(({ spec, child }) =>
        child.pid === undefined ? [] : [{ name: spec.name, pid: child.pid, identity: processIdentity(child.pid) }],
      ),
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000), redirect: "manual" });
    await response.body?.cancel();
    return response.status < 400;
  } catch {
    return false;
  }
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const limit = new AbortController();
  await Promise.race([ended, sleep(drainLimitMs, undefined, { signal: limit.signal }).catch(() => {})]);
  limit.abort();
  if (child.exitCode === null && child.signalCode === null) {
    killGroup(child.pid);
    await ended;
  }
}

/** Kills a service and what it started. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  for (const target of [-pid, pid]) {
    try {
      process.kill(target, "SIGKILL");
    } catch {
      // already gone
    }
  }
}
