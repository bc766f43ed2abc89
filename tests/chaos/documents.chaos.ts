import { setTimeout as sleep } from "node:timers/promises";
import { machine } from "@aurora/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ChaosFile, chaosFiles, uploadFile } from "./documents.ts";
import { type ChaosProduct, openChaosProduct, randomNumbers } from "./product.ts";
import { findFaults, tidyUp } from "./verify.ts";

/** The moments and targets of the kills, and the documents (NEXUS_CHAOS_SEED); named by the test, so that a run can be repeated. */
const seed = machine.chaosSeed;
const uploadsAtOnce = 4;
const drainLimitMs = 300_000;
/** Then the rest may end in peace: services that die again and again are started again after 10 s only. */
const mostKills = 36;
const enoughEnded = 160;

let product: ChaosProduct;
beforeAll(async () => {
  product = await openChaosProduct();
}, 180_000);
afterAll(() => product?.close(), 60_000);

/** One target, dead at once; the supervisor starts services again, and we the database. @returns what was killed; null when it was being started again. */
async function killOne(random: () => number): Promise<string | null> {
  const dice = random();
  if (dice < 0.2) {
    const backends = await product.admin
      .query<{ pid: number }>(
        "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
      )
      .catch(() => ({ rows: [] }));
    const { pid } = backends.rows[Math.floor(random() * backends.rows.length)] ?? {};
    return kill(pid ?? null, "a database connection"); // which makes PostgreSQL end all others and recover
  }
  if (dice < 0.3) {
    const killed = kill(product.databasePid(), "database");
    await sleep(200 + random() * 1_000);
    await product.restartDatabase();
    return killed;
  }
  const name = dice < 0.7 ? "ingest" : dice < 0.9 ? "api" : dice < 0.95 ? "worker" : "s3";
  return kill(product.pidOf(name), name);
}
function kill(pid: number | null, name: string): string | null {
  if (pid === null) return null;
  try {
    process.kill(pid, "SIGKILL");
    return name;
  } catch {
    return null;
  }
}

const endedJobs = async (): Promise<number> => {
  const { rows } = await product.admin.query<{ ended: number }>(
    "select count(*)::int as ended from ingestion_jobs where state in ('success', 'failed', 'cancelled')",
  );
  return rows[0]?.ended ?? 0;
};
const openJobs = async (): Promise<number> => {
  const { rows } = await product.admin.query<{ open: number }>(
    "select count(*)::int as open from ingestion_jobs where state not in ('success', 'failed', 'cancelled')",
  );
  return rows[0]?.open ?? 0;
};

async function sendAll(files: readonly ChaosFile[]): Promise<void> {
  const waiting = [...files];
  const names = new Set<string>(); // versions of one document are sent one after the other
  const lane = async () => {
    for (;;) {
      const index = waiting.findIndex(({ filename }) => !names.has(filename));
      const [file] = index < 0 ? [] : waiting.splice(index, 1);
      if (!file && waiting.length === 0) return;
      if (!file) {
        await sleep(50);
        continue;
      }
      names.add(file.filename);
      await uploadFile(product, file);
      names.delete(file.filename);
    }
  };
  await Promise.all(Array.from({ length: uploadsAtOnce }, lane));
}

it(`200 documents through kill -9 of worker, API and database (seed ${seed}): none lost, none doubled, nothing left over`, async () => {
  const random = randomNumbers(seed);
  const files = chaosFiles(random);
  const kills = new Map<string, number>();
  const killing = (async () => {
    for (let done = 0; done < mostKills; done++) {
      await sleep(500 + random() * 3_500);
      if ((await endedJobs().catch(() => 0)) >= enoughEnded) return;
      const killed = await killOne(random);
      if (killed) kills.set(killed, (kills.get(killed) ?? 0) + 1);
    }
  })();
  const startedMs = performance.now();
  await sendAll(files);
  await killing;
  const deadline = performance.now() + drainLimitMs;
  for (let open = -1; open !== 0; ) {
    open = await openJobs().catch(() => -1);
    if (performance.now() > deadline)
      throw new Error(`${open} jobs are open after ${drainLimitMs} ms\n${product.log()}`);
    if (open !== 0) await sleep(500);
  }
  const seconds = Math.round((performance.now() - startedMs) / 1_000);

  const stores = await product.openStores();
  try {
    await tidyUp(product, stores);
    expect(await findFaults(product, stores)).toEqual([]);
  } finally {
    await stores.close();
  }
  const { rows } = await product.admin.query<{
    filename: string;
    state: string;
    published: number;
    failure: { code: string } | null;
  }>(
    `select v.filename, j.state, d.published_version as published, j.failure from documents d
     cross join lateral (select * from document_versions v where v.document_id = d.id order by version desc limit 1) v
     left join ingestion_jobs j on j.document_id = d.id and j.version = v.version`,
  );
  const expected = new Map(files.map((file) => [file.filename, file]));
  expect(new Set(rows.map((row) => row.filename))).toEqual(new Set(expected.keys()));
  expect(rows).toHaveLength(expected.size);
  let quarantined = 0;
  for (const { failure, filename, published, state } of rows) {
    const isQuarantined = failure?.code === "document_quarantined"; // its worker was killed at every try: it says so
    if (isQuarantined) quarantined += 1;
    else expect([filename, state]).toEqual([filename, expected.get(filename)?.end]);
    if (state === "success") expect(published).toBeGreaterThan(0);
    if (state === "failed") expect(failure?.code).toMatch(/^document_/);
  }
  const killed = [...kills].map(([name, count]) => `${name} ${count}`).join(", ");
  console.info(`chaos: ${files.length} uploads in ${seconds} s; killed ${killed}; ${quarantined} quarantined`);
  expect([...kills.keys()]).toEqual(expect.arrayContaining(["ingest", "api", "database"]));
}, 900_000);
