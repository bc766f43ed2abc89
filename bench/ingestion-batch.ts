/**
 * One batch of 500 documents through the real worker: its own process, PostgreSQL and object store, as `./nexus up` runs
 * them. Its resident memory at document 50 and at the end, documents a second, the time from upload to searchable, and a
 * re-index of all: with everything kept (nothing is converted or embedded again), and after a change of chunk size.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateUploadResponse, IngestionBatch } from "@aurora/contracts";
import { withProduct } from "./lib/product.ts";
import { atMost, type Figure, percentile, plain } from "./lib/report.ts";

/** Memory is the median over this many documents: one moment tells where the garbage collector stands. */
const sampledDocuments = 20;
const firstMark = 50;
/** Distinct words of the texts: about as many as a department's papers have. */
const vocabularySize = 12_000;
const uploadsAtOnce = 4;
const limitMs = 600_000; // of one phase, on a busy machine

const syllables = "ba ce di fo gu la me ni po ru sa te vi jo ma che tra pli bre con".split(" ");
const word = (index: number): string => {
  const place = (index * 7_919) % vocabularySize;
  return [place % 20, Math.floor(place / 20) % 20, Math.floor(place / 400)].map((at) => syllables[at % 20]).join("");
};
/** About 6,000 characters, like no other. */
const textOf = (document: number) =>
  Array.from(
    { length: 60 },
    (_, line) =>
      `Le ${word(document * 60 + line)} de l’atelier relève du ${word(document * 7 + line * 3)} et de son ${word(line * 11)}, selon la règle ${word(document)} du ${word(document + line)}.`,
  ).join("\n\n");

const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;

export const measureBatch = (documentCount = 500): Promise<Figure[]> =>
  withProduct({}, async (client, product) => {
    const pid = product.processes().find(({ name }) => name === "ingest")?.pid;
    if (pid === undefined) throw new Error("no ingestion worker");
    const batch = IngestionBatch.parse(
      await client.call("POST", "/api/ingestion/batches", { name: "bench", source_app: "default" }),
    );
    const samples: { readonly done: number; readonly bytes: number }[] = [];
    const counts = async (id: string) => IngestionBatch.parse(await client.call("GET", `/api/ingestion/batches/${id}`));
    const ended = async (id: string) => {
      const { success, failed, cancelled } = (await counts(id)).counts;
      if (failed + cancelled > 0) throw new Error(`${failed + cancelled} documents were not read`);
      return success;
    };
    const until = async (id: string, wanted: number) => {
      const deadline = performance.now() + limitMs;
      for (;;) {
        const done = await ended(id);
        samples.push({ done, bytes: residentBytes(pid) });
        if (done >= wanted) return;
        if (performance.now() > deadline) throw new Error(`${wanted} documents took more than ${limitMs} ms`);
        await sleep(100);
      }
    };

    /** @param last The last of the documents it is taken over. */
    const memoryAt = (last: number) =>
      percentile(
        samples.filter(({ done }) => done > last - sampledDocuments && done <= last).map(({ bytes }) => bytes),
        0.5,
      );
    const uploadedMs = new Map<string, number>();
    let next = 0;
    const lane = async () => {
      for (let index = next++; index < documentCount; index = next++) {
        const bytes = Buffer.from(`# Document ${index}\n\n${textOf(index)}`);
        const { document_id: id, upload } = CreateUploadResponse.parse(
          await client.call("POST", "/api/documents/uploads", {
            filename: `bench-${index}.md`,
            size_bytes: bytes.length,
            sha256: createHash("sha256").update(bytes).digest("hex"),
            source_app: "default",
            batch_id: batch.id,
          }),
        );
        await fetch(upload.url, { method: upload.method, headers: upload.headers, body: bytes });
        await client.call("POST", `/api/documents/${id}/complete`, {});
        uploadedMs.set(id, Date.now());
      }
    };
    const startedMs = performance.now();
    const sending = Promise.all(Array.from({ length: uploadsAtOnce }, lane));
    await Promise.all([sending, until(batch.id, documentCount)]);
    const seconds = (performance.now() - startedMs) / 1_000;
    const [atFirstMark, atEnd] = [memoryAt(firstMark), memoryAt(documentCount)];
    const waitsMs: number[] = [];
    for (const [id, sentMs] of uploadedMs) waitsMs.push(Date.parse((await client.document(id)).updated_at) - sentMs);

    const reindex = async () => {
      const beganMs = performance.now();
      const { id } = IngestionBatch.parse(
        await client.call("POST", "/api/ingestion/reindex", { source_app: "default" }),
      );
      await until(id, documentCount);
      return (performance.now() - beganMs) / 1_000;
    };
    const unchanged = await reindex();
    await client.call("PUT", "/api/admin/source-apps/default", { ingestion: { chunk_max_chars: 600 } });
    const cutAnew = await reindex();
    return [
      plain("batch: documents", documentCount, ""),
      plain("batch: documents/s", documentCount / seconds, ""),
      plain("batch: worker RSS at document 50", atFirstMark / 2 ** 20, "MB"),
      plain("batch: worker RSS at the end", atEnd / 2 ** 20, "MB"),
      atMost("batch: growth of the worker's RSS", (atEnd / atFirstMark - 1) * 100, "%", 10),
      plain("batch: p95 from upload to searchable, all sent at once", percentile(waitsMs, 0.95) / 1_000, "s"),
      plain("re-index, nothing changed: documents/s", documentCount / unchanged, ""),
      plain("re-index, other chunk size: documents/s", documentCount / cutAnew, ""),
    ];
  });
