import { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import {
  base64Sha256,
  call,
  clock,
  codeOf,
  host,
  origin,
  sdk,
  send,
  signed,
  signer,
  signing,
  targetOf,
  timestampOf,
  uiOrigin,
  useRawS3,
} from "../contract/raw-s3.ts";
import { type Pairs, sha256Hex } from "./signature.ts";

useRawS3();

describe("signatures", () => {
  it.each(["plain", "a b+c~d!'()*.txt", "é/ü/日本", "100%", "a//b", "../up", "trailing/", "q?x=1&y#z", ":@$,;="])(
    "agrees with the SDK's signer on the key %j, in headers and in the query",
    async (Key) => {
      await sdk.send(new PutObjectCommand({ Bucket: "uploads", Key, Body: `body of ${Key}` }));
      const direct = await sdk.send(new GetObjectCommand({ Bucket: "uploads", Key }));
      expect(await direct.Body?.transformToString()).toBe(`body of ${Key}`);
      const presigned = await send(
        "GET",
        targetOf(await getSignedUrl(signer, new GetObjectCommand({ Bucket: "uploads", Key }), signing())),
        [host()],
      );
      expect(presigned).toMatchObject({ status: 200, body: `body of ${Key}` });
    },
  );

  it("takes the SDK's streamed bodies with a trailing checksum", async () => {
    const body = Buffer.alloc(200_000, "stream ");
    for (const ChecksumAlgorithm of ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const) {
      const stream = Readable.from([body.subarray(0, 70_000), body.subarray(70_000)]);
      await sdk.send(
        new PutObjectCommand({
          Bucket: "uploads",
          Key: "streamed",
          Body: stream,
          ContentLength: body.length,
          ChecksumAlgorithm,
        }),
      );
      const got = await sdk.send(new GetObjectCommand({ Bucket: "uploads", Key: "streamed" }));
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(body)).toBe(true);
    }
  });

  it.each([
    ["no signature at all", "AccessDenied", async () => send("GET", "/uploads/plain", [host()])],
    ["a wrong secret", "SignatureDoesNotMatch", () => call("GET", "/uploads/plain", [], [], "", { secret: "wrong" })],
    ["an empty secret", "SignatureDoesNotMatch", () => call("GET", "/uploads/plain", [], [], "", { secret: "" })],
    [
      "an unknown key id",
      "InvalidAccessKeyId",
      () => call("GET", "/uploads/plain", [], [], "", { accessKeyId: "someone" }),
    ],
    [
      "another region",
      "AuthorizationHeaderMalformed",
      () => call("GET", "/uploads/plain", [], [], "", { region: "us-east-1" }),
    ],
    [
      "another service",
      "AuthorizationHeaderMalformed",
      () => call("GET", "/uploads/plain", [], [], "", { service: "ec2" }),
    ],
    [
      "a clock 16 min behind",
      "RequestTimeTooSkewed",
      () => call("GET", "/uploads/plain", [], [], "", { atMs: clock.nowMs() - 960_000 }),
    ],
    [
      "a clock 16 min ahead",
      "RequestTimeTooSkewed",
      () => call("GET", "/uploads/plain", [], [], "", { atMs: clock.nowMs() + 960_000 }),
    ],
    [
      "an x-amz header that is not signed",
      "AccessDenied",
      () => call("GET", "/uploads/plain", [], [], "", { unsigned: [["x-amz-checksum-mode", "ENABLED"]] }),
    ],
    [
      "another body than signed",
      "XAmzContentSHA256Mismatch",
      () => call("PUT", "/uploads/new", [], [], "body", { payloadHash: sha256Hex("other") }),
    ],
  ])("refuses %s: %s", async (_case, code, attack) => {
    const answer = await attack();
    expect(codeOf(answer)).toBe(code);
    expect(codeOf(await call("GET", "/uploads/new"))).toBe("NoSuchKey");
  });

  it.each([
    ["the method", (r: ReturnType<typeof signed>) => send("HEAD", r.target, r.headers)],
    ["the key", (r: ReturnType<typeof signed>) => send("GET", r.target.replace("plain", "plaim"), r.headers)],
    [
      "the query",
      (r: ReturnType<typeof signed>) => send("GET", `${r.target}?response-content-type=text/html`, r.headers),
    ],
    [
      "the host",
      (r: ReturnType<typeof signed>) =>
        send(
          "GET",
          r.target,
          r.headers.map(([n, v]) => (n === "host" ? [n, "evil.example"] : [n, v])),
        ),
    ],
    [
      "the date",
      (r: ReturnType<typeof signed>) =>
        send(
          "GET",
          r.target,
          r.headers.map(([n = "", v = ""]) => (n === "x-amz-date" ? [n, timestampOf(clock.nowMs() + 1_000)] : [n, v])),
        ),
    ],
  ])("refuses a request of which %s was changed after signing", async (_case, attack) => {
    await call("PUT", "/uploads/plain", [], [], "x");
    const answer = await attack(signed("GET", "/uploads/plain", [], [], ""));
    expect(answer.status).toBe(403);
  });

  it.each([
    "AWS4-HMAC-SHA256",
    "Bearer x",
    "AWS4-HMAC-SHA256 Credential=a",
    "AWS4-HMAC-SHA256 Credential=a/b/c/d/e, Credential=x",
    "AWS4-HMAC-SHA256 =,=,=",
  ])("answers the malformed authorization %j with a 4xx", async (authorization) => {
    const answer = await send("GET", "/uploads/plain", [
      host(),
      ["x-amz-date", timestampOf(clock.nowMs())],
      ["authorization", authorization],
    ]);
    expect(codeOf(answer)).toBe("AuthorizationHeaderMalformed");
  });

  it("answers a giant header and broken HTTP without falling over", async () => {
    expect((await send("GET", "/uploads/plain", [host(), ["x-amz-meta-x", "a".repeat(20_000)]])).status).toBe(431);
    expect(codeOf(await send("GET", "/uploads/%E0%A4%A", [host()]))).toBe("InvalidURI");
    expect((await call("GET", "/uploads/plain")).status).toBe(200);
  });
});

