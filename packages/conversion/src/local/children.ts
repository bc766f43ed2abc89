import { type ChildProcess, fork } from "node:child_process";
import type { Socket } from "node:net";

/** A conversion process that has seen no document yet. */
export interface FreshChild {
  readonly process: ChildProcess;
  /** Settles when it takes messages; never, when it dies before. */
  readonly ready: Promise<void>;
}

export interface Children {
  /** A process for one document, to be killed after it. `format` is the reader the next one may load beforehand. */
  take(maxMemoryMb: number, format: string): FreshChild;
  /** Ends the spare; none is started any more. */
  close(): void;
}

/** How long an unused spare stays: it costs about 50 MB, 75 MB with pdfium loaded. */
const spareIdleMs = 20_000;

/**
 * Conversion processes with one spare: while documents flow, the process of the next one starts beside the work on
 * this one, so that a short document does not wait for Node and the parsers to load. The spare keeps nobody alive.
 */
export function createChildren(childEntry: string, execArgv: readonly string[]): Children {
  let spare: (FreshChild & { readonly maxMemoryMb: number }) | null = null;
  let isClosed = false;
  let idle: NodeJS.Timeout | undefined;

  const start = (maxMemoryMb: number, format: string): FreshChild => {
    const child = fork(childEntry, [format], {
      execArgv: [...execArgv, `--max-old-space-size=${maxMemoryMb}`],
      env: {},
      serialization: "advanced",
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const ready = new Promise<void>((resolve) => child.once("message", () => resolve())); // its first says so
    return { process: child, ready };
  };
  const endSpare = () => {
    clearTimeout(idle);
    spare?.process.kill("SIGKILL");
    spare = null;
  };
  const startSpare = (maxMemoryMb: number, format: string) => {
    const child = start(maxMemoryMb, format);
    const drop = () => {
      if (spare?.process === child.process) spare = null;
    };
    child.process.once("exit", drop).once("error", drop);
    hold(child.process, false);
    spare = { ...child, maxMemoryMb };
  };
  return {
    take(maxMemoryMb, format) {
      const isFit = spare !== null && spare.maxMemoryMb === maxMemoryMb && isRunning(spare.process);
      const child = isFit && spare ? spare : start(maxMemoryMb, "");
      if (isFit) spare = null;
      else endSpare();
      hold(child.process, true);
      const keepSpare = () => {
        if (isClosed) return;
        if (!spare) startSpare(maxMemoryMb, format);
        clearTimeout(idle);
        idle = setTimeout(endSpare, spareIdleMs).unref();
      };
      keepSpare();
      child.process.once("exit", keepSpare); // a long document outlives the spare that began with it
      return child;
    },
    close() {
      isClosed = true;
      endSpare();
    },
  };
}

const isRunning = (child: ChildProcess): boolean =>
  child.connected && child.exitCode === null && child.signalCode === null;

/** Whether the child, its channel and its output keep this process running. */
function hold(child: ChildProcess, isHeld: boolean): void {
  const change = isHeld ? "ref" : "unref";
  child[change]();
  child.channel?.[change]();
  (child.stderr as Socket | null)?.[change]();
}
