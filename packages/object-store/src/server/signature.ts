import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/**
 * AWS Signature Version 4 for S3: the text that is signed and the signature over it. No I/O, no clock.
 * Source: AWS, "Authenticating Requests: AWS Signature Version 4" (S3 API reference): S3 encodes the path once and
 * does not normalise it.
 */

/** Decoded name and value of each query parameter or header, in the order received. */
export type Pairs = readonly (readonly [name: string, value: string])[];

export interface SignedRequest {
  readonly method: string;
  /** Decoded path, `/bucket/key`. */
  readonly path: string;
  readonly query: Pairs;
  /** Lower-case names; a name may stand more than once. */
  readonly headers: Pairs;
  /** Lower-case names, sorted. */
  readonly signedHeaders: readonly string[];
  /** SHA-256 hex of the body, or one of S3's words for a body that is not hashed beforehand. */
  readonly payloadHash: string;
}

export interface CredentialScope {
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export const algorithm = "AWS4-HMAC-SHA256";
export const sha256Hex = (data: string | Uint8Array): string => createHash("sha256").update(data).digest("hex");
export const hmac = (key: string | Uint8Array, data: string): Buffer => createHmac("sha256", key).update(data).digest();

/** Percent-encodes every UTF-8 byte but RFC 3986's unreserved characters; `/` is kept when `keepSlash`. */
export function uriEncode(text: string, keepSlash = false): string {
  const encoded = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? encoded.replaceAll("%2F", "/") : encoded;
}

export function canonicalRequest(request: SignedRequest): string {
  const query = request.query
    .map(([name, value]) => [uriEncode(name), uriEncode(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const headers = request.signedHeaders.map((name) => `${name}:${canonicalHeader(request.headers, name)}\n`).join("");
  return [
    request.method,
    uriEncode(request.path, true),
    query,
    headers,
    request.signedHeaders.join(";"),
    request.payloadHash,
  ].join("\n");
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function canonicalHeader(headers: Pairs, name: string): string {
  return headers
    .filter(([header]) => header === name)
    .map(([, value]) => value.trim().replace(/ +/g, " "))
    .join(",");
}

export const scopeText = (scope: CredentialScope): string =>
  `${scope.date}/${scope.region}/${scope.service}/aws4_request`;

/** @param timestamp `YYYYMMDDTHHMMSSZ`. */
export const stringToSign = (timestamp: string, scope: CredentialScope, canonical: string): string =>
  [algorithm, timestamp, scopeText(scope), sha256Hex(canonical)].join("\n");

export const signingKey = (secret: string, scope: CredentialScope): Buffer =>
  hmac(hmac(hmac(hmac(`AWS4${secret}`, scope.date), scope.region), scope.service), "aws4_request");

export const sign = (key: Uint8Array, text: string): string => hmac(key, text).toString("hex");

/** Constant time in the length of the expected signature. */
export function sameSignature(expected: string, given: string): boolean {
  const a = Buffer.from(expected, "latin1");
  const b = Buffer.from(given, "latin1");
  return a.length === b.length && timingSafeEqual(a, b);
}

/** What one chunk of an `aws-chunked` body is signed with: each signature covers the one before it. */
export interface ChunkSigner {
  /** @param chunkHash SHA-256 hex of the chunk's data. */
  chunk(chunkHash: string): string;
  /** @param trailerHash SHA-256 hex of the trailer lines, each ending with `\n`. */
  trailer(trailerHash: string): string;
}

const emptyHash = sha256Hex("");

/** @param seed The signature of the request's head. Source: S3 API reference, "Transferring payload in multiple chunks". */
export function createChunkSigner(
  key: Uint8Array,
  timestamp: string,
  scope: CredentialScope,
  seed: string,
): ChunkSigner {
  let previous = seed;
  const next = (kind: string, ...hashes: readonly string[]): string => {
    previous = sign(key, [kind, timestamp, scopeText(scope), previous, ...hashes].join("\n"));
    return previous;
  };
  return {
    chunk: (chunkHash) => next("AWS4-HMAC-SHA256-PAYLOAD", emptyHash, chunkHash),
    trailer: (trailerHash) => next("AWS4-HMAC-SHA256-TRAILER", trailerHash),
  };
}
