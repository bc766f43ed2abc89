import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "@aurora/kernel";
import { afterAll, expect, it, onTestFinished } from "vitest";
import { contractOptions } from "../contract/index.ts";
import { createLocalConverter } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "aurora-readable-"));
const outside = mkdtempSync(join(tmpdir(), "aurora-outside-"));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(outside, { recursive: true, force: true });
});
writeFileSync(join(folder, "own.txt"), "its own");
writeFileSync(join(outside, "secret.txt"), "a secret");

/** What `code` gives, run in a child that may read `folder` alone: its value, or the code of what it throws. */
async function inChild(code: string): Promise<string> {
  const childEntry = join(folder, "child.mjs");
  writeFileSync(
    childEntry,
    `import fs from "node:fs"; import { execFileSync } from "node:child_process"; import { Worker } from "node:worker_threads";
    process.on("message", async () => {
      let answer;
      try { answer = await (async () => { ${code} })(); } catch (error) { answer = error.code; }
      process.send({ kind: "crashed", error: String(answer) });
    });
    process.send({ kind: "ready" });`,
  );
  const converter = createLocalConverter({ childEntry, readable: [folder] });
  onTestFinished(() => converter.close());
  const file = { filename: "a.txt", bytes: Uint8Array.of(65) };
  const failure = await converter.convert(file, contractOptions, async () => {}).catch((error: unknown) => error);
  return AppError.is(failure) ? (failure.internal as { detail: string }).detail : String(failure);
}

it("a child reads the files of the product", async () => {
  expect(await inChild(`return fs.readFileSync(${JSON.stringify(join(folder, "own.txt"))}, "utf8")`)).toBe("its own");
});

it.each([
  ["read the system's files", 'return fs.readFileSync("/etc/passwd", "utf8")'],
  ["read other folders", `return fs.readFileSync(${JSON.stringify(join(outside, "secret.txt"))}, "utf8")`],
  ["list them", `return fs.readdirSync(${JSON.stringify(outside)})`],
  ["write", `fs.writeFileSync(${JSON.stringify(join(outside, "written.txt"))}, "x"); return "written"`],
  ["write where it reads", `fs.writeFileSync(${JSON.stringify(join(folder, "written.txt"))}, "x"); return "written"`],
  ["start a program", 'return execFileSync("/bin/true").length'],
  ["start a thread", 'return new Worker("", { eval: true }).threadId'],
])("a child cannot %s", async (_, code) => {
  expect(await inChild(code)).toBe("ERR_ACCESS_DENIED");
  expect(existsSync(join(outside, "written.txt")) || existsSync(join(folder, "written.txt"))).toBe(false);
  expect(readFileSync(join(outside, "secret.txt"), "utf8")).toBe("a secret");
});
