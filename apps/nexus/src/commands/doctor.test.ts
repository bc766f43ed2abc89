import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, expect, it } from "vitest";
import { temporaryEnvironment } from "../temporary-environment.ts";
import { examine } from "./doctor.ts";

const root = resolve(import.meta.dirname, "../../../..");
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup();
});

async function settings(overrides: Record<string, string> = {}): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), "nexus-doctor-"));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return temporaryEnvironment(folder, overrides);
}

const broken = async (environment: Record<string, string>) =>
  (await examine(root, environment)).filter(({ ok, isRequired }) => !ok && isRequired !== false);

it("finds nothing to mend on a free machine", async () => {
  expect(await broken(await settings())).toEqual([]);
});

it("names a busy port and the setting that moves it", async () => {
  const environment = await settings();
  const server = createServer();
  await new Promise<void>((done) => server.listen(Number(environment.HOST_API_PORT), "127.0.0.1", done));
  cleanups.push(() => server.close());
  const [finding] = await broken(environment);
  expect(finding).toMatchObject({ name: "HOST_API_PORT" });
  expect(finding?.mend).toContain("HOST_API_PORT");
});

it("explains a faulty setting without its value, and looks no further", async () => {
  const findings = await broken(await settings({ HOST_UI_PORT: "hunter2" }));
  expect(findings.map(({ name }) => name)).toEqual(["settings"]);
  expect(JSON.stringify(findings)).not.toContain("hunter2");
});

it.each([
  ["QDRANT_URL", { QDRANT_URL: "http://127.0.0.1:1" }],
  ["DATABASE_URL", { DATABASE_URL: "postgres://nexus_app:x@127.0.0.1:1/nexus" }],
  ["S3_ENDPOINT", { S3_ENDPOINT: "http://127.0.0.1:1" }],
  ["DATA_DIR", { DATA_DIR: "/dev/null/nexus" }],
])("says what is wrong with %s and how to mend it", async (name, overrides) => {
  const finding = (await broken(await settings(overrides))).find((one) => one.name === name);
  expect(finding?.mend).toBeTruthy();
});
