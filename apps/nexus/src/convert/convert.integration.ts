import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { beforeAll, expect, it, onTestFinished } from "vitest";
import { buildConversion } from "../build/services.ts";
import type { ReportRow } from "./convert-file.ts";

const root = resolve(import.meta.dirname, "../../../..");
const neverMade = join(tmpdir(), "nexus-never-made");
beforeAll(() => buildConversion(root), 60_000);

interface Run {
  readonly code: number;
  readonly rows: ReportRow[];
  readonly stderr: string;
}

/** The command as a person runs it, without any setting of this environment. */
function convert(...args: string[]): Promise<Run> {
  const main = join(root, "apps/nexus/src/main.ts");
  return new Promise((done) => {
    execFile(
      process.execPath,
      ["--import", "tsx", main, "convert", ...args],
      { cwd: root, env: { PATH: process.env.PATH } },
      (error, stdout, stderr) => {
        const rows = stdout
          .split("\n")
          .filter(Boolean)
          .map((line) => JSON.parse(line) as ReportRow);
        done({ code: typeof error?.code === "number" ? error.code : 0, rows, stderr });
      },
    );
  });
}

function workplace(): { input: string; out: string } {
  const folder = mkdtempSync(join(tmpdir(), "nexus-convert-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "in/b"), { recursive: true });
  return { input: join(folder, "in"), out: join(folder, "out") };
}
const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

it("writes the outputs of what can be read, and a row a file in order", async () => {
  const { input, out } = workplace();
  writeFileSync(join(input, "a.md"), "# Titre\n\nUn mot.\n\n- deux\n- trois\n");
  writeFileSync(join(input, "b/broken.docx"), "PK\u0003\u0004 nothing");
  writeFileSync(join(input, "c.txt"), "");
  const report = join(out, "report.jsonl");
  const run = await convert(input, "--out", out, "--report", report, "--jobs", "2");
  expect(run.code).toBe(1);
  expect(run.rows.map(({ file, status, code }) => [file, status, code])).toEqual([
    ["a.md", "success", null],
    ["b/broken.docx", "failed", "document_corrupt"],
    ["c.txt", "failed", "document_empty"],
  ]);
  const [good, bad] = run.rows;
  expect(good).toMatchObject({ reason: null, format: "md", pages: null, coverage: 1, quality: 1 });
  expect(good?.parsers).toHaveLength(1);
  expect(good?.seconds).toBeGreaterThan(0);
  if (process.platform === "linux") expect(good?.peak_rss_bytes).toBeGreaterThan(20_000_000);
  expect(bad?.reason).toMatch(/^[A-Z].*\.$/);
  expect(readFileSync(report, "utf8")).toBe(run.rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  expect(filesBelow(out)).toEqual([
    "a.md.hierarchical.jsonl",
    "a.md.hybrid.jsonl",
    "a.md.json",
    "a.md.md",
    "report.jsonl",
  ]);
  expect(
    readFileSync(join(out, "a.md.hybrid.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([
    {
      text: "Un mot.\n- deux\n- trois",
      contextualized: "Titre\nUn mot.\n- deux\n- trois",
      headings: ["Titre"],
      pages: [],
      bboxes: [],
      num_tokens: expect.any(Number),
      doc_items: ["#/texts/1", "#/texts/2", "#/texts/3"],
    },
  ]);
});

it("takes its own JSON back, and gives the same Markdown and chunks", async () => {
  const { input, out } = workplace();
  writeFileSync(join(input, "a.html"), "<h1>T</h1><p>un <b>mot</b></p><table><tr><th>a<th>b<tr><td>c<td>d</table>");
  expect((await convert(input, "--out", out)).code).toBe(0);
  const again = join(out, "again");
  const run = await convert(join(out, "a.html.json"), "--out", again);
  expect(run.rows.map(({ format, status, coverage }) => [format, status, coverage])).toEqual([
    ["docling", "success", 1],
  ]);
  for (const suffix of ["json", "md", "hierarchical.jsonl", "hybrid.jsonl"])
    expect(readFileSync(join(again, `a.html.json.${suffix}`), "utf8")).toBe(
      readFileSync(join(out, `a.html.${suffix}`), "utf8"),
    );
});

it("ends at its time limit with a code, and goes on", async () => {
  const { input, out } = workplace();
  writeFileSync(join(input, "long.html"), `<p>${"mot <b>gras</b> ".repeat(900_000)}</p>`);
  writeFileSync(join(input, "short.md"), "mot\n");
  const run = await convert(input, "--out", out, "--timeout-s", "2", "--jobs", "1", "--to", "md");
  expect(run.rows[0]).toMatchObject({ file: "long.html", status: "failed", code: "conversion_timeout" });
  expect(run.rows[1]).toMatchObject({ file: "short.md", status: "success" });
  expect(filesBelow(out)).toEqual(["short.md.md"]);
});

it.each([
  ["no path", []],
  ["a path to nothing", ["/nowhere/at/all", "--out", neverMade]],
  ["a tokenizer that is none", [join(root, "README.md"), "--out", neverMade, "--tokenizer", join(root, "README.md")]],
])("%s ends with 2, a sentence, and nothing written", async (_, args) => {
  const run = await convert(...args);
  expect(run).toMatchObject({ code: 2, rows: [] });
  expect(run.stderr).toMatch(/\S+ .*\.\n/);
  expect(existsSync(neverMade)).toBe(false);
});
