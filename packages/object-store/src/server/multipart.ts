import { createHash } from "node:crypto";
import { type ChecksumName, checksumNames, compositeChecksum, createSummer } from "./checksum.ts";
import { readWriteCondition } from "./conditions.ts";
import type { RequestHead } from "./http-request.ts";
import type { MultipartUpload, StoredPart } from "./multipart-storage.ts";
import {
  completedXml,
  copiedPartXml,
  initiatedXml,
  type NamedPart,
  partsXml,
  readCompleteXml,
  uploadsXml,
} from "./multipart-xml.ts";
import {
  type Call,
  checksumHeaders,
  type Operation,
  type OperationDeps,
  openCopySource,
  readRange,
  receiveText,
  sendXml,
} from "./operations.ts";
import { receiveBody } from "./receive-body.ts";
import { S3Error } from "./s3-error.ts";

const maxPartNumber = 10_000;
const maxPerPage = 1_000;
const maxCompleteBodyBytes = 4_194_304;

export const createUpload: Operation = async (deps, { response, head, bucket, key }) => {
  const type = head.header("x-amz-checksum-type");
  if (type !== undefined && type !== "COMPOSITE" && type !== "FULL_OBJECT")
    throw new S3Error("InvalidRequest", "x-amz-checksum-type must be COMPOSITE or FULL_OBJECT.");
  const upload = await deps.storage.multipart.create({
    bucket,
    key,
    contentType: head.header("content-type") ?? "application/octet-stream",
    checksum: readAlgorithm(head),
    initiatedMs: deps.nowMs(),
  });
  sendXml(response, 200, initiatedXml(upload));
};

function readAlgorithm(head: RequestHead): ChecksumName | null {
  const text = head.header("x-amz-checksum-algorithm");
  if (text === undefined) return null;
  const name = checksumNames.find((candidate) => candidate === text.toLowerCase());
  if (name === undefined) throw new S3Error("InvalidRequest", "This checksum algorithm is not supported.");
  return name;
}

const findUpload = (deps: OperationDeps, { head, bucket, key }: Call): Promise<MultipartUpload> =>
  deps.storage.multipart.find(bucket, key, head.parameter("uploadId") ?? "");

function readPartNumber(head: RequestHead): number {
  const number = Number(head.parameter("partNumber"));
  if (!Number.isInteger(number) || number < 1 || number > maxPartNumber)
    throw new S3Error("InvalidArgument", `Part number must be an integer between 1 and ${maxPartNumber}, inclusive.`);
  return number;
}

export const uploadPart: Operation = async (deps, call) => {
  const { request, response, head, auth } = call;
  const upload = await findUpload(deps, call);
  const number = readPartNumber(head);
  const incoming = await deps.storage.multipart.beginPart(upload.id);
  try {
    const body = await receiveBody(request, head, auth, { maxBytes: deps.maxObjectBytes, sink: incoming.write });
    const { sizeBytes, md5Hex: etag, checksums } = body;
    const part: StoredPart = { number, sizeBytes, etag, checksums, modifiedMs: deps.nowMs() };
    await incoming.commit(part);
    response.writeHead(200, { etag: `"${etag}"`, ...checksumHeaders(part) }).end();
  } finally {
    await incoming.discard();
  }
};

export const copyPart: Operation = async (deps, call) => {
  const { response, head } = call;
  const upload = await findUpload(deps, call);
  const number = readPartNumber(head);
  const object = await openCopySource(deps, head);
  const text = head.header("x-amz-copy-source-range");
  try {
    const range = readRange(text, object.meta.sizeBytes);
    if (text !== undefined && range === undefined)
      throw new S3Error("InvalidArgument", "x-amz-copy-source-range must be bytes=first-last.");
    const incoming = await deps.storage.multipart.beginPart(upload.id);
    try {
      const sums = createSums(upload);
      for await (const bytes of object.read(range) as AsyncIterable<Buffer>) {
        if (sums.sizeBytes() + bytes.length > deps.maxObjectBytes) throw tooLarge(deps);
        sums.update(bytes);
        await incoming.write(bytes);
      }
      const part: StoredPart = { number, ...sums.digest(), modifiedMs: deps.nowMs() };
      await incoming.commit(part);
      sendXml(response, 200, copiedPartXml(part));
    } finally {
      await incoming.discard();
    }
  } finally {
    await object.close();
  }
};

/** Size, MD5, SHA-256 and what the upload is checked with, of bytes that pass. */
function createSums({ checksum }: MultipartUpload, others: readonly ChecksumName[] = []) {
  const md5 = createHash("md5");
  const names = new Set<ChecksumName>(["sha256", ...(checksum === null ? [] : [checksum]), ...others]);
  const summers = [...names].map((name) => ({ name, summer: createSummer(name) }));
  let sizeBytes = 0;
  return {
    sizeBytes: () => sizeBytes,
    update(bytes: Uint8Array) {
      sizeBytes += bytes.length;
      md5.update(bytes);
      for (const { summer } of summers) summer.update(bytes);
    },
    digest: () => ({
      sizeBytes,
      etag: md5.digest("hex"),
      checksums: Object.fromEntries(summers.map(({ name, summer }) => [name, summer.digest()])),
    }),
  };
}

export const listParts: Operation = async (deps, call) => {
  const { response, head } = call;
  const upload = await findUpload(deps, call);
  const after = readCount(head, "part-number-marker", 0);
  const maxParts = Math.min(readCount(head, "max-parts", maxPerPage), maxPerPage);
  const left = (await deps.storage.multipart.parts(upload.id)).filter((part) => part.number > after);
  const parts = left.slice(0, maxParts);
  const isTruncated = maxParts > 0 && parts.length < left.length;
  sendXml(response, 200, partsXml(upload, { parts, after, maxParts, isTruncated }));
};

