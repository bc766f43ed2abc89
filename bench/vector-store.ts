/**
 * The embedded vector store by itself: load time, memory, and query time by corpus size and selectivity of the filter.
 * `npx tsx bench/vector-store.ts [points…]`; prints JSON lines, times in ms. Vectors and terms are random; term
 * frequencies fall like those of text (Zipf).
 */
import { derivedUuid } from "@aurora/kernel";
import { startTestDatabase } from "@aurora/testing";
import type { HybridQuery, Point, SparseVector } from "@aurora/vector-store";
import { createEmbeddedVectorStore } from "@aurora/vector-store/embedded";

const dimensions = 192;
const termsPerPoint = 60;
const vocabulary = 50_000;
const queryTerms = 6;
const queries = 300;
const sizes = process.argv.slice(2).map(Number);

function denseVector(): Float32Array {
  const vector = Float32Array.from({ length: dimensions }, () => Math.random() - 0.5);
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
function sparseVector(terms: number): SparseVector {
  const ids = new Set<number>();
  while (ids.size < terms) ids.add(Math.floor(vocabulary ** Math.random()) * 80_000);
  return { ids: [...ids].sort((a, b) => a - b), values: [...ids].map(() => 0.2 + Math.random()) };
}
const makePoint = (n: number): Point => ({
  id: derivedUuid("bench", n),
  dense: denseVector(),
  sparse: sparseVector(termsPerPoint),
  payload: {
    document_id: derivedUuid("document", Math.floor(n / 20)),
    version: 1,
    source_app: `app-${n % 50}`, // each one 2 % of the corpus
    workspace: n % 3 === 0 ? "projets" : null,
    pack_id: null,
    language: n % 2 === 0 ? "fr" : "en",
    is_table: n % 11 === 0,
  },
});
/** Processor time of this process since `before`: what a busy machine does not distort. */
const cpuMs = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
};
const quantile = (sorted: readonly number[], q: number): number =>
  Number((sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN).toFixed(2));

for (const points of sizes.length > 0 ? sizes : [10_000, 100_000]) {
  const test = await startTestDatabase();
  const { pool } = test.database;
  const scope = await test.createTenant("Bench");
  const writer = createEmbeddedVectorStore({ pool });
  await writer.ensureCollection("aurora_documents", { dimensions, embedderId: "bench" });
  const writeStart = performance.now();
  for (let first = 0; first < points; first += 500)
    await writer.upsert(
      scope,
      "aurora_documents",
      Array.from({ length: Math.min(500, points - first) }, (_, n) => makePoint(first + n)),
    );
  const write_ms = Math.round(performance.now() - writeStart);

  const store = createEmbeddedVectorStore({ pool });
  const rssBefore = process.memoryUsage().rss;
  const ask = (filter: HybridQuery["filter"]): HybridQuery => ({
    dense: denseVector(),
    sparse: sparseVector(queryTerms),
    filter,
    limit: 100,
  });
  const loadStart = performance.now();
  const loadCpu = process.cpuUsage();
  await store.query(scope, "aurora_documents", ask({}));
  const load_ms = Math.round(performance.now() - loadStart);
  const load_cpu_ms = Math.round(cpuMs(loadCpu));
  const memory_mb = Math.round((process.memoryUsage().rss - rssBefore) / 1024 ** 2);
  console.log(JSON.stringify({ points, dimensions, write_ms, load_ms, load_cpu_ms, memory_mb }));

  const filters = {
    "2%": () => ({ must: [{ key: "source_app", match: `app-${Math.floor(Math.random() * 50)}` }] }),
    "100%": () => ({ must: [{ key: "version", match: 1 }] }),
    none: () => ({}),
  };
  for (const [filter, make] of Object.entries(filters)) {
    const times: number[] = [];
    const cpu = process.cpuUsage();
    for (let n = 0; n < queries; n++) {
      const query = ask(make());
      const start = performance.now();
      await store.query(scope, "aurora_documents", query);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    console.log(
      JSON.stringify({
        points,
        filter,
        queries,
        p50_ms: quantile(times, 0.5),
        p95_ms: quantile(times, 0.95),
        mean_cpu_ms: Number((cpuMs(cpu) / queries).toFixed(2)),
      }),
    );
  }
  await test.close();
}
