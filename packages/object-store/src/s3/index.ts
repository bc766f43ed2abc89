import { createHash } from "node:crypto";
import { addAbortSignal, Readable } from "node:stream";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";
import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import {
  attachmentDisposition,
  type BucketNames,
  checkPresign,
  fullKey,
  fullPrefix,
  isUnderPrefix,
  limits,
  rangeHeader,
  relativeKey,
} from "../keys.ts";
import type { BucketName, ListedObject, ObjectInfo, ObjectStore, ObjectStream } from "../port.ts";
import { asAppError } from "./errors.ts";
import { asSource, sendSource } from "./source.ts";

export interface S3ObjectStoreOptions {
  readonly endpoint: string;
  /** What browsers reach; presigned URLs carry its origin. */
  readonly publicEndpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly buckets: BucketNames;
  /** `path` for our server and MinIO; `virtual` for AWS. */
  readonly addressing: "path" | "virtual";
  readonly maxPutBytes: number;
  /** Of one request to the store, without the body of a `get`. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
}

/** What the SDK has to say would go to the console; failures are thrown, and logged by whoever called. */
const nothing = (): void => {};
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

export interface S3ObjectStore extends ObjectStore {
  /** Asks for every bucket, as health does. @throws AppError `unavailable` or `upstream_failed`. */
  check(): Promise<void>;
  /** Closes idle connections. */
  close(): void;
}

/** The object store on any S3: our embedded server, MinIO, AWS. */
export function createS3ObjectStore(options: S3ObjectStoreOptions): S3ObjectStore {
  const { buckets, maxPutBytes, clock } = options;
  const clientFor = (endpoint: string): S3Client =>
    new S3Client({
      endpoint,
      region: options.region,
      credentials: { accessKeyId: options.accessKeyId, secretAccessKey: options.secretAccessKey },
      forcePathStyle: options.addressing === "path",
      logger: silent,
      // a checksum is always given by us (SHA-256); older S3 servers refuse the SDK's own extra ones
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
      maxAttempts: 3,
      requestHandler: {
        connectionTimeout: 5_000,
        requestTimeout: options.requestTimeoutMs,
        throwOnRequestTimeout: true,
      },
    });
  const client = clientFor(options.endpoint);
  const publicClient = clientFor(options.publicEndpoint); // signs only

  async function* listed(scope: TenantScope, bucket: string, prefix: string): AsyncGenerator<ListedObject> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token });
      const page = await client.send(command).catch(rethrow);
      for (const { Key, Size, ETag } of page.Contents ?? [])
        if (Key !== undefined) yield { key: relativeKey(scope, Key), sizeBytes: Size ?? 0, etag: unquote(ETag) };
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  async function open(
    scope: TenantScope,
    bucket: BucketName,
    key: string,
    signal: AbortSignal,
    range?: { readonly start: number; readonly end: number },
  ): Promise<ObjectStream> {
    const command = new GetObjectCommand({
      Bucket: buckets[bucket],
      Key: fullKey(scope, key),
      ...(range ? { Range: rangeHeader(range) } : { ChecksumMode: "ENABLED" as const }),
    });
    const reply = await client.send(command, { abortSignal: signal }).catch((error) => {
      signal.throwIfAborted();
      return rethrow(error);
    });
    const body = reply.Body;
    if (!(body instanceof Readable)) throw new AppError("upstream_failed", "The object store answered without a body.");
    const partBytes = reply.ContentLength;
    const sizeBytes = range ? wholeSize(reply.ContentRange, range) : partBytes;
    if (partBytes === undefined || sizeBytes === undefined) {
      body.destroy();
      throw new AppError("upstream_failed", "The object store did not say how large the object is.");
    }
    addAbortSignal(signal, body);
    return {
      sizeBytes,
      body: checkedBody(body, partBytes, range ? null : wholeChecksum(reply.ChecksumSHA256), signal),
    };
  }

  return {
    limits: { ...limits, maxPutBytes },
    async put(scope, bucket, key, body, { contentType }) {
      const fullName = fullKey(scope, key);
      const source = asSource(body);
      if (source.sizeBytes > maxPutBytes) throw tooLarge(maxPutBytes);
      const input = {
        Bucket: buckets[bucket],
        Key: fullName,
        ContentLength: source.sizeBytes,
        ContentType: contentType,
        ChecksumSHA256: Buffer.from(source.sha256, "hex").toString("base64"),
      };
      const send = (Body: Uint8Array | Readable, abortSignal?: AbortSignal) =>
        client.send(new PutObjectCommand({ ...input, Body }), { ...(abortSignal && { abortSignal }) }).catch(rethrow);
      const { ETag } = body instanceof Uint8Array ? await send(body) : await sendSource(body, send);
      const { sizeBytes, sha256 } = source;
      return { key, sizeBytes, etag: unquote(ETag), sha256, contentType };
    },

    async get(scope, bucket, key, { maxBytes, signal }) {
      const stop = new AbortController(); // its own: leaving early closes the connection
      const { body, sizeBytes } = await open(
        scope,
        bucket,
        key,
        signal ? AbortSignal.any([signal, stop.signal]) : stop.signal,
      );
      try {
        if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
        const parts: Uint8Array[] = [];
        for await (const part of body) parts.push(part); // the body holds to the size it announced
        return Buffer.concat(parts);
      } finally {
        stop.abort();
      }
    },
    read: open,

    async head(scope, bucket, key): Promise<ObjectInfo | null> {
      const command = new HeadObjectCommand({
        Bucket: buckets[bucket],
        Key: fullKey(scope, key),
        ChecksumMode: "ENABLED",
      });
      try {
        const reply = await client.send(command);
        return {
          key,
          sizeBytes: reply.ContentLength ?? 0,
          etag: unquote(reply.ETag),
          sha256: wholeChecksum(reply.ChecksumSHA256),
          contentType: reply.ContentType ?? null,
        };
      } catch (error) {
        const failure = asAppError(error);
        if (failure.code === "not_found") return null;
        throw failure;
      }
    },

    async copy(scope, from, to) {
      const source = `${buckets[from.bucket]}/${fullKey(scope, from.key)}`; // the port's alphabet needs no encoding
      const command = new CopyObjectCommand({
        Bucket: buckets[to.bucket],
        Key: fullKey(scope, to.key),
        CopySource: source,
        CopySourceIfMatch: from.etag,
      });
      await client.send(command).catch(rethrow);
    },

    async deletePrefix(scope, bucket, prefix) {
      const name = buckets[bucket];
      let count = 0;
      let batch: string[] = [];
      const flush = async (): Promise<void> => {
        if (batch.length === 0) return;
        const Objects = batch.map((key) => ({ Key: fullKey(scope, key) }));
        const reply = await client
          .send(new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } }))
          .catch(rethrow);
        const failed = reply.Errors?.[0];
        if (failed)
          throw new AppError("upstream_failed", "The object store could not delete every object.", {
            internal: { code: failed.Code },
          });
        count += batch.length;
        batch = [];
      };
      for await (const { key } of listed(scope, name, fullPrefix(scope, prefix))) {
        if (isUnderPrefix(prefix, key)) batch.push(key);
        if (batch.length === 1_000) await flush();
      }
      await flush();
      return count;
    },

    list: (scope, bucket, prefix) => listed(scope, buckets[bucket], fullPrefix(scope, prefix)),

    async presign(scope, bucket, key, request) {
      const target = { Bucket: buckets[bucket], Key: fullKey(scope, key) };
      checkPresign(request, maxPutBytes);
      const signedAtMs = Math.floor(clock.nowMs() / 1_000) * 1_000; // SigV4 dates have whole seconds
      const common = { expiresIn: request.expiresInSeconds, signingDate: new Date(signedAtMs) };
      const expiresAtMs = signedAtMs + request.expiresInSeconds * 1_000;
      if (request.method === "GET") {
        const command = new GetObjectCommand({
          ...target,
          ResponseContentDisposition: attachmentDisposition(request.filename),
          ResponseContentType: request.contentType,
          ResponseCacheControl: "private, no-store",
        });
        return { url: await getSignedUrl(publicClient, command, common), method: "GET", headers: {}, expiresAtMs };
      }
      const headers = {
        "content-type": request.contentType,
        "if-none-match": "*",
        "x-amz-checksum-sha256": Buffer.from(request.sha256, "hex").toString("base64"),
      };
      const command = new PutObjectCommand({
        ...target,
        ContentLength: request.sizeBytes,
        ContentType: request.contentType,
        IfNoneMatch: "*",
        ChecksumSHA256: headers["x-amz-checksum-sha256"],
      });
      const url = await getSignedUrl(publicClient, command, {
        ...common,
        signableHeaders: new Set(["host", "content-length", ...Object.keys(headers)]),
        unhoistableHeaders: new Set(["x-amz-checksum-sha256"]),
      });
      return { url, method: "PUT", headers, expiresAtMs };
    },

    async check() {
      for (const name of new Set(Object.values(buckets)))
        await client.send(new HeadBucketCommand({ Bucket: name })).catch(rethrow);
    },
    close() {
      client.destroy();
      publicClient.destroy();
    },
  };
}

