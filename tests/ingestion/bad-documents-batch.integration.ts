import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import type { JobState } from "@aurora/contracts";
import { bundledChild, createLocalConverter } from "@aurora/conversion/local";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildConversion } from "../../apps/nexus/src/build/services.ts";
import { escapePaths } from "../../packages/conversion/src/contract/hostile-archives.ts";
import type { HostileFile } from "../../packages/conversion/src/contract/hostile-file.ts";
import { hostileFiles } from "../../packages/conversion/src/contract/hostile-samples.ts";
import { expectSentences, startTrap } from "./bad-documents-support.ts";
import { stateOf, strayObjects } from "./state.ts";
import { type IngestionWorld, openWorld } from "./world.ts";

const root = resolve(import.meta.dirname, "../..");
const trap = await startTrap();
const token = randomBytes(6).toString("hex");
/** One of each kind of harm. */
const names = [
  "a zip bomb",
  "a zip whose names lead out",
  "a zip whose names hold controls, marks and markup",
  "a zip of symbolic links",
  "a zip of encrypted entries",
  "a PDF locked by a password",
  "a PDF whose cross-reference table is garbage",
  "a PDF of 10,000 pages",
  "a PDF that runs a script when opened",
  "a PDF whose page tree is a loop",
  "a PNG that claims 30,000 pixels a side",
  "XML whose entities grow to 10^10 letters",
  "a page of remote resources and scripts",
  "a page 100,000 elements deep",
  "a Word file under a password",
  "a Word file with an entity bomb",
  "a workbook with a macro",
  "an OpenDocument text that is a bomb",
  "a mail that forwards itself 200 times",
  "0 bytes",
  "UTF-32",
  "a text of marks that turn and hide",
] as const;
const hostile: HostileFile[] = [
  ...hostileFiles(trap.address, token).filter(({ name }) => (names as readonly string[]).includes(name)),
  {
    name: "JSON of zeros and halves of letters",
    filename: "zeros.json",
    bytes: () =>
      new TextEncoder().encode(
        '{"ti\\u0000tle":"some \\u0000 words","half":"\\ud800 of a letter","text":"Some words"}',
      ),
    ends: "success",
  },
  {
    name: "a PDF that is a page",
    filename: "page.pdf",
    bytes: () => new TextEncoder().encode("<!doctype html><p>Some words"),
    ends: "document_type_mismatch",
  },
  {
    name: "a name of controls and marks",
    filename: `\u202Efdp.\u0007<b>${"long".repeat(40)}</b>.txt`,
    bytes: () => new TextEncoder().encode("Some words under a strange name."),
    ends: "success",
  },
];
const goodText = (index: number): string =>
  `# Note ${index}\n\nLe siège de la coopérative numéro ${index} est à Quimper, ses horaires sont affichés.\n`;

let world: IngestionWorld;
const converter = createLocalConverter(bundledChild(root));
beforeAll(async () => {
  [world] = await Promise.all([
    openWorld({ INGEST_CONCURRENCY: "2", CONVERSION_TIMEOUT_SECONDS: "60", CONVERSION_MAX_MEMORY_MB: "600" }),
    buildConversion(root),
  ]);
}, 120_000);
afterAll(async () => {
  converter.close();
  await world?.close();
  await trap.close();
}, 30_000);

it("a batch of good and bad documents: each ends as it must, and none waits for the bad ones", {
  timeout: 300_000,
}, async () => {
  const scope = await world.createTenant();
  let letGo = (): void => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const jobs: { name: string; jobId: string; ends: string }[] = [];
  const add = async (name: string, filename: string, bytes: Uint8Array, ends: string) => {
    const { jobId } = await world.addDocument(scope, filename, bytes);
    jobs.push({ name, jobId, ends });
    return jobId;
  };
  // first in the row, and at work until all good ones are done
  const slow = await add(
    "slow",
    "slow.html",
    new TextEncoder().encode("<div>".repeat(100_000)),
    "document_too_complex",
  );
  const good: string[] = [];
  for (const [index, file] of hostile.entries()) {
    await add(file.name, file.filename, file.bytes(), file.ends);
    if (index % 3 === 0)
      good.push(await add(`good ${index}`, `good-${index}.md`, new TextEncoder().encode(goodText(index)), "success"));
  }
  const worker = world.startWorker((stores) => ({
    ...stores,
    converter: {
      ...converter,
      async convert(file, options, onPageImage) {
        if (file.filename === "slow.html") await held;
        return converter.convert(file, options, onPageImage);
      },
    },
  }));
  try {
    for (const jobId of good) expect(await world.ended(scope, jobId, 120_000)).toMatchObject({ state: "success" });
    expect((await world.job(scope, slow))?.state).toBe("converting" satisfies JobState);
    letGo();
    const ends = [];
    for (const { name, jobId } of jobs) {
      const { attempts, failure, state } = await world.ended(scope, jobId, 120_000);
      if (failure) expectSentences(failure.code, failure.params);
      ends.push([name, failure?.code ?? state, attempts]);
    }
    expect(ends).toEqual(jobs.map(({ name, ends: wanted }) => [name, wanted === "partial" ? "success" : wanted, 1]));
  } finally {
    letGo();
    await worker.close();
  }
  const state = await stateOf(world, scope);
  expect(state.openJobs).toEqual([]);
  expect(state.messages).toEqual([]);
  expect(strayObjects(state)).toEqual([]);
  const { rows } = await world.database.admin.query<{ warnings: unknown }>(
    "select warnings from document_versions where tenant_id = $1 and jsonb_array_length(warnings) > 0",
    [scope.tenantId],
  );
  for (const { warnings } of rows as { warnings: { code: string; params: Record<string, string> }[] }[])
    for (const { code, params } of warnings) expectSentences(code, params);
  expect(rows.length).toBeGreaterThan(0);
  expect(trap.asked).toEqual([]);
  expect(escapePaths(token).filter((path) => existsSync(path))).toEqual([]);
});