export const listUploads: Operation = async (deps, { response, head, bucket }) => {
  const prefix = head.parameter("prefix") ?? "";
  const keyMarker = head.parameter("key-marker") ?? "";
  const uploadIdMarker = keyMarker === "" ? "" : (head.parameter("upload-id-marker") ?? "");
  const maxUploads = Math.min(readCount(head, "max-uploads", maxPerPage), maxPerPage);
  const all = await deps.storage.multipart.list(bucket, prefix);
  const marked = all.findIndex((upload) => upload.key === keyMarker && upload.id === uploadIdMarker);
  const left =
    marked >= 0
      ? all.slice(marked + 1)
      : all.filter((upload) => Buffer.compare(Buffer.from(upload.key), Buffer.from(keyMarker)) > 0);
  const uploads = left.slice(0, maxUploads);
  sendXml(
    response,
    200,
    uploadsXml(bucket, {
      uploads,
      prefix,
      keyMarker,
      uploadIdMarker,
      maxUploads,
      isTruncated: maxUploads > 0 && uploads.length < left.length,
      isUrlEncoded: head.parameter("encoding-type") === "url",
    }),
  );
};

function readCount(head: RequestHead, name: string, standard: number): number {
  const text = head.parameter(name) ?? String(standard);
  if (!/^\d{1,9}$/.test(text)) throw new S3Error("InvalidArgument", `${name} is not a number.`);
  return Number(text);
}

export const abortUpload: Operation = async (deps, call) => {
  const upload = await findUpload(deps, call);
  await deps.storage.multipart.remove(upload.id);
  call.response.writeHead(204).end();
};

/** The parts as one object, checked once more while they are put together. An upload that was completed is gone. */
export const completeUpload: Operation = async (deps, call) => {
  const { response, head, bucket, key } = call;
  const upload = await findUpload(deps, call);
  const condition = readWriteCondition(head);
  const named = readCompleteXml(await receiveText(withoutChecksums(call), maxCompleteBodyBytes));
  const parts = checkParts(deps, named, await deps.storage.multipart.parts(upload.id));
  const sizeBytes = parts.reduce((sum, part) => sum + part.sizeBytes, 0);
  if (sizeBytes > deps.maxObjectBytes) throw tooLarge(deps);
  const announcedSize = head.header("x-amz-mp-object-size");
  if (announcedSize !== undefined && announcedSize !== String(sizeBytes))
    throw new S3Error("InvalidRequest", "x-amz-mp-object-size is not the size of the parts.");
  const announced = checksumNames.flatMap((name) => {
    const value = head.header(`x-amz-checksum-${name}`);
    return value === undefined ? [] : [{ name, value }];
  });

  const sums = createSums(
    upload,
    announced.map(({ name }) => name),
  );
  const incoming = await deps.storage.begin(bucket);
  try {
    for (const part of parts) {
      const stored = await deps.storage.multipart.openPart(upload.id, part.number);
      if (stored === null) throw invalidPart();
      const body = stored.read();
      try {
        if (stored.meta.etag !== part.etag) throw invalidPart(); // replaced a moment ago
        for await (const bytes of body as AsyncIterable<Buffer>) {
          sums.update(bytes);
          await incoming.write(bytes);
        }
      } finally {
        body.destroy();
      }
    }
    const { checksums } = sums.digest();
    for (const { name, value } of announced) {
      const actual = value.includes("-") ? composite(name, parts) : checksums[name];
      if (actual !== value)
        throw new S3Error("BadDigest", `The ${name} you specified did not match the calculated checksum.`);
    }
    const meta = {
      key,
      sizeBytes,
      etag: etagOf(parts),
      contentType: upload.contentType,
      checksums,
      modifiedMs: deps.nowMs(),
    };
    await incoming.commit(meta, condition);
    await deps.storage.multipart.remove(upload.id);
    sendXml(response, 200, completedXml(bucket, meta));
  } finally {
    await incoming.discard();
  }
};

/** Checksum headers of CompleteMultipartUpload speak of the object, not of the XML they come with. */
const withoutChecksums = (call: Call): Call => ({
  ...call,
  head: { ...call.head, headers: call.head.headers.filter(([name]) => !name.startsWith("x-amz-checksum-")) },
});

function checkParts(deps: OperationDeps, named: readonly NamedPart[], stored: readonly StoredPart[]): StoredPart[] {
  const byNumber = new Map(stored.map((part) => [part.number, part]));
  return named.map(({ number, etag, checksums }, index) => {
    const part = byNumber.get(number);
    const isSame =
      part?.etag === etag &&
      checksumNames.every((name) => !checksums[name] || checksums[name] === part.checksums[name]);
    if (part === undefined || !isSame) throw invalidPart();
    if (part.sizeBytes < deps.minPartBytes && index < named.length - 1)
      throw new S3Error("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size.");
    return part;
  });
}

function composite(name: ChecksumName, parts: readonly StoredPart[]): string | undefined {
  const each = parts.flatMap((part) => part.checksums[name] ?? []);
  return each.length === parts.length ? compositeChecksum(name, each) : undefined;
}

const etagOf = (parts: readonly StoredPart[]): string => {
  const md5 = createHash("md5");
  for (const part of parts) md5.update(Buffer.from(part.etag, "hex"));
  return `${md5.digest("hex")}-${parts.length}`;
};
const invalidPart = (): S3Error =>
  new S3Error("InvalidPart", "One or more of the specified parts could not be found or did not match.");
const tooLarge = (deps: OperationDeps): S3Error =>
  new S3Error(
    "EntityTooLarge",
    `Your proposed upload exceeds the maximum allowed size of ${deps.maxObjectBytes} bytes.`,
  );
