import { execFile, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { AppError } from "@aurora/kernel";
import { afterAll, expect, it, onTestFinished, vi } from "vitest";
import { contractOptions } from "../contract/index.ts";
import { createLocalConverter } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "aurora-conversion-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A child that notes its start in `log`, and answers each document with what it knows of itself. */
function noteTaker(name: string): { childEntry: string; started(): number[] } {
  const [childEntry, log] = [join(folder, `${name}.mjs`), join(folder, `${name}.log`)];
  writeFileSync(log, "");
  writeFileSync(
    childEntry,
    `import { appendFileSync } from "node:fs";
    appendFileSync(${JSON.stringify(log)}, process.pid + "\\n");
    let documents = 0;
    process.on("disconnect", () => process.exit(1));
    process.on("message", () => {
      const error = JSON.stringify({ pid: process.pid, documents: ++documents, prepared: process.argv[2] });
      process.send({ kind: "crashed", error });
    });
    process.send({ kind: "ready" });`,
  );
  return { childEntry, started: () => readFileSync(log, "utf8").trim().split("\n").filter(Boolean).map(Number) };
}

interface Note {
  readonly pid: number;
  readonly documents: number;
  readonly prepared: string;
}

function converterOf(childEntry: string) {
  const converter = createLocalConverter({ childEntry });
  onTestFinished(() => converter.close());
  const noteOf = async (filename: string, maxMemoryMb = 256): Promise<Note> => {
    const failure = await converter
      .convert({ filename, bytes: Uint8Array.of(65) }, { ...contractOptions, maxMemoryMb }, async () => {})
      .catch((error: unknown) => error);
    return JSON.parse(AppError.is(failure) ? (failure.internal as { detail: string }).detail : "{}");
  };
  return { converter, noteOf };
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it("gives each document a process that has seen no other, started beside the one before", async () => {
  const { noteOf } = converterOf(noteTaker("fresh").childEntry);
  const notes = [await noteOf("a.pdf"), await noteOf("b.MD"), await noteOf("c.csv")];
  expect(new Set(notes.map((note) => note.pid)).size).toBe(3);
  expect(notes.map((note) => note.documents)).toEqual([1, 1, 1]);
  expect(notes.map((note) => note.prepared)).toEqual(["", "pdf", "md"]); // only a waiting process knows the one before
  await vi.waitFor(() => expect(notes.map((note) => isAlive(note.pid))).toEqual([false, false, false]));
});

it("gives no document a waiting process with another memory limit", async () => {
  const { noteOf } = converterOf(noteTaker("limits").childEntry);
  await noteOf("a.pdf", 256);
  expect((await noteOf("b.pdf", 512)).prepared).toBe("");
  expect((await noteOf("c.pdf", 512)).prepared).toBe("pdf");
});

it("gives a document another process when the waiting one has died", async () => {
  const { childEntry, started } = noteTaker("died");
  const { noteOf } = converterOf(childEntry);
  await noteOf("a.pdf");
  const waiting = await vi.waitFor(() => {
    expect(started()).toHaveLength(2);
    return started()[1] ?? 0;
  });
  process.kill(waiting, "SIGKILL");
  await vi.waitFor(() => expect(isAlive(waiting)).toBe(false));
  const note = await noteOf("b.pdf");
  expect(note.documents).toBe(1);
  expect(note.pid).not.toBe(waiting);
});

it("ends the waiting process when closed", async () => {
  const { childEntry, started } = noteTaker("closed");
  const { converter, noteOf } = converterOf(childEntry);
  await noteOf("a.pdf");
  await vi.waitFor(() => expect(started()).toHaveLength(2));
  converter.close();
  await vi.waitFor(() => expect(started().map(isAlive)).toEqual([false, false]));
});

it("lets a program end that never closes it, and leaves no process behind", async () => {
  const { childEntry, started } = noteTaker("left");
  const script = `
    import { createLocalConverter } from ${JSON.stringify(fileURLToPath(new URL("./index.ts", import.meta.url)))};
    const converter = createLocalConverter({ childEntry: ${JSON.stringify(childEntry)} });
    const options = { timeoutMs: 10_000, maxMemoryMb: 256, maxPages: 1, pageImageDpi: 0 };
    await converter.convert({ filename: "a.txt", bytes: Uint8Array.of(65) }, options, async () => {}).catch(() => {});
  `;
  const args = ["--import", "tsx", "--input-type=module", "-e", script];
  await promisify(execFile)(process.execPath, args, { timeout: 15_000 }); // ended by the limit, it would throw
  await vi.waitFor(() => expect(started().map(isAlive)).not.toContain(true), { timeout: 5_000 });
});

it("stays until it is killed once it has answered: its end must not overtake its answer", async () => {
  const entry = fileURLToPath(new URL("./child.ts", import.meta.url));
  const child = fork(entry, ["md"], { execArgv: ["--import", "tsx"], env: {}, serialization: "advanced" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const file = { filename: "a.md", bytes: new TextEncoder().encode("# Title\n\nA sentence.\n") };
  const message = (kind: string) =>
    new Promise<void>((done) => child.on("message", (one: { kind: string }) => one.kind === kind && done()));
  await message("ready");
  child.send({ kind: "convert", file, maxPages: 10, pageImageDpi: 0 });
  await message("done");
  const ended = new Promise<string>((done) => child.once("exit", () => done("ended")));
  const waited = new Promise<string>((done) => setTimeout(() => done("waits"), 500));
  expect(await Promise.race([ended, waited])).toBe("waits");
});
