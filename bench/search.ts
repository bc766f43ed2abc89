/** Through HTTP: quality of ingestion + `/api/search` on whole retrieval sets, then its speed at 1,000 and 10,000 passages. */
import type { SearchHit } from "@aurora/contracts";
import type { NexusClient } from "../apps/nexus/src/demo/client.ts";
import { withProduct } from "./lib/product.ts";
import { atLeast, atMost, type Figure, percentile, plain, report } from "./lib/report.ts";
import { ndcg, type RetrievalSet, readRetrievalSet, recall } from "./lib/retrieval-set.ts";

const uploadsAtOnce = 8;
const figures: Figure[] = [];

async function search(client: NexusClient, query: string, filter: object = {}): Promise<readonly SearchHit[]> {
  const answer = (await client.call("POST", "/api/search", {
    query,
    caller_app: "unknown",
    k: 20,
    fetch_k: 100,
    mmr_lambda: 1,
    ...filter,
  })) as { hits: SearchHit[] };
  return answer.hits;
}

async function forEachAtOnce<Item>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<unknown>,
): Promise<void> {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

async function measureQuality(set: RetrievalSet, mustReach: number): Promise<void> {
  await withProduct({ INGEST_CONCURRENCY: "2" }, async (client) => {
    const startedAt = performance.now();
    await forEachAtOnce(set.corpus, uploadsAtOnce, ({ id, title, text }) =>
      client.ingest(`${id}.md`, Buffer.from(`# ${title}\n\n${text}\n`), { external_id: id }),
    );
    const ingestSeconds = (performance.now() - startedAt) / 1000;
    let gain = 0;
    let found = 0;
    for (const { text, rel } of set.queries) {
      const hits = await search(client, text);
      const ranked = [...new Set(hits.flatMap(({ external_id: id }) => (id === null ? [] : [id])))];
      gain += ndcg(ranked, rel, 10);
      found += recall(ranked, rel, 10);
    }
    figures.push(
      atLeast(`${set.name} nDCG@10`, gain / set.queries.length, "", mustReach),
      plain(`${set.name} recall@10`, found / set.queries.length, ""),
      plain(`${set.name} documents ingested`, set.corpus.length / ingestSeconds, "a second"),
    );
  });
}

/** Markdown documents of about 200 passages each, made of shuffled sentences of the set: the same every time. */
function* longDocuments(set: RetrievalSet, passages: number): Generator<{ name: string; text: string }> {
  const texts = set.corpus.map(({ text }) => text);
  let seed = 42;
  const pick = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return texts[seed % texts.length] ?? "";
  };
  for (let document = 0; document * 200 < passages; document++) {
    const parts = Array.from(
      { length: 200 },
      (_, index) => `## ${document}.${index}\n\n${`${pick()} ${pick()}`.slice(0, 1_000)}`,
    );
    yield { name: `document-${document}.md`, text: `# Document ${document}\n\n${parts.join("\n\n")}\n` };
  }
}

async function measureSpeed(set: RetrievalSet, passages: number): Promise<void> {
  await withProduct({ INGEST_CONCURRENCY: "2" }, async (client) => {
    await client.call("POST", "/api/admin/source-apps", { source_app: "narrow", label: "Narrow" });
    const documents = [...longDocuments(set, passages)];
    const narrowCount = Math.max(1, Math.round(documents.length * 0.02));
    await forEachAtOnce(documents, 4, ({ name, text }) =>
      client.ingest(name, Buffer.from(text), {
        source_app: Number(/\d+/.exec(name)?.[0]) < narrowCount ? "narrow" : "default",
      }),
    );
    const queries = set.queries.slice(0, 200).map(({ text }) => text);
    for (const [label, filter] of [
      ["100 %", {}],
      ["2 %", { source_app: "narrow" }],
    ] as const) {
      for (const query of queries.slice(0, 20)) await search(client, query, { ...filter, k: 6, fetch_k: 40 });
      const samples: number[] = [];
      for (const query of queries) {
        const startedAt = performance.now();
        await search(client, query, { ...filter, k: 6, fetch_k: 40 });
        samples.push(performance.now() - startedAt);
      }
      const name = `/api/search at ${passages.toLocaleString("en")} passages, ${label} filter`;
      figures.push(plain(`${name}, p50`, percentile(samples, 0.5), "ms"));
      const p95 = percentile(samples, 0.95);
      figures.push(passages >= 10_000 ? atMost(`${name}, p95`, p95, "ms", 30) : plain(`${name}, p95`, p95, "ms"));
    }
  });
}

const only = process.argv[2]; // `quality` or `speed`; absent: both
const piaf = readRetrievalSet("fr_piaf");
const xquad = readRetrievalSet("en_xquad");
if (xquad && only !== "speed") await measureQuality(xquad, 0.96);
if (piaf && only !== "quality") {
  await measureSpeed(piaf, 1_000);
  await measureSpeed(piaf, 10_000);
}
if (piaf && only !== "speed") await measureQuality(piaf, 0.8);
report("search", figures);
