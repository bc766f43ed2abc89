import { createHash } from "node:crypto";
import { AppError, type Clock, type TenantScope } from "@aurora/kernel";
import {
  attachmentDisposition,
  checkPresign,
  fullKey,
  fullPrefix,
  isUnderPrefix,
  limits,
  rangeHeader,
  relativeKey,
} from "../keys.ts";
import type { BucketName, ObjectInfo, ObjectSource, ObjectStore, PresignedRequest } from "../port.ts";

interface Entry {
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** What a browser would get for a presigned request. */
export interface PresignedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export interface MemoryObjectStore extends ObjectStore {
  /** Plays the browser: there is no server behind a memory store's URLs. */
  send(request: PresignedRequest, body?: Uint8Array): PresignedAnswer;
}

/** For tests: one process, nothing kept. */
export function createMemoryObjectStore(options: { clock: Clock; maxPutBytes: number }): MemoryObjectStore {
  const { clock, maxPutBytes } = options;
  const entries = new Map<string, Entry>();
  const presigned = new Map<
    string,
    { id: string; sizeBytes: number; sha256: string; headers: Record<string, string> }
  >();
  const idOf = (scope: TenantScope, bucket: BucketName, key: string): string => `${bucket}/${fullKey(scope, key)}`;
  const infoOf = (key: string, entry: Entry): ObjectInfo => ({
    key,
    sizeBytes: entry.body.length,
    etag: createHash("md5").update(entry.body).digest("hex"),
    sha256: createHash("sha256").update(entry.body).digest("hex"),
    contentType: entry.contentType,
  });
  const need = (id: string): Entry => {
    const entry = entries.get(id);
    if (!entry) throw new AppError("not_found", "The object does not exist.");
    return entry;
  };
  const idsUnder = (scope: TenantScope, bucket: BucketName, prefix: string): string[] => {
    const start = `${bucket}/${fullPrefix(scope, prefix)}`;
    return [...entries.keys()].filter((id) => id.startsWith(start)).sort();
  };

  return {
    limits: { ...limits, maxPutBytes },
    async put(scope, bucket, key, body, { contentType }) {
      const id = idOf(scope, bucket, key);
      const sizeBytes = body instanceof Uint8Array ? body.length : body.sizeBytes;
      if (sizeBytes > maxPutBytes) throw tooLarge(maxPutBytes);
      const entry = { body: body instanceof Uint8Array ? body.slice() : await readSource(body), contentType };
      entries.set(id, entry);
      return infoOf(key, entry);
    },
    async get(scope, bucket, key, { maxBytes, signal }) {
      signal?.throwIfAborted();
      const { body } = need(idOf(scope, bucket, key));
      if (body.length > maxBytes) throw tooLarge(maxBytes);
      return body.slice();
    },
    async read(scope, bucket, key, signal, range) {
      signal.throwIfAborted();
      if (range) rangeHeader(range);
      const { body } = need(idOf(scope, bucket, key));
      if (range && range.start >= body.length)
        throw new AppError("invalid_input", "The range of bytes is not in the object.");
      const part = range ? body.subarray(range.start, range.end + 1) : body;
      return { sizeBytes: body.length, body: inChunks(part, signal) };
    },
    async head(scope, bucket, key) {
      const entry = entries.get(idOf(scope, bucket, key));
      return entry ? infoOf(key, entry) : null;
    },
    async copy(scope, from, to) {
      const source = need(idOf(scope, from.bucket, from.key));
      if (from.etag !== undefined && infoOf(from.key, source).etag !== from.etag)
        throw new AppError("conflict", "The object is no longer what it was.");
      entries.set(idOf(scope, to.bucket, to.key), source);
    },
    async deletePrefix(scope, bucket, prefix) {
      const ids = idsUnder(scope, bucket, prefix).filter((id) => isUnderPrefix(prefix, id.slice(bucket.length + 38)));
      for (const id of ids) entries.delete(id);
      return ids.length;
    },
    async *list(scope, bucket, prefix) {
      for (const id of idsUnder(scope, bucket, prefix)) {
        const key = relativeKey(scope, id.slice(bucket.length + 1));
        const { sizeBytes, etag } = infoOf(key, need(id));
        yield { key, sizeBytes, etag };
      }
    },
    async presign(scope, bucket, key, request) {
      const id = idOf(scope, bucket, key);
      checkPresign(request, maxPutBytes);
      const url = `memory://objects/${id}?request=${presigned.size + 1}`;
      const expiresAtMs = clock.nowMs() + request.expiresInSeconds * 1_000;
      if (request.method === "PUT") {
        const headers = {
          "content-type": request.contentType,
          "if-none-match": "*",
          "x-amz-checksum-sha256": Buffer.from(request.sha256, "hex").toString("base64"),
        };
        presigned.set(url, { id, sizeBytes: request.sizeBytes, sha256: request.sha256, headers });
        return { url, method: "PUT", headers, expiresAtMs };
      }
      const headers = {
        "content-type": request.contentType,
        "content-disposition": attachmentDisposition(request.filename),
      };
      presigned.set(url, { id, sizeBytes: 0, sha256: "", headers });
      return { url, method: "GET", headers: {}, expiresAtMs };
    },
    send(request, body = new Uint8Array()) {
      const known = presigned.get(request.url);
      const answer = (status: number, more: Partial<PresignedAnswer> = {}): PresignedAnswer => ({
        status,
        headers: {},
        body: new Uint8Array(),
        ...more,
      });
      if (!known || clock.nowMs() > request.expiresAtMs) return answer(403);
      if (request.method === "GET") {
        const entry = entries.get(known.id);
        return entry ? answer(200, { headers: known.headers, body: entry.body }) : answer(404);
      }
      const areHeadersSigned = Object.entries(known.headers).every(([name, value]) => request.headers[name] === value);
      if (!areHeadersSigned || body.length !== known.sizeBytes) return answer(403);
      if (entries.has(known.id)) return answer(412);
      if (createHash("sha256").update(body).digest("hex") !== known.sha256) return answer(400);
      entries.set(known.id, { body: body.slice(), contentType: known.headers["content-type"] ?? "" });
      return answer(200);
    },
  };
}

const tooLarge = (maxBytes: number): AppError =>
  new AppError("payload_too_large", "The object is too large.", { params: { max_bytes: maxBytes } });

async function readSource(source: ObjectSource): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of source.open()) parts.push(part);
  const body = Buffer.concat(parts);
  if (body.length === source.sizeBytes && createHash("sha256").update(body).digest("hex") === source.sha256)
    return body;
  throw new AppError("checksum_mismatch", "The bytes to store are not the ones announced.");
}

async function* inChunks(body: Uint8Array, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < body.length; at += 65_536) {
    signal.throwIfAborted();
    yield body.slice(at, at + 65_536);
  }
}
