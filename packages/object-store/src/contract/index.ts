import { createHash } from "node:crypto";
import { jobScope, type TenantScope } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import type { ObjectInfo, ObjectSource, ObjectStore, PresignedRequest } from "../port.ts";

export interface ObjectStoreHarness {
  readonly store: ObjectStore;
  /** Sends a presigned request as a browser would: exactly its headers, plus the body's length. */
  send(
    request: PresignedRequest,
    body?: Uint8Array,
  ): Promise<{ status: number; headers: Readonly<Record<string, string>>; body: Uint8Array }>;
}

export const tenantA: TenantScope = jobScope("018f0000-0000-7000-8000-00000000000a", "contract");
export const tenantB: TenantScope = jobScope("018f0000-0000-7000-8000-00000000000b", "contract");
const sha256 = (body: Uint8Array): string => createHash("sha256").update(body).digest("hex");
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const failsWith = (code: string) => expect.objectContaining({ code });

/** What every ObjectStore owes. @param harness Made anew for each case, with `maxPutBytes` = 1 MiB. */
export function objectStoreContract(name: string, harness: () => ObjectStoreHarness): void {
  const put = (key: string, body: string, scope = tenantA) =>
    harness().store.put(scope, "artifacts", key, bytes(body), { contentType: "text/plain" });
  const read = async (key: string, scope = tenantA) =>
    Buffer.from(await harness().store.get(scope, "artifacts", key, { maxBytes: 1_000 })).toString();
  const keys = async (prefix: string, scope = tenantA) => {
    const found: string[] = [];
    for await (const object of harness().store.list(scope, "artifacts", prefix)) found.push(object.key);
    return found;
  };
  const upload = (key: string, body: Uint8Array) =>
    harness().store.presign(tenantA, "uploads", key, {
      method: "PUT",
      sizeBytes: body.length,
      sha256: sha256(body),
      contentType: "application/pdf",
      expiresInSeconds: 60,
    });

  describe(`ObjectStore: ${name}`, () => {
    it("gives back what was put, with its size, SHA-256 and type", async () => {
      const info = await put("a/b.txt", "hello");
      const expected: ObjectInfo = {
        key: "a/b.txt",
        sizeBytes: 5,
        etag: info.etag,
        sha256: sha256(bytes("hello")),
        contentType: "text/plain",
      };
      expect(info).toEqual(expected);
      expect(await harness().store.head(tenantA, "artifacts", "a/b.txt")).toEqual(expected);
      expect(await read("a/b.txt")).toBe("hello");
    });

    it("keeps an empty object", async () => {
      await put("empty", "");
      expect(await read("empty")).toBe("");
      expect(await harness().store.head(tenantA, "artifacts", "empty")).toMatchObject({ sizeBytes: 0 });
    });

    it("overwrites", async () => {
      await put("a", "one");
      await put("a", "second");
      expect(await read("a")).toBe("second");
    });

    it("says not_found for an absent object, and null for its head", async () => {
      await expect(read("absent")).rejects.toEqual(failsWith("not_found"));
      expect(await harness().store.head(tenantA, "artifacts", "absent")).toBeNull();
      const copy = harness().store.copy(
        tenantA,
        { bucket: "artifacts", key: "absent" },
        { bucket: "artifacts", key: "b" },
      );
      await expect(copy).rejects.toEqual(failsWith("not_found"));
    });

    it("never hands out more than maxBytes, and takes no more than maxPutBytes", async () => {
      await put("a", "123456");
      const get = harness().store.get(tenantA, "artifacts", "a", { maxBytes: 5 });
      await expect(get).rejects.toEqual(failsWith("payload_too_large"));
      const big = new Uint8Array(harness().store.limits.maxPutBytes + 1);
      const tooBig = harness().store.put(tenantA, "artifacts", "big", big, { contentType: "x/y" });
      await expect(tooBig).rejects.toEqual(failsWith("payload_too_large"));
    });

    it("stops reading when the caller gives up", async () => {
      await put("a", "1");
      const get = harness().store.get(tenantA, "artifacts", "a", {
        maxBytes: 9,
        signal: AbortSignal.abort(new Error("gone")),
      });
      await expect(get).rejects.toThrow("gone");
    });

    it("streams an object too large to be held, with its size first, and nothing of another tenant", async () => {
      const body = new Uint8Array(700_000).map((_, index) => index % 251);
      const { store } = harness();
      await store.put(tenantA, "artifacts", "large", body, { contentType: "x/y" });
      const { signal } = new AbortController();
      const stream = await store.read(tenantA, "artifacts", "large", signal);
      expect(stream.sizeBytes).toBe(body.length);
      const parts: Uint8Array[] = [];
      for await (const part of stream.body) parts.push(part);
      expect(parts.length).toBeGreaterThan(1);
      expect(Buffer.concat(parts).equals(body)).toBe(true);
      await put("none", "");
      for await (const part of (await store.read(tenantA, "artifacts", "none", signal)).body)
        expect(part).toHaveLength(0);
      await expect(store.read(tenantA, "artifacts", "absent", signal)).rejects.toEqual(failsWith("not_found"));
      await expect(store.read(tenantB, "artifacts", "large", signal)).rejects.toEqual(failsWith("not_found"));
      await expect(store.read(tenantA, "artifacts", "../large", signal)).rejects.toEqual(failsWith("invalid_input"));
    });

    it("streams a range, and refuses one that is not there", async () => {
      const { store } = harness();
      const { signal } = new AbortController();
      await put("ten", "0123456789");
      const part = async (start: number, end: number) => {
        const stream = await store.read(tenantA, "artifacts", "ten", signal, { start, end });
        expect(stream.sizeBytes).toBe(10);
        const parts: Uint8Array[] = [];
        for await (const piece of stream.body) parts.push(piece);
        return Buffer.concat(parts).toString();
      };
      expect([await part(0, 0), await part(2, 5), await part(8, 99)]).toEqual(["0", "2345", "89"]);
      for (const [start, end] of [
        [10, 11],
        [5, 4],
        [-1, 3],
        [0.5, 3],
      ] as const)
        await expect(part(start, end)).rejects.toEqual(failsWith("invalid_input"));
    });

    it("stops streaming when the caller gives up", async () => {
      const { store } = harness();
      await store.put(tenantA, "artifacts", "large", new Uint8Array(900_000), { contentType: "x/y" });
      const stop = new AbortController();
      const stream = await store.read(tenantA, "artifacts", "large", stop.signal);
      const readOn = async () => {
        for await (const _part of stream.body) stop.abort(new Error("gone"));
      };
      await expect(readOn()).rejects.toThrow("gone");
    });

    it("copies within a tenant, between buckets too", async () => {
      await put("a", "body");
      await harness().store.copy(tenantA, { bucket: "artifacts", key: "a" }, { bucket: "uploads", key: "frozen/a" });
      expect(await harness().store.head(tenantA, "uploads", "frozen/a")).toMatchObject({
        sizeBytes: 4,
        sha256: sha256(bytes("body")),
        contentType: "text/plain",
      });
    });

    it("copies the bytes that were looked at, or none", async () => {
      const seen = await put("slot", "seen");
      const freeze = (to: string) =>
        harness().store.copy(
          tenantA,
          { bucket: "artifacts", key: "slot", etag: seen.etag },
          { bucket: "uploads", key: to },
        );
      await freeze("frozen/1");
      await freeze("frozen/1"); // twice is once
      await put("slot", "changed");
      await expect(freeze("frozen/2")).rejects.toEqual(failsWith("conflict"));
      expect(await harness().store.head(tenantA, "uploads", "frozen/2")).toBeNull();
      await harness().store.deletePrefix(tenantA, "artifacts", "slot");
      await expect(freeze("frozen/2")).rejects.toEqual(failsWith("not_found"));
      expect(await harness().store.head(tenantA, "uploads", "frozen/1")).toMatchObject({
        sha256: sha256(bytes("seen")),
      });
    });

    it("freezes whole bytes while an upload's URL is used again and again", async () => {
      const body = new Uint8Array(400_000).fill(7);
      const request = await upload("slot/race", body);
      expect(await harness().send(request, body)).toMatchObject({ status: 200 });
      const { store } = harness();
      const arrived = await store.head(tenantA, "uploads", "slot/race");
      const outcomes = await Promise.allSettled([
        ...[1, 2, 3].map(() =>
          store.copy(
            tenantA,
            { bucket: "uploads", key: "slot/race", etag: arrived?.etag ?? "" },
            { bucket: "uploads", key: "frozen/race" },
          ),
        ),
        harness().send(request, body),
        harness().send(request, new Uint8Array(400_000).fill(8)),
        store.deletePrefix(tenantA, "uploads", "slot/race"),
        harness().send(request, body),
        harness().send(request, new Uint8Array(400_000).fill(9)),
      ]);
      const frozen = outcomes.slice(0, 3).some(({ status }) => status === "fulfilled");
      const found = await store.head(tenantA, "uploads", "frozen/race");
      if (frozen) expect(found).toMatchObject({ sizeBytes: 400_000, sha256: sha256(body) });
      else expect(found).toBeNull();
      // whatever the URL could still write is what it was signed for
      const left = await store.head(tenantA, "uploads", "slot/race");
      expect(left?.sha256 ?? sha256(body)).toBe(sha256(body));
    });

    it("puts what is too large to be held, from where it is read, and nothing that is not what it says", async () => {
      const { store } = harness();
      const body = new Uint8Array(700_000).map((_, index) => index % 249);
      const sourceOf = (parts: readonly Uint8Array[], more: Partial<ObjectSource> = {}): ObjectSource => ({
        sizeBytes: body.length,
        sha256: sha256(body),
        async *open() {
          yield* parts;
        },
        ...more,
      });
      const putSource = (source: ObjectSource) =>
        store.put(tenantA, "artifacts", "sourced", source, { contentType: "x/y" });
      const halves = [body.subarray(0, 300_000), body.subarray(300_000)];
      const info = await putSource(sourceOf(halves));
      const expected = { sizeBytes: body.length, sha256: sha256(body), etag: info.etag, contentType: "x/y" };
      expect(info).toEqual({ key: "sourced", ...expected });
      const failure = new Error("disk broke");
      const broken = sourceOf([], {
        async *open() {
          yield body.subarray(0, 100_000);
          throw failure;
        },
      });
      await expect(putSource(broken)).rejects.toBe(failure);
      for (const wrong of [
        sourceOf(halves.slice(0, 1)),
        sourceOf([...halves, halves[0] ?? body]),
        sourceOf([...halves].reverse()),
      ])
        await expect(putSource(wrong)).rejects.toEqual(failsWith("checksum_mismatch"));
      await expect(putSource(sourceOf(halves, { sizeBytes: store.limits.maxPutBytes + 1 }))).rejects.toEqual(
        failsWith("payload_too_large"),
      );
      expect(await store.head(tenantA, "artifacts", "sourced")).toMatchObject(expected);
      const empty = sourceOf([], { sizeBytes: 0, sha256: sha256(new Uint8Array()) });
      expect(await putSource(empty)).toMatchObject({ sizeBytes: 0 });
    });

    it("lists by key order, below a folder or the whole tenant, and nothing of another tenant", async () => {
      for (const key of ["d/2", "d/10", "d/1", "d.x", "e"]) await put(key, key);
      await put("d/3", "theirs", tenantB);
      expect(await keys("d/")).toEqual(["d/1", "d/10", "d/2"]);
      expect(await keys("")).toEqual(["d.x", "d/1", "d/10", "d/2", "e"]);
      expect(await keys("none/")).toEqual([]);
      expect(await keys("", tenantB)).toEqual(["d/3"]);
    });

    it("deletes one object by its key and a folder by its prefix, and counts", async () => {
      for (const key of ["d", "d/1", "d/2", "dd/1"]) await put(key, key);
      await put("d/1", "theirs", tenantB);
      expect(await harness().store.deletePrefix(tenantA, "artifacts", "d")).toBe(1);
      expect(await harness().store.deletePrefix(tenantA, "artifacts", "d/")).toBe(2);
      expect(await harness().store.deletePrefix(tenantA, "artifacts", "d/")).toBe(0);
      expect(await keys("")).toEqual(["dd/1"]);
      expect(await read("d/1", tenantB)).toBe("theirs");
    });

    it("cannot be led out of the tenant by a key", async () => {
      await put("secret", "theirs", tenantB);
      for (const key of [
        `../${tenantB.tenantId}/secret`,
        `/${tenantB.tenantId}/secret`,
        "..",
        "a/./b",
        "a\0",
        "a//b",
        "",
      ]) {
        await expect(read(key)).rejects.toEqual(failsWith("invalid_input"));
        await expect(put(key, "x")).rejects.toEqual(failsWith("invalid_input"));
        await expect(upload(key, bytes("x"))).rejects.toEqual(failsWith("invalid_input"));
        const copy = harness().store.copy(
          tenantA,
          { bucket: "artifacts", key },
          { bucket: "artifacts", key: "stolen" },
        );
        await expect(copy).rejects.toEqual(failsWith("invalid_input"));
      }
      await expect(harness().store.deletePrefix(tenantA, "artifacts", `../${tenantB.tenantId}/`)).rejects.toEqual(
        failsWith("invalid_input"),
      );
      await expect(read(`${tenantB.tenantId}/secret`)).rejects.toEqual(failsWith("not_found")); // stays below our own prefix
      expect(await read("secret", tenantB)).toBe("theirs");
    });

    it("takes a presigned upload once, and gives it back as an attachment", async () => {
      const body = bytes("%PDF-");
      const request = await upload("slot/1", body);
      expect(request.headers["if-none-match"]).toBe("*");
      expect(await harness().send(request, body)).toMatchObject({ status: 200 });
      expect(await harness().send(request, body)).toMatchObject({ status: 412 }); // the URL was replayed
      expect(await harness().store.head(tenantA, "uploads", "slot/1")).toMatchObject({
        sha256: sha256(body),
        contentType: "application/pdf",
      });

      const download = await harness().store.presign(tenantA, "uploads", "slot/1", {
        method: "GET",
        filename: "Été.pdf",
        contentType: "application/pdf",
        expiresInSeconds: 60,
      });
      const answer = await harness().send(download);
      expect(answer.status).toBe(200);
      expect(Buffer.from(answer.body).toString()).toBe("%PDF-");
      expect(answer.headers["content-type"]).toBe("application/pdf");
      expect(answer.headers["content-disposition"]).toBe(
        `attachment; filename="Ete.pdf"; filename*=UTF-8''%C3%89t%C3%A9.pdf`,
      );
    });

    it.each([
      ["another length", (request: PresignedRequest) => request, bytes("12345678"), [400, 403]],
      ["other bytes of the same length", (request: PresignedRequest) => request, bytes("54321"), [400]],
      [
        "another checksum header",
        replaced("x-amz-checksum-sha256", Buffer.alloc(32).toString("base64")),
        bytes("12345"),
        [403],
      ],
      ["another type", replaced("content-type", "text/html"), bytes("12345"), [403]],
      ["overwriting allowed", replaced("if-none-match", undefined), bytes("12345"), [403]],
    ] as const)("refuses a presigned upload with %s, and stores nothing", async (_case, change, body, statuses) => {
      const request = change(await upload("slot/2", bytes("12345")));
      expect(statuses).toContain((await harness().send(request, body)).status);
      expect(await harness().store.head(tenantA, "uploads", "slot/2")).toBeNull();
    });

    it("signs no request that lives too long or uploads too much", async () => {
      const sum = sha256(bytes(""));
      const ask = (expiresInSeconds: number, sizeBytes = 1) =>
        harness().store.presign(tenantA, "uploads", "a", {
          method: "PUT",
          sizeBytes,
          sha256: sum,
          contentType: "x/y",
          expiresInSeconds,
        });
      const download = (expiresInSeconds: number) =>
        harness().store.presign(tenantA, "uploads", "a", {
          method: "GET",
          filename: "a",
          contentType: "x/y",
          expiresInSeconds,
        });
      await expect(ask(901)).rejects.toEqual(failsWith("invalid_input"));
      await expect(ask(0)).rejects.toEqual(failsWith("invalid_input"));
      await expect(download(61)).rejects.toEqual(failsWith("invalid_input"));
      await expect(ask(60, harness().store.limits.maxPutBytes + 1)).rejects.toEqual(failsWith("payload_too_large"));
    });
  });
}

function replaced(header: string, value: string | undefined) {
  return (request: PresignedRequest): PresignedRequest => {
    const { [header]: _old, ...headers } = request.headers;
    return { ...request, headers: value === undefined ? headers : { ...headers, [header]: value } };
  };
}