describe("presigned requests", () => {
  const put = async (Key: string, body: string, expiresIn = 60) => {
    const headers: Pairs = [
      ["content-type", "application/pdf"],
      ["if-none-match", "*"],
      ["x-amz-checksum-sha256", base64Sha256(body)],
    ];
    const url = await getSignedUrl(
      signer,
      new PutObjectCommand({
        Bucket: "uploads",
        Key,
        ContentLength: body.length,
        ContentType: "application/pdf",
        IfNoneMatch: "*",
        ChecksumSHA256: base64Sha256(body),
      }),
      signing(expiresIn, ["content-length", ...headers.map(([name]) => name)]),
    );
    return { target: targetOf(url), headers: [host(), ...headers, ["content-length", String(body.length)]] as Pairs };
  };

  it("dies when it expires", async () => {
    const { target, headers } = await put("expiring", "12345", 60);
    clock.advance(61_000);
    const answer = await send("PUT", target, headers, "12345");
    expect([answer.status, codeOf(answer)]).toEqual([403, "AccessDenied"]);
  });

  it.each([
    ["another key", (t: string) => t.replace("slot", "slat")],
    ["a longer life", (t: string) => t.replace("X-Amz-Expires=60", "X-Amz-Expires=600")],
    ["a later date", (t: string) => t.replace(/X-Amz-Date=\w+/, `X-Amz-Date=${timestampOf(clock.nowMs() + 1_000)}`)],
    ["a cut signature", (t: string) => t.replace(/(X-Amz-Signature=[0-9a-f]{10})[0-9a-f]*/, "$1")],
    ["fewer signed headers", (t: string) => t.replace(/X-Amz-SignedHeaders=[^&]*/, "X-Amz-SignedHeaders=host")],
    ["two signatures", (t: string) => `${t}&X-Amz-Signature=${"0".repeat(64)}`],
    ["an added parameter", (t: string) => `${t}&acl=`],
  ])("cannot be bent to %s", async (_case, bend) => {
    const { target, headers } = await put("slot", "12345");
    const answer = await send("PUT", bend(target), headers, "12345");
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(codeOf(await call("GET", "/uploads/slot"))).toBe("NoSuchKey");
  });

  it("must sign its length", async () => {
    const url = await getSignedUrl(signer, new PutObjectCommand({ Bucket: "uploads", Key: "unbounded" }), {
      signingDate: new Date(clock.nowMs()),
    });
    const answer = await send("PUT", targetOf(url), [host(), ["content-length", "3"]], "abc");
    expect(codeOf(answer)).toBe("AccessDenied");
  });

  it("may neither list nor delete", async () => {
    await call("PUT", "/uploads/kept", [], [], "x");
    const remove = await getSignedUrl(signer, new DeleteObjectCommand({ Bucket: "uploads", Key: "kept" }), signing());
    expect(codeOf(await send("DELETE", targetOf(remove), [host()]))).toBe("AccessDenied");
    const list = await getSignedUrl(signer, new ListObjectsV2Command({ Bucket: "uploads" }), signing());
    expect(codeOf(await send("GET", targetOf(list), [host()]))).toBe("AccessDenied");
    expect((await call("GET", "/uploads/kept")).status).toBe(200);
  });

  it("serves an object as inert bytes, and HEAD without them", async () => {
    await call("PUT", "/uploads/page.html", [], [["content-type", "text/html"]], "<script>");
    const answer = await send(
      "GET",
      targetOf(await getSignedUrl(signer, new GetObjectCommand({ Bucket: "uploads", Key: "page.html" }), signing())),
      [host()],
    );
    expect(answer.headers).toMatchObject({
      "content-disposition": "attachment",
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
    });
    const head = await send(
      "HEAD",
      targetOf(await getSignedUrl(signer, new HeadObjectCommand({ Bucket: "uploads", Key: "page.html" }), signing())),
      [host()],
    );
    expect(head).toMatchObject({ status: 200, body: "", headers: { "content-length": "8" } });
  });

  it("works from a page of the UI's origin, preflight included, and from no other", async () => {
    const { target, headers } = await put("from-browser", "12345");
    const preflight = (origin: string, method: string, names: string) =>
      send("OPTIONS", target, [
        host(),
        ["origin", origin],
        ["access-control-request-method", method],
        ["access-control-request-headers", names],
      ]);
    const ours = "content-type,if-none-match,x-amz-checksum-sha256";
    expect(await preflight(uiOrigin, "PUT", ours)).toMatchObject({
      status: 204,
      headers: {
        "access-control-allow-origin": uiOrigin,
        "access-control-allow-methods": expect.stringContaining("PUT"),
      },
    });
    for (const [origin, method, names] of [
      ["https://evil.example", "PUT", ours],
      [uiOrigin, "DELETE", ""],
      [uiOrigin, "PUT", "authorization"],
    ] as const) {
      const refused = await preflight(origin, method, names);
      expect(refused.status).toBe(403);
      expect(refused.headers["access-control-allow-origin"]).toBeUndefined();
    }
    const sent = headers.filter(([name]) => name !== "host" && name !== "content-length");
    const answer = await fetch(`${origin()}${target}`, {
      method: "PUT",
      headers: [...sent.map(([n, v]): [string, string] => [n, v]), ["origin", uiOrigin]],
      body: "12345",
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("access-control-allow-origin")).toBe(uiOrigin);
    const foreign = await send("GET", "/uploads/x", [host(), ["origin", "https://evil.example"]]);
    expect(foreign.headers["access-control-allow-origin"]).toBeUndefined();
  });
});
