import { AppError } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import { indexVersion } from "@aurora/rag";
import { beforeEach, expect, it } from "vitest";
import { converted, createIngestHarness, embedder, type IngestHarness, scope } from "../testing/ingest-harness.ts";

let h: IngestHarness;
beforeEach(async () => {
  h = await createIngestHarness();
});

it("converts nothing again for the same bytes, and embeds only what has changed", async () => {
  const embedded: string[] = [];
  h.deps = {
    ...h.deps,
    indexTargets: async () => [
      {
        collection: "aurora_documents",
        isRetiring: false,
        embedder: {
          ...embedder,
          async embed(texts, ...call) {
            embedded.push(...texts);
            return embedder.embed(texts, ...call);
          },
        },
      },
    ],
  };
  const paragraphs = Array.from(
    { length: 40 },
    (_, index) => `Le paragraphe ${index} décrit un site de la coopérative.`,
  );
  h.convert = async () => converted(paragraphs);
  await h.deliver();
  const [first] = h.rows.publications;
  expect(embedded).toHaveLength(first?.chunkCount ?? 0);

  const again = { version: 2, document: h.job().document };
  h.jobId = h.rows.addJob(h.job().original, again);
  await h.deliver();
  expect(h.conversions).toBe(1);
  expect(embedded).toHaveLength(first?.chunkCount ?? 0);
  expect(await h.pointCount()).toBe(first?.chunkCount);
  expect(h.rows.artifacts.size).toBe(1);

  const settings = { ...h.job().settings, chunk_max_chars: 400 };
  h.jobId = h.rows.addJob(h.job().original, { version: 3, document: h.job().document, settings });
  await h.deliver();
  expect(h.conversions).toBe(1);
  expect(h.rows.publications[2]?.chunkCount).toBeGreaterThan(first?.chunkCount ?? 0);

  h.jobId = h.rows.addJob(h.job().original, {
    version: 4,
    document: h.job().document,
    settings: { ...settings, ocr: "off" },
  });
  await h.deliver();
  expect(h.conversions).toBe(2);
});

it("cuts by the profile of the source_app, counted as its settings say", async () => {
  const cut = new Map<string, readonly string[]>();
  h.deps = {
    ...h.deps,
    rows: {
      ...h.rows,
      async saveChunks(...call) {
        cut.set(
          h.job().settings.chunk_profile,
          call[3].map((chunk) => chunk.text),
        );
        return h.rows.saveChunks(...call);
      },
    },
  };
  const paragraphs = Array.from({ length: 20 }, (_, index) => `Le paragraphe ${index} décrit un site.`);
  h.convert = async () => converted(paragraphs);
  await h.deliver();
  const settings = { ...h.job().settings, chunk_profile: "docling" as const, chunk_max_tokens: 32 };
  h.jobId = h.rows.addJob(h.job().original, { version: 2, document: h.job().document, settings });
  await h.deliver();
  expect(h.job().state).toBe("success");
  expect(cut.get("index")).toHaveLength(1);
  expect(cut.get("docling")?.length).toBeGreaterThan(3);
  for (const text of cut.get("docling") ?? []) expect(text.split(/\s+/).length).toBeLessThanOrEqual(32);
  expect(cut.get("docling")?.join("\n")).toBe(paragraphs.join("\n"));
});

it("converts again where a kept conversion is not whole", async () => {
  await h.deliver();
  for (const key of await h.artifactKeys())
    if (key.endsWith("document.json")) await h.objects.deletePrefix(scope, "artifacts", key);
  h.jobId = h.rows.addJob(h.job().original, { version: 2, document: h.job().document });
  await h.deliver();
  expect(h.job().state).toBe("success");
  expect(h.conversions).toBe(2);
});

it("scans before it converts, and keeps nothing of an infected file", async () => {
  const calls: string[] = [];
  h.deps = {
    ...h.deps,
    scanner: {
      id: "fake",
      async scan() {
        calls.push(`scan after ${h.conversions} conversions`);
        throw new AppError("document_infected", "…", { params: { signature: "Eicar" } });
      },
      check: async () => undefined,
    },
  };
  await h.deliver();
  expect(calls).toEqual(["scan after 0 conversions"]);
  expect(h.job()).toMatchObject({ state: "failed", failure: { code: "document_infected" }, isDeadLetter: false });
  expect(await h.objects.head(scope, "uploads", "originals/note")).toBeNull();
  await h.expectNothingLeft();
});

it("reads no file that the scanner gave no verdict on, and says so when its tries are used up", async () => {
  h.deps = {
    ...h.deps,
    scanner: {
      id: "fake",
      scan: () => Promise.reject(new AppError("scan_unavailable", "…", { params: { reason: "unreachable" } })),
      check: async () => undefined,
    },
  };
  for (let attempt = 1; attempt < 3; attempt++) await expect(h.deliver()).rejects.toThrow();
  await h.deliver();
  expect(h.job()).toMatchObject({
    state: "failed",
    isDeadLetter: true,
    failure: { code: "scan_unavailable", params: { reason: "unreachable", attempts: 3 } },
  });
  expect(h.conversions).toBe(0);
  expect(await h.objects.head(scope, "uploads", "originals/note")).not.toBeNull();
});

it("scans what was converted before there was a scanner, and does not convert it again", async () => {
  await h.deliver();
  let scans = 0;
  h.deps = { ...h.deps, scanner: { id: "fake", scan: async () => void scans++, check: async () => undefined } };
  h.jobId = h.rows.addJob(h.job().original, { version: 2, document: h.job().document });
  await h.deliver();
  expect([h.job().state, scans, h.conversions]).toEqual(["success", 1, 1]);
});

it("writes for the embedder of before too, by terms alone when that one is gone, and asks to move on", async () => {
  let moves = 0;
  await h.vectors.ensureCollection("aurora_documents_next", { dimensions: 2, embedderId: "next@1" });
  const gone: Embedder = { ...embedder, embed: () => Promise.reject(new AppError("upstream_failed", "…")) };
  h.deps = {
    ...h.deps,
    indexTargets: async () => [
      { collection: "aurora_documents", embedder: gone, isRetiring: true },
      { collection: "aurora_documents_next", embedder: { ...embedder, id: "next@1" }, isRetiring: false },
    ],
    moveIndex: async () => {
      moves += 1;
      return true;
    },
  };
  await h.deliver();
  expect(h.job().state).toBe("success");
  expect(h.rows.publications[0]).toMatchObject({
    embedderIds: ["fake@1", "next@1"],
    indexVersion: indexVersion("fake@1"),
  });
  const query = { dense: new Float32Array([1, 0]), sparse: null, filter: {}, limit: 10 };
  expect(await h.vectors.query(scope, "aurora_documents", query)).toEqual([]); // points without a direction
  expect(await h.pointCount()).toBeGreaterThan(0);
  expect(await h.vectors.query(scope, "aurora_documents_next", query)).toHaveLength(await h.pointCount());
  expect(moves).toBe(1);
});
