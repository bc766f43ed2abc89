import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { IngestionStep } from "@aurora/contracts";
import { createLocalConverter } from "@aurora/conversion/local";
import type { TenantScope } from "@aurora/kernel";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { IngestStores } from "../../apps/ingest/src/wire.ts";
import { stateOf } from "./state.ts";
import { type IngestionWorld, openWorld, until } from "./world.ts";

let world: IngestionWorld;
let scope: TenantScope;
let worker: { close(): Promise<void> } | undefined;
const folder = mkdtempSync(join(tmpdir(), "nexus-cancel-"));
const pidFile = join(folder, "child.pid");
const childEntry = join(folder, "busy.mjs");
beforeAll(async () => {
  world = await openWorld();
  writeFileSync(
    childEntry,
    `import { writeFileSync } from "node:fs";
     process.on("message", () => { writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); for (;;); });
     process.send({ kind: "ready" });`,
  );
});
beforeEach(async () => {
  scope = await world.createTenant();
});
afterEach(() => worker?.close());
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

const hangUntil = (signal: AbortSignal | undefined) =>
  new Promise<never>((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
const text = new TextEncoder().encode("# Note\n\nLe convoyeur est à Brest.");

const hanging: readonly (readonly [IngestionStep, (stores: IngestStores) => IngestStores])[] = [
  [
    "fetched",
    (stores) => ({
      ...stores,
      objects: {
        ...stores.objects,
        get: (...call) => (call[1] === "uploads" ? hangUntil(call[3].signal) : stores.objects.get(...call)),
      },
    }),
  ],
  [
    "scanned",
    (stores) => ({
      ...stores,
      scanner: { id: "slow", scan: (_bytes, { signal }) => hangUntil(signal), check: async () => undefined },
    }),
  ],
  ["converted", (stores) => ({ ...stores, converter: createLocalConverter({ childEntry }) })],
  [
    "embedded",
    (stores) => ({
      ...stores,
      indexTargets: async (...call) =>
        (await stores.indexTargets(...call)).map((target) => ({
          ...target,
          embedder: { ...target.embedder, embed: (_texts, _purpose, signal) => hangUntil(signal) },
        })),
    }),
  ],
];

it.each(hanging)("a job at the step %s is cancelled within 2 s and leaves nothing", async (step, wrap) => {
  worker = world.startWorker(wrap);
  const { jobId } = await world.addDocument(scope, "note.md", text);
  await world.atStep(scope, jobId, step);
  const isBusy = step !== "converted" || (await until(10_000, "the child to be busy", async () => childPid()));
  expect(isBusy).toBeTruthy();
  const startedMs = performance.now();
  await world.cancelRow(scope, jobId);
  await world.stores.queue.cancel(scope, "ingestion", jobId);
  expect(await world.ended(scope, jobId, 2_000)).toMatchObject({ state: "cancelled", isDeadLetter: false });
  expect(performance.now() - startedMs).toBeLessThan(2_000);
  await world.idle(scope);
  expect(await stateOf(world, scope)).toMatchObject({ chunks: [], points: [], objects: [], embeddings: [], terms: [] });
  const pid = step === "converted" ? childPid() : null;
  if (pid !== null) expect(isRunning(pid)).toBe(false);
});

function childPid(): number | null {
  try {
    return Number(readFileSync(pidFile, "utf8")) || null;
  } catch {
    return null;
  }
}
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8")); // dead, and not waited for yet
  } catch {
    return false;
  }
}

it("tells pages and chunks as they are done, and how long it may take", async () => {
  const seen: { step: string | null; done: number | null; total: number | null; eta: number | null }[] = [];
  worker = world.startWorker((stores) => ({
    ...stores,
    rows: {
      ...stores.rows,
      report(...call) {
        const [, , { etaSeconds, step, stepDone, stepTotal }] = call;
        seen.push({ step, done: stepDone, total: stepTotal, eta: etaSeconds });
        return stores.rows.report(...call);
      },
    },
    converter: {
      id: "slow",
      async convert(file, options, onPageImage) {
        for (const page of [1, 2, 3, 4]) {
          options.onProgress?.(page / 4, 4);
          await new Promise((resolve) => setTimeout(resolve, 400));
        }
        return stores.converter.convert(file, { ...options, onProgress: () => undefined }, onPageImage);
      },
    },
  }));
  const { jobId } = await world.addDocument(scope, "note.md", text);
  expect(await world.ended(scope, jobId)).toMatchObject({ state: "success", step: "published", etaSeconds: null });
  const pages = seen.filter(({ done, step }) => step === "converted" && done !== null);
  expect(pages.map(({ done }) => done)).toEqual(pages.map(({ done }) => done).toSorted());
  expect(new Set(pages.map(({ done, total }) => `${done}/${total}`))).toEqual(new Set(["1/4", "2/4", "3/4", "4/4"]));
  expect(pages.some(({ eta }) => eta !== null)).toBe(true);
  expect(seen.find(({ step }) => step === "embedded")).toMatchObject({ done: 0, total: 1 });
});
