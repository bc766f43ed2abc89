import { createHash } from "node:crypto";
import { CopyObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { call, clock, codeOf, sdk, useRawS3 } from "../contract/raw-s3.ts";

useRawS3();

const Bucket = "uploads";
const md5 = (text: string) => createHash("md5").update(text).digest("hex");
const put = (Key: string, Body: string, more: object = {}) =>
  sdk.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const failed = expect.objectContaining({ name: "PreconditionFailed" });

describe("conditions", () => {
  it("decide whether an object is read, its ETag before its date", async () => {
    await put("read", "body");
    const etag = `"${md5("body")}"`;
    const [before, after] = [-60_000, 60_000].map((ms) => new Date(clock.nowMs() + ms).toUTCString());
    for (const method of ["GET", "HEAD"])
      for (const [headers, status] of [
        [[["if-match", etag]], 200],
        [[["if-match", `"x", ${etag}`]], 200],
        [[["if-match", "*"]], 200],
        [[["if-match", '"x"']], 412],
        [[["if-none-match", '"x"']], 200],
        [[["if-none-match", etag]], 304],
        [[["if-none-match", `W/${etag}`]], 304],
        [[["if-modified-since", before]], 200],
        [[["if-modified-since", after]], 304],
        [[["if-unmodified-since", before]], 412],
        [[["if-unmodified-since", after]], 200],
        [
          [
            ["if-match", etag],
            ["if-unmodified-since", before],
          ],
          200,
        ],
        [
          [
            ["if-none-match", '"x"'],
            ["if-modified-since", after],
          ],
          200,
        ],
        [[["if-modified-since", "no date"]], 200],
        [
          [
            ["if-match", etag],
            ["range", "bytes=1-2"],
          ],
          206,
        ],
      ] as [[string, string][], number][]) {
        const answer = await call(method, "/uploads/read", [], headers);
        expect([method, headers, answer.status]).toEqual([method, headers, status]);
        if (status === 304) expect(answer).toMatchObject({ body: "", headers: { etag } });
      }
  });

  it("decide whether an object is written: absent, or as it was last seen", async () => {
    await expect(put("write", "0", { IfMatch: md5("0") })).rejects.toEqual(
      expect.objectContaining({ name: "NoSuchKey" }),
    );
    await put("write", "1", { IfNoneMatch: "*" });
    await expect(put("write", "2", { IfNoneMatch: "*" })).rejects.toEqual(failed);
    await expect(put("write", "2", { IfMatch: md5("0") })).rejects.toEqual(failed);
    await put("write", "2", { IfMatch: md5("1") });
    expect((await call("GET", "/uploads/write")).body).toBe("2");
    expect(codeOf(await call("PUT", "/uploads/write", [], [["if-none-match", '"x"']], "3"))).toBe("NotImplemented");
  });

  it("let one of many writers that saw the same object win", async () => {
    await put("counter", "seen");
    const outcomes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) => put("counter", `writer ${index}`, { IfMatch: md5("seen") })),
    );
    const winners = outcomes.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
    expect(winners).toHaveLength(1);
    expect((await call("GET", "/uploads/counter")).body).toBe(`writer ${winners[0]}`);
  });

  it("decide whether an object is copied, by its source and by its place", async () => {
    await put("from", "body", { ContentType: "text/plain" });
    await put("there", "other");
    const copy = (more: object, Key = "to") =>
      sdk.send(new CopyObjectCommand({ Bucket: "artifacts", Key, CopySource: "uploads/from", ...more }));
    await expect(copy({ CopySourceIfMatch: md5("x") })).rejects.toEqual(failed);
    await expect(copy({ CopySourceIfNoneMatch: md5("body") })).rejects.toEqual(failed);
    await expect(copy({ CopySourceIfModifiedSince: new Date(clock.nowMs() + 60_000) })).rejects.toEqual(failed);
    await expect(copy({ CopySourceIfUnmodifiedSince: new Date(clock.nowMs() - 60_000) })).rejects.toEqual(failed);
    expect((await call("GET", "/artifacts/to")).status).toBe(404);
    await copy({ CopySourceIfMatch: md5("body"), IfNoneMatch: "*" });
    await expect(copy({ IfNoneMatch: "*" })).rejects.toEqual(failed);
    expect(await sdk.send(new HeadObjectCommand({ Bucket: "artifacts", Key: "to" }))).toMatchObject({
      ContentType: "text/plain",
      ETag: `"${md5("body")}"`,
    });
  });

  it("a copy keeps the type or takes another, and onto itself only another", async () => {
    await put("typed", "body", { ContentType: "text/plain" });
    const onto = (more: object) =>
      sdk.send(new CopyObjectCommand({ Bucket, Key: "typed", CopySource: "uploads/typed", ...more }));
    await expect(onto({})).rejects.toEqual(expect.objectContaining({ name: "InvalidRequest" }));
    await onto({ MetadataDirective: "REPLACE", ContentType: "application/pdf" });
    const got = await sdk.send(new GetObjectCommand({ Bucket, Key: "typed" }));
    expect([got.ContentType, await got.Body?.transformToString()]).toEqual(["application/pdf", "body"]);
  });
});