/** The last chunk is given only once size and checksum are right: nobody gets a damaged object to its end. */
async function* checkedBody(
  body: Readable,
  sizeBytes: number,
  sha256: string | null,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const hash = createHash("sha256");
  let seenBytes = 0;
  let last: Uint8Array | null = null;
  try {
    for await (const part of body as AsyncIterable<Uint8Array>) {
      if (last) yield last;
      last = part;
      seenBytes += part.length;
      if (seenBytes > sizeBytes) break;
      hash.update(part);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw asAppError(error);
  } finally {
    body.destroy();
  }
  if (seenBytes !== sizeBytes)
    throw new AppError("unavailable", "The object store broke off in the middle of an object.");
  if (sha256 !== null && hash.digest("hex") !== sha256)
    throw new AppError("checksum_mismatch", "The stored object is damaged.");
  if (last) yield last;
}

/** The size after the slash of `bytes 0-9/100`; undefined where the store sent something else than was asked. */
function wholeSize(contentRange: string | undefined, { start }: { readonly start: number }): number | undefined {
  const match = /^bytes (\d+)-\d+\/(\d+)$/.exec(contentRange ?? "");
  return match && Number(match[1]) === start ? Number(match[2]) : undefined;
}

const unquote = (etag: string | undefined): string => (etag ?? "").replaceAll('"', "");

/** Base64 → hex; a multipart object's checksum of checksums (`…-3`) says nothing of the whole. */
function wholeChecksum(text: string | undefined): string | null {
  return text === undefined || text.includes("-") ? null : Buffer.from(text, "base64").toString("hex");
}

function rethrow(error: unknown): never {
  throw asAppError(error);
}

const tooLarge = (maxBytes: number): AppError =>
  new AppError("payload_too_large", "The object is too large.", { params: { max_bytes: maxBytes } });
