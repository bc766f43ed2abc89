import { request as httpRequest } from "node:http";
import { ListObjectsV2Command } from "@aws-sdk/client-s3";
import { describe, expect, it } from "vitest";
import { call, codeOf, logged, maxObjectBytes, origin, sdk, send, signed, useRawS3 } from "../contract/raw-s3.ts";
import { createSummer } from "./checksum.ts";
import { type Pairs, sha256Hex } from "./signature.ts";

useRawS3();

describe("objects", () => {
  it.each([
    ["bytes=0-3", "0123", "bytes 0-3/10"],
    ["bytes=7-", "789", "bytes 7-9/10"],
    ["bytes=-2", "89", "bytes 8-9/10"],
    ["bytes=5-99", "56789", "bytes 5-9/10"],
  ])("serves the range %s", async (range, body, contentRange) => {
    await call("PUT", "/uploads/ten", [], [], "0123456789");
    expect(await call("GET", "/uploads/ten", [], [["range", range]])).toMatchObject({
      status: 206,
      body,
      headers: { "content-range": contentRange },
    });
  });

  it("refuses a range outside the object", async () => {
    await call("PUT", "/uploads/ten", [], [], "0123456789");
    for (const range of ["bytes=10-", "bytes=5-4", "bytes=-0"])
      expect(codeOf(await call("GET", "/uploads/ten", [], [["range", range]]))).toBe("InvalidRange");
  });

  it.each([["x-amz-checksum-sha256"], ["x-amz-checksum-crc32"], ["x-amz-checksum-crc32c"], ["content-md5"]])(
    "keeps nothing of a body that does not match its %s",
    async (header) => {
      expect(codeOf(await call("PUT", "/uploads/damaged", [], [[header, "AAAAAA=="]], "body"))).toBe("BadDigest");
      expect(codeOf(await call("GET", "/uploads/damaged"))).toBe("NoSuchKey");
    },
  );

  it("refuses more than the largest object before reading it, and a body without length", async () => {
    const big = signed("PUT", "/uploads/big", [], [], "");
    const announced = big.headers.map(
      ([name, value]) => [name, name === "content-length" ? String(maxObjectBytes + 1) : value] as const,
    );
    expect(codeOf(await send("PUT", big.target, announced, Buffer.alloc(maxObjectBytes + 1)))).toBe("EntityTooLarge");
    const unknown = signed("PUT", "/uploads/big", [], [], "");
    const withoutLength = [
      ...unknown.headers.filter(([name]) => name !== "content-length"),
      ["transfer-encoding", "chunked"] as const,
    ];
    expect(codeOf(await send("PUT", unknown.target, withoutLength, "x"))).toBe("MissingContentLength");
  });

  it("checks every chunk signature and the trailer of a signed stream", async () => {
    const crc = createSummer("crc32c");
    crc.update(Buffer.from("hello world"));
    const upload = async (key: string, damage: (wire: string) => string) => {
      const trailer = `x-amz-checksum-crc32c:${crc.digest()}\n`;
      const headers: Pairs = [
        ["x-amz-decoded-content-length", "11"],
        ["x-amz-trailer", "x-amz-checksum-crc32c"],
      ];
      const request = signed("PUT", `/uploads/${key}`, [], headers, "", {
        payloadHash: "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
      });
      const chunk = (data: string) =>
        `${data.length.toString(16)};chunk-signature=${request.chunkSigner.chunk(sha256Hex(data))}\r\n${data}`;
      const wire = damage(
        `${chunk("hello")}\r\n${chunk(" world")}\r\n${chunk("")}${trailer.trim()}\r\nx-amz-trailer-signature:${request.chunkSigner.trailer(sha256Hex(trailer))}\r\n\r\n`,
      );
      return send(
        "PUT",
        request.target,
        request.headers.map(([n, v]) => [n, n === "content-length" ? String(wire.length) : v] as const),
        wire,
      );
    };
    expect((await upload("chunked", (wire) => wire)).status).toBe(200);
    expect((await call("GET", "/uploads/chunked")).body).toBe("hello world");
    expect(codeOf(await upload("tampered", (wire) => wire.replace("hello", "hellO")))).toBe("SignatureDoesNotMatch");
    expect(codeOf(await upload("tampered", (wire) => wire.replace("signature:", "signature:0")))).toBe(
      "SignatureDoesNotMatch",
    );
    expect(codeOf(await upload("tampered", (wire) => wire.slice(0, 150)))).toMatch(/IncompleteBody|InvalidRequest/);
    expect(codeOf(await call("GET", "/uploads/tampered"))).toBe("NoSuchKey");
  });

  it("keeps nothing of an upload whose client left", async () => {
    const request = signed("PUT", "/uploads/left", [], [], "x".repeat(50_000));
    await new Promise<void>((resolve) => {
      const out = httpRequest({
        host: "127.0.0.1",
        port: new URL(origin()).port,
        method: "PUT",
        path: request.target,
        setHost: false,
        agent: false,
      });
      for (const [name, value] of request.headers) out.setHeader(name, value);
      out.on("error", () => resolve());
      out.write("x".repeat(20_000), () => out.destroy());
      out.on("close", () => resolve());
    });
    expect(codeOf(await call("GET", "/uploads/left"))).toBe("NoSuchKey");
  });

  it("lists page by page, with and without folders", async () => {
    for (const key of ["l/a", "l/b/1", "l/b/2", "l/c", "l/é"]) await call("PUT", `/artifacts/${key}`, [], [], "x");
    const keys: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await sdk.send(
        new ListObjectsV2Command({ Bucket: "artifacts", Prefix: "l/", MaxKeys: 2, ContinuationToken }),
      );
      keys.push(...(page.Contents ?? []).map(({ Key }) => Key));
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(keys).toEqual(["l/a", "l/b/1", "l/b/2", "l/c", "l/é"]);
    const folded = await sdk.send(new ListObjectsV2Command({ Bucket: "artifacts", Prefix: "l/", Delimiter: "/" }));
    expect(folded.CommonPrefixes).toEqual([{ Prefix: "l/b/" }]);
    expect(folded.Contents?.map(({ Key }) => Key)).toEqual(["l/a", "l/c", "l/é"]);
  });

  it.each([
    ["an ACL", () => call("PUT", "/uploads/x", [], [["x-amz-acl", "public-read"]], "x")],
    ["a tagging", () => call("PUT", "/uploads/x", [["tagging", ""]], [], "x")],
    ["metadata of a caller's own", () => call("PUT", "/uploads/x", [], [["x-amz-meta-a", "b"]], "x")],
    [
      "a range of a whole copy",
      () =>
        call(
          "PUT",
          "/uploads/x",
          [],
          [
            ["x-amz-copy-source", "/uploads/y"],
            ["x-amz-copy-source-range", "bytes=0-1"],
          ],
        ),
    ],
    ["a bucket's policy", () => call("GET", "/uploads/", [["policy", ""]])],
    ["the list of buckets", () => call("GET", "/")],
    ["making a bucket", () => call("PUT", "/uploads", [], [], "")],
  ])("says NotImplemented to %s instead of pretending", async (_case, ask) => {
    expect(codeOf(await ask())).toBe("NotImplemented");
  });

  it("knows no bucket but its own", async () => {
    expect(codeOf(await call("GET", "/elsewhere/x"))).toBe("NoSuchBucket");
    expect(codeOf(await call("GET", "/../uploads/x"))).toBe("NoSuchBucket");
  });

  it("writes no key, signature or secret to its log", () => {
    expect(logged.length).toBeGreaterThan(20);
    const fields = new Set(logged.flatMap((line) => Object.keys(JSON.parse(line))));
    expect([...fields].sort()).toEqual(["bucket", "code", "method", "ms", "request_id", "status"]);
    expect(logged.join("\n")).not.toMatch(/chunked|tampered|damaged|Signature=|s3cr3t|AKIA/);
  });
});
