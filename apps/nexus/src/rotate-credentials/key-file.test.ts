import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { loadOrMakeSecrets } from "../data-folder/secrets.ts";
import { forgetOldKeys, isOlderThanKeys, makeNewKey } from "./key-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nexus-keys-"));
});
afterEach(() => rmSync(folder, { recursive: true }));
const stored = () => JSON.parse(readFileSync(join(folder, "secrets.json"), "utf8")) as Record<string, string>;

it("puts a new key beside the present one, which services read together, and forgets the old one afterwards", () => {
  const before = loadOrMakeSecrets(folder, {});
  makeNewKey(folder, {});
  const after: Record<string, string | undefined> = loadOrMakeSecrets(folder, {});
  expect(after.LLM_CREDENTIALS_ENC_KEY_OLD).toBe(before.LLM_CREDENTIALS_ENC_KEY);
  expect(after.LLM_CREDENTIALS_ENC_KEY).not.toBe(before.LLM_CREDENTIALS_ENC_KEY);
  expect(after.JWT_SECRET).toBe(before.JWT_SECRET);
  expect(statSync(join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(() => makeNewKey(folder, {})).toThrow(/rotate-credentials/);
  expect([forgetOldKeys(folder), forgetOldKeys(folder)]).toEqual([true, false]);
  expect(stored()).not.toHaveProperty("LLM_CREDENTIALS_ENC_KEY_OLD");
});

it("makes no key where the operator keeps it elsewhere, and touches nothing there", () => {
  loadOrMakeSecrets(folder, { LLM_CREDENTIALS_ENC_KEY: "theirs" });
  const before = stored();
  expect(() => makeNewKey(folder, { LLM_CREDENTIALS_ENC_KEY: "theirs" })).toThrow(/set outside/);
  expect(stored()).toEqual(before);
});

it("knows an instance that was started before the keys changed", () => {
  loadOrMakeSecrets(folder, {});
  const lock = join(folder, "nexus.lock");
  expect(isOlderThanKeys(folder, lock)).toBe(false);
  writeFileSync(lock, "");
  utimesSync(lock, 1_000, 1_000);
  expect(isOlderThanKeys(folder, lock)).toBe(false); // no rotation is under way
  makeNewKey(folder, {});
  expect(isOlderThanKeys(folder, lock)).toBe(true);
  utimesSync(lock, new Date(Date.now() + 10_000), new Date(Date.now() + 10_000));
  expect(isOlderThanKeys(folder, lock)).toBe(false);
});
