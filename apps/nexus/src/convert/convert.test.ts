import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { readArguments, UsageError } from "./arguments.ts";
import { runInOrder } from "./in-order.ts";
import { listInputs } from "./inputs.ts";
import { writeOutputs } from "./outputs.ts";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "nexus-convert-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

it("arguments have the standard values of the contract", () => {
  const { jobs, ...rest } = readArguments(["a", "b", "--out", "o"]);
  expect(jobs).toBeGreaterThanOrEqual(1);
  expect(jobs).toBeLessThanOrEqual(4);
  expect(rest).toEqual({
    paths: ["a", "b"],
    out: "o",
    to: new Set(["json", "md", "chunks"]),
    reportPath: null,
    maxTokens: 256,
    tokenizerPath: null,
    password: null,
    timeoutMs: 300_000,
    language: null,
  });
});

it.each([
  ["no path", ["--out", "o"]],
  ["no folder for the results", ["a"]],
  ["an option that is none", ["a", "--out", "o", "--fast"]],
  ["another kind of output", ["a", "--out", "o", "--to", "json,pdf"]],
  ["no kind of output", ["a", "--out", "o", "--to", ""]],
  ["no job", ["a", "--out", "o", "--jobs", "0"]],
  ["a number that is none", ["a", "--out", "o", "--max-tokens", "2e3"]],
  ["another language", ["a", "--out", "o", "--lang", "de"]],
  ["an option without its value", ["a", "--out"]],
])("%s is told as a usage error", (_, args) => {
  expect(() => readArguments(args)).toThrow(UsageError);
});

it("lists folders deep and sorted, follows no link, leaves the results out", () => {
  const folder = temporaryFolder();
  for (const name of ["b.md", "a/z.md", "a/b/c.md", "out/old.md", "A.md"]) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), "x");
  }
  symlinkSync(join(folder, "b.md"), join(folder, "link.md"));
  symlinkSync(join(folder, "a"), join(folder, "linked"));
  const names = (paths: string[]) => listInputs(paths, join(folder, "out")).map((file) => file.name);
  expect(names([folder])).toEqual(["A.md", "a/b/c.md", "a/z.md", "b.md"]);
  expect(names([join(folder, "a/z.md"), join(folder, "a")])).toEqual(["z.md", "b/c.md", "z.md"]);
  expect(() => names([join(folder, "link.md")])).toThrow(UsageError);
  expect(() => names([join(folder, "none")])).toThrow(UsageError);
});

it("hands results over in order, and never works on more than asked", async () => {
  let [working, most] = [0, 0];
  const results: number[] = [];
  const release = new Map<number, () => void>();
  const running = runInOrder(
    [0, 1, 2, 3],
    2,
    async (item) => {
      most = Math.max(most, ++working);
      await new Promise<void>((resolve) => release.set(item, resolve));
      working--;
      return item;
    },
    (result) => results.push(result),
  );
  const end = async (item: number) => {
    release.get(item)?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  await end(1);
  expect(results).toEqual([]);
  await end(0);
  expect(results).toEqual([0, 1]);
  await end(3);
  await end(2);
  await running;
  expect(results).toEqual([0, 1, 2, 3]);
  expect(most).toBe(2);
});

it("writes all outputs of a file or none, and leaves nothing half written", () => {
  const folder = temporaryFolder();
  writeOutputs(
    folder,
    "a/b.md",
    new Map([
      [".json", "{}"],
      [".md", "x"],
    ]),
  );
  expect(readdirSync(join(folder, "a")).sort()).toEqual(["b.md.json", "b.md.md"]);
  expect(readFileSync(join(folder, "a/b.md.md"), "utf8")).toBe("x");
  mkdirSync(join(folder, "a/c.md.md/taken"), { recursive: true }); // cannot be replaced by a file
  expect(() =>
    writeOutputs(
      folder,
      "a/c.md",
      new Map([
        [".md", "x"],
        [".json", "{}"],
      ]),
    ),
  ).toThrow();
  expect(readdirSync(join(folder, "a")).sort()).toEqual(["b.md.json", "b.md.md", "c.md.md"]);
});
