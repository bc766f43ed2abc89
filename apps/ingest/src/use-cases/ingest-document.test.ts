import { finalJobStates } from "@aurora/contracts";
import { AppError, sha256Hex } from "@aurora/kernel";
import { DeliveryAborted } from "@aurora/queue";
import { beforeEach, expect, it } from "vitest";
import {
  cancelled,
  converted,
  createIngestHarness,
  type IngestHarness,
  original,
  scope,
} from "../testing/ingest-harness.ts";
import { giveUpDocument } from "./ingest-document.ts";

let h: IngestHarness;
beforeEach(async () => {
  h = await createIngestHarness();
});

it("publishes a document whole: one point a chunk, artefacts, title, term counts, states in order", async () => {
  await h.deliver();
  expect(h.job()).toMatchObject({ state: "success", progress: 1, attempts: 1 });
  expect(h.rows.steps).toEqual(["converted", "chunked", "embedded", "indexed", "published"]);
  const [publication] = h.rows.publications;
  expect(publication).toMatchObject({ title: "Converted title", version: 1, embedderIds: ["fake@1"] });
  expect([...h.rows.conversions.values()]).toMatchObject([
    { language: "fr", mediaType: "text/plain", pageCount: null },
  ]);
  expect(await h.pointCount()).toBe(publication?.chunkCount);
  expect(h.chunkCount()).toBe(publication?.chunkCount);
  expect(publication?.termCounts.size).toBeGreaterThan(3);
  const kinds = [...h.rows.artifacts.values()].flat().map((artifact) => artifact.kind);
  expect(kinds.toSorted()).toEqual(["json", "markdown", "page_image", "text"]);
});

it("keeps no NUL of a document, which the database would refuse, and no offset moves", async () => {
  h.convert = async () => ({ ...converted(["Le si\0ège est à Lyon."]), title: "Ti\0tre" });
  const texts: string[] = [];
  h.deps = {
    ...h.deps,
    rows: {
      ...h.rows,
      async saveChunks(...call) {
        texts.push(...call[3].map((chunk) => chunk.text));
        return h.rows.saveChunks(...call);
      },
    },
  };
  await h.deliver();
  expect(texts).toEqual(["Le si\uFFFDège est à Lyon."]);
  expect(h.rows.publications[0]?.title).toBe("Titre"); // a title has no offsets: what cannot be shown goes
});

it("keeps titles and headings short, which stand before each passage: a small file must not become a large index", async () => {
  const document = converted(Array.from({ length: 40 }, (_, index) => `Passage ${index}.`));
  const { texts } = document.document;
  for (const [index, item] of texts.slice(0, 30).entries())
    Object.assign(item, { label: "section_header", level: index + 1, text: `${index} ${"h".repeat(400)}` });
  h.convert = async () => ({ ...document, title: "t".repeat(10_000) });
  const paths: (readonly string[])[] = [];
  h.deps = {
    ...h.deps,
    rows: {
      ...h.rows,
      async saveChunks(...call) {
        paths.push(...call[3].map((chunk) => chunk.headingPath));
        return h.rows.saveChunks(...call);
      },
    },
  };
  await h.deliver();
  expect(h.rows.publications[0]?.title).toBe("t".repeat(300));
  expect(paths[0]).toHaveLength(16);
  expect(paths[0]?.at(-1)).toMatch(/^29 h+$/);
});

it("ends a document that cannot be read as failed, with its reason, at once and without a trace", async () => {
  h.convert = async () => {
    throw new AppError("document_encrypted", "…", { params: { hint: "x" } });
  };
  await h.deliver();
  expect(h.job()).toMatchObject({
    state: "failed",
    attempts: 1,
    isCleaned: true,
    failure: { code: "document_encrypted", params: { hint: "x" } },
  });
  await h.expectNothingLeft();
});

it("refuses an object that is not the announced file before any conversion", async () => {
  await h.objects.put(scope, "uploads", "originals/note", new Uint8Array(original.byteLength), { contentType: "x" });
  await h.deliver();
  expect(h.job()).toMatchObject({ state: "failed", failure: { code: "checksum_mismatch" } });
  expect(h.conversions).toBe(0);
});

it("ends a document without any text as failed", async () => {
  h.convert = async () => converted([]);
  await h.deliver();
  expect(h.job()).toMatchObject({ state: "failed", failure: { code: "document_no_text" } });
  await h.expectNothingLeft();
});

it("gives the job back after a fault of the machinery, and goes on from the stored conversion", async () => {
  let faults = 1;
  h.deps = {
    ...h.deps,
    vectors: {
      ...h.vectors,
      upsert: (...call) => (faults-- > 0 ? Promise.reject(new Error("connection lost")) : h.vectors.upsert(...call)),
    },
  };
  await expect(h.deliver()).rejects.toThrow("connection lost");
  expect(h.job()).toMatchObject({ state: "queued", attempts: 1, progress: 0 });
  await h.deliver(undefined, 2);
  expect(h.job()).toMatchObject({ state: "success", attempts: 2 });
  expect(h.conversions).toBe(1);
  expect(await h.pointCount()).toBe(h.rows.publications[0]?.chunkCount);
});

