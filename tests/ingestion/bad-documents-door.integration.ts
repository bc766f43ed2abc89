import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { buildConversion } from "../../apps/nexus/src/build/services.ts";
import type { ReportRow } from "../../apps/nexus/src/convert/convert-file.ts";
import { soundFiles } from "../../packages/conversion/src/contract/hostile-formats.ts";
import { hostileFiles } from "../../packages/conversion/src/contract/hostile-samples.ts";
import { startTrap } from "./bad-documents-support.ts";

const root = resolve(import.meta.dirname, "../..");
beforeAll(() => buildConversion(root), 120_000);

const names = [
  "a zip bomb",
  "a zip of encrypted entries",
  "a zip whose names lead out",
  "a PDF locked by a password",
  "a PDF that is a header alone",
  "a PDF of 10,000 pages",
  "a PDF that claims 10^9 pages",
  "a TIFF that claims 30,000 pixels a side",
  "XML that wants files and addresses",
  "a page of remote resources and scripts",
  "Markdown of remote images and scripts",
  "JSON a million arrays deep",
  "a DoclingDocument whose tree is a loop",
  "a presentation under a password",
  "a presentation with a macro",
  "an OpenDocument sheet that repeats a cell 10^9 times",
  "an e-book that is a bomb",
  "a mail of remote images and scripts",
  "0 bytes",
  "one zero byte",
];
const suffixes = ["hierarchical.jsonl", "hybrid.jsonl", "json", "md"];

it("a folder of good and bad files: a row each, exit 1, nothing written for what failed", {
  timeout: 180_000,
}, async () => {
  const trap = await startTrap();
  const folder = mkdtempSync(join(tmpdir(), "nexus-bad-"));
  onTestFinished(async () => {
    rmSync(folder, { recursive: true, force: true });
    await trap.close();
  });
  const [input, out, report] = [join(folder, "in"), join(folder, "out"), join(folder, "report.jsonl")];
  mkdirSync(input);
  const wanted = new Map<string, string>();
  const put = (name: string, bytes: Uint8Array, ends: string) => {
    writeFileSync(join(input, name), bytes);
    wanted.set(name, ends);
  };
  const hostile = hostileFiles(trap.address, "door").filter(({ name }) => names.includes(name));
  expect(hostile).toHaveLength(names.length);
  for (const [index, file] of hostile.entries())
    put(`${String(index).padStart(2, "0")}-${file.filename}`, file.bytes(), file.ends);
  const text = new TextEncoder().encode("Some words under a strange name.\n");
  put("90-\u202Efdp.\u0007line\nbreak <b>&'\".txt", text, "success");
  put(`91-${"n".repeat(248)}.md`, text, "internal"); // no room for what follows the name of an output
  put("92-\ud800.txt", text, "success");
  for (const { filename, bytes } of soundFiles()) {
    const isPicture = /png|jpeg|tiff|webp|gif/.test(filename);
    if (!isPicture) put(`99-${filename}`, bytes, "success");
  }

  const main = join(root, "apps/nexus/src/main.ts");
  const args = ["--import", "tsx", main, "convert", input, "--out", out, "--report", report, "--jobs", "2"];
  const run = await new Promise<{ code: unknown; stdout: string }>((done) => {
    const settings = { cwd: root, env: { PATH: process.env.PATH }, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, args, settings, (error, stdout) => done({ code: error?.code ?? 0, stdout }));
  });
  expect(run.code).toBe(1);
  expect(readFileSync(report, "utf8")).toBe(run.stdout);
  const rows = run.stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as ReportRow);
  expect(rows.map(({ file }) => file)).toEqual(readdirSync(input).sort());
  const onDisk = new Map(readdirSync(input).map((name) => [name, wanted.get(name) ?? wanted.get("92-\ud800.txt")]));
  expect(rows.map(({ file, status, code }) => [file, status === "failed" ? code : status])).toEqual(
    [...onDisk].sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  for (const { status, reason, seconds } of rows) {
    if (status === "success") expect(reason).toBeNull();
    else expect(reason).toMatch(/^[A-Z“].*\.$/s);
    expect(seconds).toBeGreaterThan(0);
  }
  const written = rows
    .filter(({ status }) => status !== "failed")
    .flatMap(({ file }) => suffixes.map((suffix) => `${file}.${suffix}`));
  expect(readdirSync(out).sort()).toEqual(written.sort());
  expect(trap.asked).toEqual([]);
});
