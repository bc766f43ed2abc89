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

const documentCount = 500;
const firstMark = 50;
const uploadsAtOnce = 4;
const limitMs = 600_000; // of one phase, on a busy machine

const words =
  "convoyeur entretien annuel site coopérative facture délai garantie sécurité atelier livraison contrat".split(" ");
const word = (index: number) => words[index % words.length] ?? "";
/** About 6,000 characters, like no other. */
const textOf = (document: number) =>
  Array.from(
    { length: 60 },
    (_, line) =>
      `Le ${word(document + line)} numéro ${document * 60 + line} relève du ${word(document * 7 + line * 3)} et de son ${word(line)}, selon la règle ${document}.${line}.`,
  ).join("\n\n");

const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;

export const measureBatch = (): Promise<Figure[]> =>
  withProduct({}, async (client, product) => {
    const pid = product.processes().find(({ name }) => name === "ingest")?.pid;
    if (pid === undefined) throw new Error("no ingestion worker");
    const batch = IngestionBatch.parse(
      await client.call("POST", "/api/ingestion/batches", { name: "bench", source_app: "default" }),
    );
    const counts = async (id: string) => IngestionBatch.parse(await client.call("GET", `/api/ingestion/batches/${id}`));
    const ended = async (id: string) => {
      const { success, failed, cancelled } = (await counts(id)).counts;
      if (failed + cancelled > 0) throw new Error(`${failed + cancelled} documents were not read`);
      return success;
    };
    const until = async (id: string, wanted: number) => {
      const deadline = performance.now() + limitMs;
      while ((await ended(id)) < wanted) {
        if (performance.now() > deadline) throw new Error(`${wanted} documents took more than ${limitMs} ms`);
        await sleep(100);
      }
    };

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
    await until(batch.id, firstMark);
    const atFirstMark = residentBytes(pid);
    await sending;
    await until(batch.id, documentCount);
    const seconds = (performance.now() - startedMs) / 1_000;
    const atEnd = residentBytes(pid);
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