it("ends a job whose workers died on it every time, so that it blocks nobody", async () => {
  h.job().attempts = 3;
  await h.deliver();
  expect(h.job()).toMatchObject({
    state: "failed",
    failure: { code: "document_quarantined", params: { attempts: 3 } },
  });
  expect(h.job().isDeadLetter).toBe(true);
  expect(h.conversions).toBe(0);
});

it("ends a job with the reason of its last try when its tries are used up", async () => {
  h.job().attempts = 2;
  h.convert = () => Promise.reject(new AppError("upstream_timeout", "…", { params: { after_ms: 5 } }));
  await h.deliver();
  expect(h.job()).toMatchObject({
    state: "failed",
    isCleaned: true,
    failure: { code: "upstream_timeout", params: { after_ms: 5, attempts: 3 } },
  });
  await h.expectNothingLeft();
});

it("ends a job the queue has given up on with the reason of its last try", async () => {
  await giveUpDocument(h.deps, h.jobId, new AppError("upstream_timeout", "…"));
  expect(h.job()).toMatchObject({ state: "failed", failure: { code: "upstream_timeout" } });
});

it("stops a cancelled conversion although the queue’s own signal is lost, and leaves nothing", async () => {
  h.convert = async (signal) => {
    await h.rows.end(scope, h.jobId, cancelled, new Date());
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  };
  await h.deliver();
  expect(h.job()).toMatchObject({ state: "cancelled", isCleaned: true });
  await h.expectNothingLeft();
});

it("ends quietly when the document is deleted meanwhile, and removes what it had written", async () => {
  h.deletedDocumentId = h.documentId();
  const { upsert } = h.vectors;
  h.deps = {
    ...h.deps,
    vectors: {
      ...h.vectors,
      async upsert(...call) {
        await upsert(...call);
        h.rows.deleteDocument(h.documentId());
      },
    },
  };
  await h.deliver();
  expect(h.rows.publications).toEqual([]);
  await h.expectNothingLeft();
});

it("does not count a try that the worker’s closing interrupted", async () => {
  const closing = new AbortController();
  h.convert = (signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      closing.abort(new DeliveryAborted("closing"));
    });
  await expect(h.deliver(closing.signal)).rejects.toThrow("closing");
  expect(h.job()).toMatchObject({ state: "queued", attempts: 0 });
});

it("touches nothing of a job whose lease went to another worker", async () => {
  const lost = new AbortController();
  h.convert = (signal) =>
    new Promise((_, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      lost.abort(new DeliveryAborted("lease_lost"));
    });
  await expect(h.deliver(lost.signal)).rejects.toThrow("lease_lost");
  expect(h.job()).toMatchObject({ state: "converting", attempts: 1 });
});

it("tidies up after an ended job that is delivered again, once", async () => {
  await h.deliver();
  h.job().state = "failed";
  h.job().isCleaned = false;
  await h.deliver();
  expect(h.job().isCleaned).toBe(true);
  await h.expectNothingLeft();
  expect(h.conversions).toBe(1);
});

it("removes the version before, once a new one is published", async () => {
  await h.deliver();
  const { document, original: first } = h.job();
  h.jobId = h.rows.addJob({ ...first, filename: "other name.txt" }, { version: 2, document });
  h.convert = async () => converted(["Le siège a déménagé à Nantes."]);
  await h.deliver();
  expect(h.job()).toMatchObject({ state: "success", isCleaned: true });
  expect(await h.pointCount()).toBe(h.rows.publications[1]?.chunkCount);
  const kept = [...(h.rows.artifacts.get(`${document.id}/2`) ?? [])].map(({ objectKey }) => objectKey);
  expect(kept).toHaveLength(4);
  expect((await h.artifactKeys()).filter((key) => !key.endsWith("/conversion.json"))).toEqual(kept.toSorted());
});

it("ignores a message whose job is gone", async () => {
  h.rows.deleteDocument(h.documentId());
  h.jobId = "00000000-0000-7000-8000-0000000000ff";
  await h.deliver();
  expect(h.conversions).toBe(0);
});

it("never leaves a job open when it resolves", async () => {
  for (const failure of ["none", "document", "cancel"] as const) {
    h.jobId = h.rows.addJob({ sizeBytes: original.byteLength, sha256: sha256Hex(original) });
    h.convert = async () => {
      if (failure === "document") throw new AppError("conversion_timeout", "…");
      if (failure === "cancel") await h.rows.end(scope, h.jobId, cancelled, new Date());
      return converted(["Texte."]);
    };
    await h.deliver();
    expect(finalJobStates).toContain(h.job().state);
  }
});

it("a try that another one has overtaken writes no passage, publishes nothing and leaves the job to it", async () => {
  h.convert = async () => {
    await h.rows.begin(scope, h.jobId, new Date()); // its lease ran out: another worker has begun, perhaps with other settings
    return converted(["Lu avec les réglages d’avant."]);
  };
  await h.deliver();
  expect(h.job()).toMatchObject({ state: "converting", attempts: 2 });
  expect(h.rows.publications).toEqual([]);
  expect([h.chunkCount(), await h.pointCount()]).toEqual([0, 0]);
});
