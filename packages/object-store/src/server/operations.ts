import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import type { Authenticated } from "./authenticate.ts";
import { checksumNames } from "./checksum.ts";
import { copySourceFails, readOutcome, readWriteCondition } from "./conditions.ts";
import { type FileStorage, preconditionFailed } from "./file-storage.ts";
import type { RequestHead } from "./http-request.ts";
import type { StoredMeta, StoredObject } from "./object-file.ts";
import { receiveBody } from "./receive-body.ts";
import { S3Error } from "./s3-error.ts";
import { copyXml, deletedXml, listingXml, readDeleteXml } from "./xml.ts";

/** One authenticated request on a bucket that exists. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly head: RequestHead;
  readonly auth: Authenticated;
  readonly bucket: string;
  /** Empty for the bucket itself. */
  readonly key: string;
}

export interface OperationDeps {
  readonly storage: FileStorage;
  readonly buckets: readonly string[];
  readonly maxObjectBytes: number;
  /** Of every part of an upload but its last. */
  readonly minPartBytes: number;
  readonly nowMs: () => number;
}

export type Operation = (deps: OperationDeps, call: Call) => Promise<void>;

/** Never run, framed or sniffed by a browser, whoever wrote the object (SECURITY.md, "Content is hostile"). */
const inertHeaders = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "sandbox; default-src 'none'",
  "cross-origin-resource-policy": "cross-origin",
} as const;
const maxDeleteBodyBytes = 2_097_152;
const maxKeysPerPage = 1_000;

export const putObject: Operation = async (deps, { request, response, head, auth, bucket, key }) => {
  const condition = readWriteCondition(head);
  if (condition.ifAbsent) await refuseExisting(deps.storage, bucket, key); // before the body, to spare it; `commit` decides
  const incoming = await deps.storage.begin(bucket);
  try {
    const body = await receiveBody(request, head, auth, { maxBytes: deps.maxObjectBytes, sink: incoming.write });
    const meta: StoredMeta = {
      key,
      sizeBytes: body.sizeBytes,
      etag: body.md5Hex,
      contentType: head.header("content-type") ?? "application/octet-stream",
      checksums: body.checksums,
      modifiedMs: deps.nowMs(),
    };
    await incoming.commit(meta, condition);
    response.writeHead(200, { etag: `"${meta.etag}"`, ...checksumHeaders(meta) }).end();
  } finally {
    await incoming.discard();
  }
};

async function refuseExisting(storage: FileStorage, bucket: string, key: string): Promise<void> {
  const existing = await storage.open(bucket, key);
  if (!existing) return;
  await existing.close();
  throw preconditionFailed();
}

export const copyObject: Operation = async (deps, { response, head, bucket, key }) => {
  const directive = head.header("x-amz-metadata-directive") ?? "COPY";
  if (directive !== "COPY" && directive !== "REPLACE")
    throw new S3Error("InvalidArgument", "x-amz-metadata-directive must be COPY or REPLACE.");
  const condition = readWriteCondition(head);
  const source = readCopySource(head.header("x-amz-copy-source") ?? "");
  if (directive === "COPY" && source.bucket === bucket && source.key === key)
    throw new S3Error("InvalidRequest", "An object can only be copied onto itself with other metadata.");
  const object = await openCopySource(deps, head, source);
  try {
    const incoming = await deps.storage.begin(bucket);
    try {
      for await (const bytes of object.read() as AsyncIterable<Buffer>) await incoming.write(bytes);
      const contentType =
        directive === "REPLACE" ? (head.header("content-type") ?? "application/octet-stream") : object.meta.contentType;
      const meta: StoredMeta = { ...object.meta, key, contentType, modifiedMs: deps.nowMs() };
      await incoming.commit(meta, condition);
      sendXml(response, 200, copyXml(meta));
    } finally {
      await incoming.discard();
    }
  } finally {
    await object.close();
  }
};

/** What is opened here is what is copied, whatever is written to its key meanwhile. @throws S3Error `NoSuchKey`, `PreconditionFailed`. */
export async function openCopySource(
  deps: OperationDeps,
  head: RequestHead,
  source = readCopySource(head.header("x-amz-copy-source") ?? ""),
): Promise<StoredObject> {
  if (!deps.buckets.includes(source.bucket)) throw new S3Error("NoSuchBucket", "The specified bucket does not exist.");
  const object = await deps.storage.open(source.bucket, source.key);
  if (!object) throw new S3Error("NoSuchKey", "The specified key does not exist.");
  if (!copySourceFails(head, object.meta)) return object;
  await object.close();
  throw preconditionFailed();
}

