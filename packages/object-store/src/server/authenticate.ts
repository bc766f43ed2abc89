import type { RequestHead } from "./http-request.ts";
import { S3Error, type S3ErrorCode } from "./s3-error.ts";
import {
  algorithm,
  type ChunkSigner,
  type CredentialScope,
  canonicalRequest,
  createChunkSigner,
  sameSignature,
  sign,
  signingKey,
  stringToSign,
} from "./signature.ts";

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** A request whose signature is right. */
export interface Authenticated {
  readonly by: "header" | "presigned";
  /** `x-amz-content-sha256` as signed. */
  readonly payloadHash: string;
  readonly signedHeaders: readonly string[];
  readonly chunkSigner: ChunkSigner;
}

const maxSkewMs = 15 * 60_000;
const maxExpiresSeconds = 604_800;
const unsignedPayload = "UNSIGNED-PAYLOAD";

/**
 * Checks the SigV4 signature of a request, in its `Authorization` header or in its query (presigned).
 * Stricter than AWS in one point: every `x-amz-*` header must be signed, in both forms.
 * @throws S3Error with AWS's code for what is wrong.
 */
export function authenticate(head: RequestHead, credentials: Credentials, nowMs: number): Authenticated {
  const authorization = head.header("authorization");
  const isPresigned = head.query.some(([name]) => /^x-amz-(?:signature|algorithm|credential)$/i.test(name));
  if (authorization !== undefined && isPresigned)
    throw new S3Error("InvalidArgument", "Only one auth mechanism allowed.");
  if (isPresigned) return presigned(head, credentials, nowMs);
  if (authorization !== undefined) return signedByHeader(head, authorization, credentials, nowMs);
  throw new S3Error("AccessDenied", "Access Denied. Anonymous requests are not served.");
}

function signedByHeader(
  head: RequestHead,
  authorization: string,
  credentials: Credentials,
  nowMs: number,
): Authenticated {
  const malformed = "AuthorizationHeaderMalformed";
  const fields = new Map<string, string>();
  const [scheme, ...rest] = authorization.trim().split(/\s+/);
  if (scheme !== algorithm) throw new S3Error(malformed, `The authorization header must use ${algorithm}.`);
  for (const part of rest.join("").split(",")) {
    const equals = part.indexOf("=");
    const name = part.slice(0, Math.max(equals, 0));
    if (equals < 1 || fields.has(name)) throw new S3Error(malformed, "The authorization header is malformed.");
    fields.set(name, part.slice(equals + 1));
  }
  const timestamp = head.header("x-amz-date");
  if (timestamp === undefined) throw new S3Error("AccessDenied", "AWS authentication requires an x-amz-date header.");
  const signedAtMs = readTimestamp(timestamp, malformed);
  const scope = readCredential(fields.get("Credential"), timestamp, credentials, malformed);
  if (Math.abs(nowMs - signedAtMs) > maxSkewMs)
    throw new S3Error(
      "RequestTimeTooSkewed",
      "The difference between the request time and the server's time is too large.",
    );
  const payloadHash = head.header("x-amz-content-sha256");
  if (payloadHash === undefined) throw new S3Error("InvalidRequest", "Missing required header: x-amz-content-sha256.");
  return verify(head, credentials, scope, timestamp, {
    by: "header",
    query: head.query,
    payloadHash,
    signedHeaders: readSignedHeaders(head, fields.get("SignedHeaders"), malformed),
    signature: fields.get("Signature") ?? "",
  });
}

