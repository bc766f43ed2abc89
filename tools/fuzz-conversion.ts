/**
 * Mutated real files through every parser: each run ends in a document or an AppError within 10 s and 600 MB, or it is
 * a finding, printed with its index; one run in fifty recognises pages too, within 40 s. `--runs`, `--seconds` bound it;
 * `--seed` fixes it; `--only 17` repeats one run. The 5,000 runs of one seed take some 15 minutes of two idle cores.
 */
import { type ChildProcess, fork } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { FuzzOutcome } from "./fuzz/child.ts";
import { isRecognised } from "./fuzz/samples.ts";

// of its own processor time, so that a busy machine finds no hangs; one that waits for nothing ends too
const limits = {
  milliseconds: 10_000,
  recognisingMilliseconds: 40_000,
  idleMilliseconds: 60_000,
  megabytes: 600,
  runsOfOneProcess: 40,
  processes: 2,
} as const;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "5000" },
    seconds: { type: "string", default: "3600" },
    seed: { type: "string", default: "1" },
    only: { type: "string" },
  },
});
const documents = join(process.env.NEXUS_FIXTURES_DIR ?? "../shared/data", "documents");
const indices =
  values.only === undefined ? Array.from({ length: Number(values.runs) }, (_, index) => index) : [Number(values.only)];
const endAt = performance.now() + Number(values.seconds) * 1_000;
const counts = new Map<string, number>();
const findings: FuzzOutcome[] = [];
let slowestMs = 0;

const next = (): number | undefined => (performance.now() < endAt ? indices.shift() : undefined);

function note(outcome: FuzzOutcome): void {
  counts.set(outcome.outcome, (counts.get(outcome.outcome) ?? 0) + 1);
  if (!["crash", "hang", "memory", "exit"].includes(outcome.outcome)) return;
  findings.push(outcome);
  console.error(
    `seed ${values.seed} index ${outcome.index} ${outcome.filename}: ${outcome.outcome}\n${outcome.detail ?? ""}\n`,
  );
}

const startChild = (): ChildProcess =>
  fork(join(import.meta.dirname, "fuzz/child.ts"), [documents, values.seed], {
    execArgv: ["--import", "tsx", "--max-old-space-size=1024"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });

const residentMb = (pid: number | undefined): number => {
  try {
    return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1024;
  } catch {
    return 0; // it has just ended
  }
};

/** Processor time of the process so far: fields 14 and 15 of its stat, in hundredths of a second. */
const processorMs = (pid: number | undefined): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /, "")
      .split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
};

/** One process after another, each for a number of runs or until a run ends it. */
async function work(): Promise<void> {
  let index = next();
  while (index !== undefined) {
    const child = startChild();
    await new Promise((ready) => child.once("message", ready));
    for (let runs = 0; runs < limits.runsOfOneProcess && index !== undefined; runs++) {
      const outcome = await runOne(child, index);
      if (outcome.outcome === "memory" && runs > 0) break; // what the runs before left counts too: once more, alone
      note(outcome);
      index = next();
      if (["hang", "memory", "exit", "wasm_trap"].includes(outcome.outcome)) break;
    }
    child.kill("SIGKILL");
  }
}

function runOne(child: ChildProcess, index: number): Promise<FuzzOutcome> {
  return new Promise((resolve) => {
    let filename = "";
    const mostMs = isRecognised(index) ? limits.recognisingMilliseconds : limits.milliseconds;
    let startedAt = performance.now();
    let busyBefore = processorMs(child.pid);
    const settle = (outcome: FuzzOutcome) => {
      clearInterval(watch);
      child.off("message", listen).off("exit", ended);
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
      resolve(outcome);
    };
    const watch = setInterval(() => {
      const megabytes = residentMb(child.pid);
      if (megabytes > limits.megabytes)
        settle({ index, filename, outcome: "memory", detail: `${Math.round(megabytes)} MB` });
      else if (processorMs(child.pid) - busyBefore > mostMs || performance.now() - startedAt > limits.idleMilliseconds)
        settle({ index, filename, outcome: "hang" });
    }, 50);
    const listen = (message: FuzzOutcome) => {
      filename = message.filename;
      if (message.outcome === "begun") [startedAt, busyBefore] = [performance.now(), processorMs(child.pid)];
      else settle(message);
    };
    const ended = (code: number | null, signal: string | null) =>
      settle({ index, filename, outcome: "exit", detail: String(code ?? signal) });
    child.on("message", listen).on("exit", ended);
    child.send(index);
  });
}

await Promise.all(Array.from({ length: limits.processes }, work));
const runs = [...counts.values()].reduce((sum, count) => sum + count, 0);
const byCount = Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
console.log(
  JSON.stringify({
    seed: Number(values.seed),
    runs,
    findings: findings.length,
    slowestMs: Math.round(slowestMs),
    outcomes: byCount,
  }),
);
process.exitCode = findings.length > 0 ? 1 : 0;
