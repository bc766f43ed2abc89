import type { TenantScope } from "@aurora/kernel";

export type BucketName = "uploads" | "artifacts" | "backups";

/** Relative to the tenant's prefix, which the store adds: `[A-Za-z0-9._-]` segments joined by `/`, at most 512 characters. */
export type ObjectKey = string;

export interface ObjectInfo {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly etag: string;
  /** SHA-256 hex, when the object was written with one. */
  readonly sha256: string | null;
  readonly contentType: string | null;
}

/** What a listing knows: S3 lists no checksum and no type. */
export type ListedObject = Pick<ObjectInfo, "key" | "sizeBytes" | "etag">;

export interface ObjectStream {
  /** Of the whole object, also where a range of it was asked for. */
  readonly sizeBytes: number;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Bytes too many to be held whole: read from their start, once a request that sends them. */
export interface ObjectSource {
  readonly sizeBytes: number;
  /** Hex; the store refuses other bytes. */
  readonly sha256: string;
  open(): AsyncIterable<Uint8Array>;
}

export interface PresignedRequest {
  readonly url: string;
  readonly method: "GET" | "PUT";
  /** The client must send exactly these headers; a PUT's `content-length` is signed too, and set by every client itself. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAtMs: number;
}

/**
 * Any S3. Every key is prefixed with the tenant of the scope, so that no call can name another tenant's object.
 * Every call may throw AppError `invalid_input` (key, length), `store_full`, `unavailable` (no answer in time) or
 * `upstream_failed` (an answer that means nothing to us).
 */
export interface ObjectStore {
  readonly limits: {
    readonly maxPutBytes: number;
    readonly maxUploadUrlSeconds: 900;
    readonly maxDownloadUrlSeconds: 60;
  };
  /**
   * Whole object, checksum verified by the server. Overwrites; an object that was there stays until the new one is whole.
   * @throws AppError `payload_too_large` above `maxPutBytes`; `checksum_mismatch` for a source that is not what it says;
   *   what `open` throws.
   */
  put(
    scope: TenantScope,
    bucket: BucketName,
    key: ObjectKey,
    body: Uint8Array | ObjectSource,
    options: { contentType: string },
  ): Promise<ObjectInfo>;
  /** @throws AppError `not_found`; `payload_too_large` when the object exceeds `maxBytes`. */
  get(
    scope: TenantScope,
    bucket: BucketName,
    key: ObjectKey,
    options: { maxBytes: number; signal?: AbortSignal },
  ): Promise<Uint8Array>;
  /**
   * The same object as a stream, for what is too large to be held whole. Read it to its end, leave the loop, or abort
   * `signal`: each closes the connection.
   * @param range First and last byte, both included, from 0; the store sends nothing else. A part has no checksum.
   * @throws AppError `not_found`; `invalid_input` for a range that begins after the object ends; from the body,
   *   `checksum_mismatch` or `unavailable` before its last chunk is given.
   */
  read(
    scope: TenantScope,
    bucket: BucketName,
    key: ObjectKey,
    signal: AbortSignal,
    range?: { readonly start: number; readonly end: number },
  ): Promise<ObjectStream>;
  head(scope: TenantScope, bucket: BucketName, key: ObjectKey): Promise<ObjectInfo | null>;
  /**
   * Server-side copy within one tenant, between buckets too. Given an `etag`, it copies those bytes or none: what was
   * looked at is what is frozen.
   * @throws AppError `not_found`; `conflict` when the source has another `etag` by now.
   */
  copy(
    scope: TenantScope,
    from: { bucket: BucketName; key: ObjectKey; etag?: string },
    to: { bucket: BucketName; key: ObjectKey },
  ): Promise<void>;
  /** Removes one object (`prefix` is its key) all below a folder (ends with `/`), or all of the tenant (empty); absent ones are no error. @returns how many. */
  deletePrefix(scope: TenantScope, bucket: BucketName, prefix: string): Promise<number>;
  /** Sorted by key. `prefix` as in `deletePrefix`, or empty for all of the tenant. */
  list(scope: TenantScope, bucket: BucketName, prefix: string): AsyncIterable<ListedObject>;
  /**
   * One browser request. PUT: signed length, `x-amz-checksum-sha256`, `if-none-match: *`; GET: `attachment` disposition.
   * The URL's origin is `S3_PUBLIC_ENDPOINT`.
   */
  presign(
    scope: TenantScope,
    bucket: BucketName,
    key: ObjectKey,
    request:
      | {
          readonly method: "PUT";
          readonly sizeBytes: number;
          readonly sha256: string;
          readonly contentType: string;
          readonly expiresInSeconds: number;
        }
      | {
          readonly method: "GET";
          readonly filename: string;
          readonly contentType: string;
          readonly expiresInSeconds: number;
        },
  ): Promise<PresignedRequest>;
}
