import { createHash } from "node:crypto";
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { describe, expect, it } from "vitest";
import {
  call,
  codeOf,
  host,
  maxObjectBytes,
  sdk,
  send,
  signer,
  signing,
  targetOf,
  useRawS3,
} from "../contract/raw-s3.ts";

useRawS3();

const Bucket = "uploads";
const refusal = (name: string) => expect.objectContaining({ name });
const partOf = (fill: string, size = 1_500) => Buffer.alloc(size, fill);

async function begin(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
  const { UploadId } = await sdk.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
  return {
    Bucket,
    Key,
    UploadId,
    put: (PartNumber: number, Body: Buffer | string): Promise<CompletedPart> =>
      sdk
        .send(
          new UploadPartCommand({
            Bucket,
            Key,
            UploadId,
            PartNumber,
            Body,
            ...(more.ChecksumAlgorithm && { ChecksumAlgorithm: more.ChecksumAlgorithm }),
          }),
        )
        .then(({ $metadata: _, ...part }) => ({ PartNumber, ...part })),
    complete: (Parts: CompletedPart[], also: object = {}) =>
      sdk.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...also })),
  };
}
const bodyOf = async (Key: string): Promise<Buffer> => {
  const got = await sdk.send(new GetObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" })); // the SDK checks the checksum
  return Buffer.from((await got.Body?.transformToByteArray()) ?? []);
};

describe("multipart uploads", () => {
  it.each(["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"] as const)(
    "become one object, checked part by part and as a whole (%s)",
    async (ChecksumAlgorithm) => {
      const Key = `whole-${ChecksumAlgorithm}`;
      const upload = await begin(Key, { ChecksumAlgorithm, ContentType: "application/pdf" });
      const bodies = [partOf("a"), partOf("b"), partOf("c", 10)];
      const parts = [
        await upload.put(1, bodies[0] ?? ""),
        await upload.put(7, bodies[1] ?? ""),
        await upload.put(9_999, bodies[2] ?? ""),
      ];
      expect(await sdk.send(new HeadObjectCommand({ Bucket, Key })).catch((error) => error.name)).toBe("NotFound");
      const done = await upload.complete(parts, { MpuObjectSize: 3_010 });
      const whole = Buffer.concat(bodies);
      const md5s = bodies.map((body) => createHash("md5").update(body).digest());
      const etag = `"${createHash("md5").update(Buffer.concat(md5s)).digest("hex")}-3"`;
      expect(done.ETag).toBe(etag);
      expect((await bodyOf(Key)).equals(whole)).toBe(true);
      expect(await sdk.send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: "ENABLED" }))).toMatchObject({
        ETag: etag,
        ContentType: "application/pdf",
        ContentLength: whole.length,
        ChecksumSHA256: createHash("sha256").update(whole).digest("base64"),
        ChecksumType: "FULL_OBJECT",
      });
      await expect(upload.complete(parts)).rejects.toEqual(refusal("NoSuchUpload"));
    },
  );

  it("take a part again, its last bytes counting, and list what has come page by page", async () => {
    const upload = await begin("again");
    await upload.put(2, partOf("x"));
    const first = await upload.put(1, partOf("1"));
    const second = await upload.put(2, partOf("2"));
    const third = await upload.put(3, "end");
    const { Key, UploadId } = upload;
    const page = await sdk.send(new ListPartsCommand({ Bucket, Key, UploadId, MaxParts: 2 }));
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: "2" });
    expect(page.Parts?.map(({ PartNumber, Size, ETag }) => [PartNumber, Size, ETag])).toEqual([
      [1, 1_500, first.ETag],
      [2, 1_500, second.ETag],
    ]);
    const rest = await sdk.send(new ListPartsCommand({ Bucket, Key, UploadId, PartNumberMarker: "2" }));
    expect(rest.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3]);
    await upload.complete([first, second, third]);
    expect((await bodyOf("again")).equals(Buffer.concat([partOf("1"), partOf("2"), Buffer.from("end")]))).toBe(true);
  });

  it("may leave parts out, and make an object of a single small one", async () => {
    const upload = await begin("single");
    await upload.put(1, partOf("no"));
    await upload.complete([await upload.put(2, "tiny")]);
    expect((await bodyOf("single")).toString()).toBe("tiny");
  });

  it("take parts from objects that are there, whole or a range, on condition", async () => {
    await sdk.send(new PutObjectCommand({ Bucket: "artifacts", Key: "source", Body: "0123456789".repeat(200) }));
    const { ETag } = await sdk.send(new HeadObjectCommand({ Bucket: "artifacts", Key: "source" }));
    const upload = await begin("from-copies");
    const { Key, UploadId } = upload;
    const copy = (PartNumber: number, more: object = {}) =>
      sdk
        .send(new UploadPartCopyCommand({ Bucket, Key, UploadId, PartNumber, CopySource: "artifacts/source", ...more }))
        .then(({ CopyPartResult }) => ({ PartNumber, ETag: CopyPartResult?.ETag }));
    const parts = [await copy(1, { CopySourceIfMatch: ETag }), await copy(2, { CopySourceRange: "bytes=3-5" })];
    await expect(copy(3, { CopySourceIfMatch: '"other"' })).rejects.toEqual(refusal("PreconditionFailed"));
    await expect(copy(3, { CopySourceRange: "bytes=9000-9001" })).rejects.toEqual(refusal("InvalidRange"));
    await expect(copy(3, { CopySourceRange: "lines=1-2" })).rejects.toEqual(refusal("InvalidArgument"));
    await expect(copy(3, { CopySource: "artifacts/absent" })).rejects.toEqual(refusal("NoSuchKey"));
    await upload.complete(parts);
    expect((await bodyOf("from-copies")).toString()).toBe(`${"0123456789".repeat(200)}345`);
  });

  it("are refused with S3's code for what is wrong, and stay as they were", async () => {
    const upload = await begin("wrong", { ChecksumAlgorithm: "SHA256" });
    const [one, small, three] = [
      await upload.put(1, partOf("1")),
      await upload.put(2, "small"),
      await upload.put(3, partOf("3")),
    ];
    for (const [parts, code] of [
      [[three, one], "InvalidPartOrder"],
      [[one, one], "InvalidPartOrder"],
      [[one, { ...three, PartNumber: 4 }], "InvalidPart"],
      [[one, { ...three, ETag: '"0123"' }], "InvalidPart"],
      [[one, { ...three, ChecksumSHA256: one.ChecksumSHA256 }], "InvalidPart"],
      [[small, three], "EntityTooSmall"],
      [[], "MalformedXML"],
    ] as [CompletedPart[], string][])
      await expect(upload.complete(parts)).rejects.toEqual(refusal(code));
    await expect(upload.complete([one, three], { MpuObjectSize: 1 })).rejects.toEqual(refusal("InvalidRequest"));
    await expect(upload.complete([one, three], { ChecksumSHA256: `${one.ChecksumSHA256}` })).rejects.toEqual(
      refusal("BadDigest"),
    );
    await expect(upload.complete([one, three], { ChecksumSHA256: `${one.ChecksumSHA256}-2` })).rejects.toEqual(
      refusal("BadDigest"),
    );
    await expect(upload.put(0, "x")).rejects.toEqual(refusal("InvalidArgument"));
    await expect(upload.put(10_001, "x")).rejects.toEqual(refusal("InvalidArgument"));
    await expect(bodyOf("wrong")).rejects.toEqual(refusal("NoSuchKey"));
    const digests = [one, three].map((part) => Buffer.from(part.ChecksumSHA256 ?? "", "base64"));
    const composite = createHash("sha256").update(Buffer.concat(digests)).digest("base64");
    await upload.complete([one, three], { ChecksumSHA256: `${composite}-2`, ChecksumType: "COMPOSITE" });
    expect(await bodyOf("wrong")).toHaveLength(3_000);
  });

  it("grow no larger together than one object may", async () => {
    const upload = await begin("huge");
    const half = Buffer.alloc(maxObjectBytes / 2 + 1);
    const parts = [await upload.put(1, half), await upload.put(2, half)];
    await expect(upload.complete(parts)).rejects.toEqual(refusal("EntityTooLarge"));
  });

  it("can be given up, and then know nothing more", async () => {
    const upload = await begin("given-up");
    const part = await upload.put(1, "x");
    const { Key, UploadId } = upload;
    await sdk.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    for (const again of [
      () => upload.put(1, "x"),
      () => upload.complete([part]),
      () => sdk.send(new ListPartsCommand({ Bucket, Key, UploadId })),
      () => sdk.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })),
    ])
      await expect(again()).rejects.toEqual(refusal("NoSuchUpload"));
  });

  it("belong to one bucket and key, and to no path", async () => {
    const { UploadId = "" } = await begin("mine");
    for (const [bucket, key, id] of [
      ["uploads", "theirs", UploadId],
      ["artifacts", "mine", UploadId],
      ["uploads", "mine", "../mine"],
      ["uploads", "mine", ""],
      ["uploads", "mine", "0".repeat(32)],
    ] as const)
      expect(
        codeOf(
          await call(
            "PUT",
            `/${bucket}/${key}`,
            [
              ["partNumber", "1"],
              ["uploadId", id],
            ],
            [],
            "x",
          ),
        ),
      ).toBe("NoSuchUpload");
  });

  it("honour what must hold of the key when they are completed", async () => {
    await sdk.send(new PutObjectCommand({ Bucket, Key: "taken", Body: "before" }));
    const upload = await begin("taken");
    const part = await upload.put(1, "after");
    await expect(upload.complete([part], { IfNoneMatch: "*" })).rejects.toEqual(refusal("PreconditionFailed"));
    await expect(upload.complete([part], { IfMatch: '"other"' })).rejects.toEqual(refusal("PreconditionFailed"));
    expect((await bodyOf("taken")).toString()).toBe("before");
    await upload.complete([part], { IfMatch: createHash("md5").update("before").digest("hex") });
    expect((await bodyOf("taken")).toString()).toBe("after");
  });

  it("are listed by key while they last", async () => {
    const begun = [await begin("list/b"), await begin("list/a"), await begin("list/c"), await begin("other")];
    const list = (more: object) =>
      sdk.send(new ListMultipartUploadsCommand({ Bucket: "uploads", Prefix: "list/", EncodingType: "url", ...more }));
    const page = await list({ MaxUploads: 2 });
    expect(page).toMatchObject({ IsTruncated: true, NextKeyMarker: "list/b", NextUploadIdMarker: begun[0]?.UploadId });
    expect(page.Uploads?.map(({ Key }) => Key)).toEqual(["list/a", "list/b"]);
    const rest = await list({ KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker });
    expect(rest.Uploads?.map(({ Key, UploadId }) => [Key, UploadId])).toEqual([["list/c", begun[2]?.UploadId]]);
    expect(rest.IsTruncated).toBe(false);
  });

  it("let exactly one of two completions and one abortion win, whole", async () => {
    for (let round = 0; round < 10; round++) {
      const Key = `race-${round}`;
      const upload = await begin(Key);
      const parts = [await upload.put(1, partOf("1")), await upload.put(2, partOf("2"))];
      const outcomes = await Promise.allSettled([
        upload.complete(parts, { IfNoneMatch: "*" }),
        upload.complete(parts, { IfNoneMatch: "*" }),
        sdk.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: upload.UploadId })),
      ]);
      const completed = outcomes.slice(0, 2).filter(({ status }) => status === "fulfilled").length;
      expect(completed).toBeLessThanOrEqual(1);
      if (completed === 1) expect(await bodyOf(Key)).toHaveLength(3_000);
      else await expect(bodyOf(Key)).rejects.toEqual(refusal("NoSuchKey"));
    }
  });

  it("are nothing a presigned request may do", async () => {
    const { Key, UploadId } = await begin("presigned");
    for (const command of [
      new CreateMultipartUploadCommand({ Bucket, Key }),
      new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1 }),
      new ListPartsCommand({ Bucket, Key, UploadId }),
    ]) {
      const url = await getSignedUrl(signer, command as UploadPartCommand, signing());
      const method =
        command instanceof CreateMultipartUploadCommand ? "POST" : command instanceof ListPartsCommand ? "GET" : "PUT";
      expect(codeOf(await send(method, targetOf(url), [host()]))).toBe("AccessDenied");
    }
  });

  it.each([
    ["<CompleteMultipartUpload>", "MalformedXML"],
    ["<!DOCTYPE x [<!ENTITY a 'b'>]><CompleteMultipartUpload/>", "MalformedXML"],
    ["<CompleteMultipartUpload><Part><ETag>a</ETag></Part></CompleteMultipartUpload>", "MalformedXML"],
    [
      "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>a</ETag><X>1</X></Part></CompleteMultipartUpload>",
      "NotImplemented",
    ],
    ["{}", "MalformedXML"],
  ])("answer the body %s with %s", async (body, code) => {
    const { UploadId = "" } = await begin("malformed");
    expect(codeOf(await call("POST", "/uploads/malformed", [["uploadId", UploadId]], [], body))).toBe(code);
  });
});