function readCopySource(text: string): { bucket: string; key: string } {
  let path: string;
  try {
    path = decodeURIComponent(text).replace(/^\//, "");
  } catch {
    throw new S3Error("InvalidArgument", "x-amz-copy-source is not URL-encoded.");
  }
  const slash = path.indexOf("/");
  if (slash < 1 || slash === path.length - 1 || /[?]versionId=/.test(text))
    throw new S3Error("InvalidArgument", "x-amz-copy-source must be /bucket/key.");
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

/** GET and HEAD. */
export const getObject: Operation = async (deps, { response, head, bucket, key }) => {
  const object = await deps.storage.open(bucket, key);
  if (!object) throw new S3Error("NoSuchKey", "The specified key does not exist.");
  try {
    const { meta } = object;
    const outcome = readOutcome(head, meta);
    if (outcome === "failed") throw preconditionFailed();
    const about = { etag: `"${meta.etag}"`, "last-modified": new Date(meta.modifiedMs).toUTCString() };
    if (outcome === "not_modified") return void response.writeHead(304, about).end();
    const range = readRange(head.header("range"), meta.sizeBytes);
    const sizeBytes = range ? range.end - range.start + 1 : meta.sizeBytes;
    response.writeHead(range ? 206 : 200, {
      ...inertHeaders,
      "content-type": head.parameter("response-content-type") ?? meta.contentType,
      "content-disposition": head.parameter("response-content-disposition") ?? "attachment",
      "cache-control": head.parameter("response-cache-control") ?? "private, no-store",
      "content-length": sizeBytes,
      "accept-ranges": "bytes",
      ...about,
      ...(range ? { "content-range": `bytes ${range.start}-${range.end}/${meta.sizeBytes}` } : {}),
      // the checksum is of the whole object: a client would hold a part against it
      ...(!range && head.header("x-amz-checksum-mode") === "ENABLED" ? checksumHeaders(meta) : {}),
    });
    if (head.method === "HEAD") response.end();
    else await pipeline(object.read(range), response);
  } finally {
    await object.close();
  }
};

/** `bytes=a-b`, `bytes=a-`, `bytes=-n` (RFC 9110 §14.1.2); another unit or several ranges mean the whole body. */
export function readRange(text: string | undefined, sizeBytes: number): { start: number; end: number } | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(text ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return undefined;
  const start = match[1] === "" ? Math.max(0, sizeBytes - Number(match[2])) : Number(match[1]);
  const end = match[1] === "" || match[2] === "" ? sizeBytes - 1 : Math.min(Number(match[2]), sizeBytes - 1);
  if (start > end) throw new S3Error("InvalidRange", "The requested range is not satisfiable.");
  return { start, end };
}

/** Ours are always of the whole object, those made of parts too. */
export function checksumHeaders({ checksums }: Pick<StoredMeta, "checksums">): Record<string, string> {
  const headers: Record<string, string> = { "x-amz-checksum-type": "FULL_OBJECT" };
  for (const name of checksumNames) {
    const value = checksums[name];
    if (value !== undefined) headers[`x-amz-checksum-${name}`] = value;
  }
  return headers;
}

export const deleteObject: Operation = async (deps, { response, bucket, key }) => {
  await deps.storage.remove(bucket, key);
  response.writeHead(204).end();
};

/** A body that is held whole. */
export async function receiveText({ request, head, auth }: Call, maxBytes: number): Promise<string> {
  const parts: Uint8Array[] = [];
  await receiveBody(request, head, auth, { maxBytes, sink: (bytes) => void parts.push(bytes) });
  return Buffer.concat(parts).toString("utf8");
}

export const deleteObjects: Operation = async (deps, call) => {
  const { response, bucket } = call;
  const { keys, isQuiet } = readDeleteXml(await receiveText(call, maxDeleteBodyBytes));
  for (const key of keys) await deps.storage.remove(bucket, key);
  sendXml(response, 200, deletedXml(isQuiet ? [] : keys));
};

export const headBucket: Operation = async (_deps, { response }) => {
  response.writeHead(200).end();
};

/** ListObjectsV2. The continuation token is the last name given, base64url. */
export const listObjects: Operation = async (deps, { response, head, bucket }) => {
  const [prefix, delimiter, startAfter] = ["prefix", "delimiter", "start-after"].map(
    (name) => head.parameter(name) ?? "",
  );
  if (prefix === undefined || delimiter === undefined || startAfter === undefined) return;
  const asked = head.parameter("max-keys") ?? String(maxKeysPerPage);
  if (!/^\d{1,9}$/.test(asked)) throw new S3Error("InvalidArgument", "max-keys is not a number.");
  const maxKeys = Math.min(Number(asked), maxKeysPerPage);
  const continuationToken = head.parameter("continuation-token");
  const after = Buffer.from(
    continuationToken === undefined ? startAfter : Buffer.from(continuationToken, "base64url").toString("utf8"),
  );

  const objects: StoredMeta[] = [];
  const commonPrefixes: string[] = [];
  let last = "";
  let isTruncated = false;
  for (const meta of await deps.storage.list(bucket, prefix)) {
    const cut = delimiter === "" ? -1 : meta.key.indexOf(delimiter, prefix.length);
    const name = cut < 0 ? meta.key : meta.key.slice(0, cut + delimiter.length);
    if (name === last && cut >= 0) continue; // the same common prefix again
    if (Buffer.compare(Buffer.from(name), after) <= 0) continue;
    if (objects.length + commonPrefixes.length >= maxKeys) {
      isTruncated = maxKeys > 0;
      break;
    }
    if (cut < 0) objects.push(meta);
    else commonPrefixes.push(name);
    last = name;
  }
  sendXml(
    response,
    200,
    listingXml({
      bucket,
      prefix,
      delimiter,
      startAfter,
      continuationToken,
      nextToken: isTruncated ? Buffer.from(last).toString("base64url") : undefined,
      maxKeys,
      isUrlEncoded: head.parameter("encoding-type") === "url",
      objects,
      commonPrefixes,
    }),
  );
};

export function sendXml(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { "content-type": "application/xml", "content-length": Buffer.byteLength(xml) }).end(xml);
}