function presigned(head: RequestHead, credentials: Credentials, nowMs: number): Authenticated {
  const malformed = "AuthorizationQueryParametersError";
  if (head.parameter("X-Amz-Algorithm") !== algorithm)
    throw new S3Error(malformed, `X-Amz-Algorithm only supports ${algorithm}.`);
  const timestamp = head.parameter("X-Amz-Date") ?? "";
  const signedAtMs = readTimestamp(timestamp, malformed);
  const scope = readCredential(head.parameter("X-Amz-Credential"), timestamp, credentials, malformed);
  const expires = head.parameter("X-Amz-Expires") ?? "";
  const expiresInSeconds = Number(expires);
  if (!/^\d{1,6}$/.test(expires) || expiresInSeconds < 1 || expiresInSeconds > maxExpiresSeconds)
    throw new S3Error(malformed, `X-Amz-Expires must be between 1 and ${maxExpiresSeconds} seconds.`);
  if (nowMs > signedAtMs + expiresInSeconds * 1_000) throw new S3Error("AccessDenied", "Request has expired.");
  if (signedAtMs > nowMs + maxSkewMs) throw new S3Error("AccessDenied", "Request is not valid yet.");
  return verify(head, credentials, scope, timestamp, {
    by: "presigned",
    query: head.query.filter(([name]) => name !== "X-Amz-Signature"),
    payloadHash: head.header("x-amz-content-sha256") ?? head.parameter("X-Amz-Content-Sha256") ?? unsignedPayload,
    signedHeaders: readSignedHeaders(head, head.parameter("X-Amz-SignedHeaders"), malformed),
    signature: head.parameter("X-Amz-Signature") ?? "",
  });
}

function verify(
  head: RequestHead,
  credentials: Credentials,
  scope: CredentialScope,
  timestamp: string,
  claim: Omit<Authenticated, "chunkSigner"> & { query: RequestHead["query"]; signature: string },
): Authenticated {
  const { by, payloadHash, signedHeaders } = claim;
  const key = signingKey(credentials.secretAccessKey, scope);
  const canonical = canonicalRequest({
    method: head.method,
    path: head.path,
    query: claim.query,
    headers: head.headers,
    signedHeaders,
    payloadHash,
  });
  const expected = sign(key, stringToSign(timestamp, scope, canonical));
  if (!sameSignature(expected, claim.signature))
    throw new S3Error(
      "SignatureDoesNotMatch",
      "The request signature we calculated does not match the signature you provided.",
    );
  return { by, payloadHash, signedHeaders, chunkSigner: createChunkSigner(key, timestamp, scope, expected) };
}

/** `YYYYMMDDTHHMMSSZ` → milliseconds. */
function readTimestamp(text: string, malformed: S3ErrorCode): number {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  const ms = match ? Date.parse(text.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z")) : Number.NaN;
  if (Number.isNaN(ms)) throw new S3Error(malformed, "The date of the signature must be in the form YYYYMMDDTHHMMSSZ.");
  return ms;
}

function readCredential(
  text: string | undefined,
  timestamp: string,
  credentials: Credentials,
  malformed: S3ErrorCode,
): CredentialScope {
  const parts = (text ?? "").split("/");
  const [date = "", region = "", service = "", terminator] = parts.slice(-4);
  const accessKeyId = parts.slice(0, -4).join("/"); // a key id may hold slashes
  if (parts.length < 5 || terminator !== "aws4_request") throw new S3Error(malformed, "The credential is malformed.");
  if (service !== "s3") throw new S3Error(malformed, `The credential's service must be s3.`);
  if (region !== credentials.region)
    throw new S3Error(malformed, `The credential's region is wrong; expecting '${credentials.region}'.`);
  if (date !== timestamp.slice(0, 8))
    throw new S3Error(malformed, "The credential's date is not the date of the request.");
  if (!sameSignature(credentials.accessKeyId, accessKeyId))
    throw new S3Error("InvalidAccessKeyId", "The access key id you provided does not exist in our records.");
  return { date, region, service };
}

function readSignedHeaders(head: RequestHead, text: string | undefined, malformed: S3ErrorCode): readonly string[] {
  const names = (text ?? "").split(";");
  if (
    names.some(
      (name, index) => name === "" || name !== name.toLowerCase() || (index > 0 && (names[index - 1] ?? "") >= name),
    )
  )
    throw new S3Error(malformed, "SignedHeaders must be lower-case, sorted and unique.");
  if (!names.includes("host")) throw new S3Error(malformed, "SignedHeaders must include host.");
  const present = new Set(head.headers.map(([name]) => name));
  for (const name of present)
    if (name.startsWith("x-amz-") && !names.includes(name))
      throw new S3Error("AccessDenied", `There were headers present in the request which were not signed: ${name}.`);
  const absent = names.find((name) => !present.has(name));
  if (absent !== undefined)
    throw new S3Error("SignatureDoesNotMatch", `The signed header ${absent} is not in the request.`);
  return names;
}
