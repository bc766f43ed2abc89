import { mkdtemp, open, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FileStorage, openFileStorage } from "./file-storage.ts";
import type { StoredMeta } from "./object-file.ts";
import { asS3Error } from "./s3-error.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nexus-objects-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const metaOf = (key: string, body: string): StoredMeta => ({
  key,
  sizeBytes: Buffer.byteLength(body),
  etag: "e",
  contentType: "text/plain",
  checksums: {},
  modifiedMs: 0,
});

async function write(storage: FileStorage, key: string, body: string, ifAbsent = false): Promise<void> {
  const incoming = await storage.begin("uploads");
  try {
    await incoming.write(Buffer.from(body));
    await incoming.commit(metaOf(key, body), { ifAbsent, ifMatch: null });
  } finally {
    await incoming.discard();
  }
}

async function read(storage: FileStorage, key: string): Promise<string | null> {
  const object = await storage.open("uploads", key);
  if (!object) return null;
  const parts: Buffer[] = [];
  for await (const part of object.read() as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString();
}

const allFiles = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);

it.each(["../../etc/passwd", "..", "/", "//", "a/../../b", "\u0001", "é/ü", "x".repeat(1_024), "a/".repeat(500)])(
  "keeps the object %j inside its folder, under a name that is a hash",
  async (key) => {
    const storage = await openFileStorage(folder, ["uploads"]);
    await write(storage, key, "body");
    expect(await read(storage, key)).toBe("body");
    expect(await allFiles()).toEqual([expect.stringMatching(/^[0-9a-f]{64}\.object$/)]);
    expect((await storage.list("uploads", key.slice(0, 3))).map((meta) => meta.key)).toEqual([key]);
  },
);

it("shows nothing of a body that was never committed, and clears it at the next start", async () => {
  const first = await openFileStorage(folder, ["uploads"]);
  const incoming = await first.begin("uploads");
  await incoming.write(Buffer.from("half"));
  expect(await read(first, "a")).toBeNull();
  expect(await allFiles()).toHaveLength(1);
  const second = await openFileStorage(folder, ["uploads"]); // as after a crash
  expect(await allFiles()).toHaveLength(0);
  expect(await read(second, "a")).toBeNull();
  await incoming.discard();
});

it("lets exactly one of many simultaneous writers of an absent key win", async () => {
  const storage = await openFileStorage(folder, ["uploads"]);
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, (_, index) => write(storage, "a", `body ${index}`, true)),
  );
  const winners = results.flatMap((result, index) => (result.status === "fulfilled" ? [index] : []));
  expect(winners).toHaveLength(1);
  expect(await read(storage, "a")).toBe(`body ${winners[0]}`);
  expect(await allFiles()).toHaveLength(1);
});

it("keeps writers and removers of one folder from losing each other's objects", async () => {
  const storage = await openFileStorage(folder, ["uploads"]);
  for (let round = 0; round < 30; round++) {
    await write(storage, "t/d/old", "old");
    await Promise.all([storage.remove("uploads", "t/d/old"), write(storage, "t/d/new", "new")]);
    expect(await read(storage, "t/d/new")).toBe("new");
    await storage.remove("uploads", "t/d/new");
  }
  expect(await readdir(join(folder, "buckets", "uploads"))).toEqual([]);
});

it("answers a full disk with InsufficientStorage and keeps nothing", async () => {
  const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
  const storage = await openFileStorage(folder, ["uploads"], {
    open: async (...args) => {
      const file = await open(...args);
      file.appendFile = () => Promise.reject(full);
      return file;
    },
  });
  const failure = await write(storage, "a", "body").catch((error: unknown) => asS3Error(error));
  expect(failure).toMatchObject({ code: "InsufficientStorage", status: 507 });
  expect(await allFiles()).toEqual([]);
});

it("keeps the parts of an upload over a restart, and sweeps them with its other leftovers once they are old", async () => {
  const first = await openFileStorage(folder, ["uploads"]);
  const base = { bucket: "uploads", contentType: "text/plain", checksum: null };
  const old = await first.multipart.create({ ...base, key: "old", initiatedMs: 1_000 });
  const young = await first.multipart.create({ ...base, key: "young", initiatedMs: 5_000 });
  for (const { id } of [old, young]) {
    const part = await first.multipart.beginPart(id);
    await part.write(Buffer.from("part"));
    await part.commit({ number: 1, sizeBytes: 4, etag: "e", checksums: {}, modifiedMs: 0 });
  }
  const stale = await first.begin("uploads");
  await stale.write(Buffer.from("half"));

  const second = await openFileStorage(folder, ["uploads"]); // as after a crash
  expect(await second.multipart.list("uploads", "")).toEqual([old, young]);
  expect(await second.sweep(5_000)).toBe(1);
  expect(await second.multipart.list("uploads", "")).toEqual([young]);
  expect(await second.multipart.parts(young.id)).toMatchObject([{ number: 1, sizeBytes: 4 }]);
  const slow = await second.begin("uploads");
  expect(await second.sweep(Date.now() - 60_000)).toBe(1); // young; the file being written stays
  await slow.write(Buffer.from("x"));
  await slow.commit(metaOf("slow", "x"), { ifAbsent: false, ifMatch: null });
  const forgotten = await second.begin("uploads");
  expect(await second.sweep(Date.now() + 60_000)).toBe(1);
  await forgotten.discard();
  expect(await allFiles()).toHaveLength(1);
});

it("refuses to serve a file that is not an object of ours", async () => {
  const storage = await openFileStorage(folder, ["uploads"]);
  await write(storage, "a", "body");
  const [name = ""] = await allFiles();
  await writeFile(join(folder, "buckets", "uploads", name), "garbage, longer than a tail");
  await expect(storage.open("uploads", "a")).rejects.toThrow(/valid tail/);
});
