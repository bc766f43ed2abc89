import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Authenticated } from "./authenticate.ts";
import { type ChecksumName, type Checksums, checksumOfHeader, createSummer } from "./checksum.ts";
import { type ChunkedBody, createChunkedBody } from "./chunked-body.ts";
import type { RequestHead } from "./http-request.ts";
import { S3Error } from "./s3-error.ts";

const chunkedForms = new Map([
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", { isSigned: true, hasTrailer: false }],
  ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", { isSigned: true, hasTrailer: true }],
  ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", { isSigned: false, hasTrailer: true }],
]);

export interface ReceivedBody {
  readonly sizeBytes: number;
  readonly md5Hex: string;
  /** Always with `sha256`: it is what our own clients ask for. */
  readonly checksums: Checksums;
}

/**
 * Takes the body in, decoded, to `sink`, and verifies every length, hash, checksum and chunk signature the request
 * announced. What the sink got counts for nothing until this resolves.
 */
export async function receiveBody(
  request: IncomingMessage,
  head: RequestHead,
  auth: Authenticated,
  options: { maxBytes: number; sink: (bytes: Uint8Array) => Promise<void> | void },
): Promise<ReceivedBody> {
  if (auth.by === "presigned" && !auth.signedHeaders.includes("content-length"))
    throw new S3Error("AccessDenied", "A presigned PUT must sign its content-length.");
  const chunked = startChunkedBody(head, auth);
  // a stream of the SDK comes with `transfer-encoding: chunked`: its signed decoded length is what counts
  const expectedBytes = chunked?.decodedLength ?? readLength(head, "content-length");
  if (expectedBytes === undefined)
    throw new S3Error("MissingContentLength", "You must provide the Content-Length HTTP header.");
  if (expectedBytes > options.maxBytes)
    throw new S3Error(
      "EntityTooLarge",
      `Your proposed upload exceeds the maximum allowed size of ${options.maxBytes} bytes.`,
    );

  const expected = announcedChecksums(head);
  const announcedTrailer = chunked ? readTrailerName(head) : undefined;
  const names = new Set<ChecksumName>(["sha256", ...expected.keys()]);
  if (announcedTrailer) names.add(announcedTrailer);
  const sums = [...names].map((name) => ({ name, summer: createSummer(name) }));
  const md5 = createHash("md5");
  let sizeBytes = 0;
  const take = async (bytes: Uint8Array): Promise<void> => {
    sizeBytes += bytes.length;
    md5.update(bytes);
    for (const { summer } of sums) summer.update(bytes);
    await options.sink(bytes);
  };
  // on a refusal the socket must live on, to carry the answer
  for await (const bytes of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    if (chunked) for (const part of chunked.body.push(bytes)) await take(part);
    else await take(bytes);
  }
  const trailers = chunked?.body.finish();
  if (sizeBytes !== expectedBytes)
    throw new S3Error("IncompleteBody", "You did not provide the number of bytes specified.");

  const actual = new Map(sums.map(({ name, summer }) => [name, summer.digest()]));
  if (/^[0-9a-f]{64}$/.test(auth.payloadHash)) {
    if (Buffer.from(actual.get("sha256") ?? "", "base64").toString("hex") !== auth.payloadHash)
      throw new S3Error(
        "XAmzContentSHA256Mismatch",
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
  } else if (!chunked && auth.payloadHash !== "UNSIGNED-PAYLOAD")
    throw new S3Error(
      "InvalidArgument",
      "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, a STREAMING form or a SHA-256.",
    );
  if (announcedTrailer) {
    const given = trailers?.get(`x-amz-checksum-${announcedTrailer}`);
    if (given === undefined) throw new S3Error("InvalidRequest", "The trailer announced by x-amz-trailer is missing.");
    expected.set(announcedTrailer, given);
  }
  for (const [name, value] of expected)
    if (actual.get(name) !== value)
      throw new S3Error("BadDigest", `The ${name} you specified did not match the calculated checksum.`);
  const md5Digest = md5.digest();
  const contentMd5 = head.header("content-md5");
  if (contentMd5 !== undefined && contentMd5 !== md5Digest.toString("base64"))
    throw new S3Error("BadDigest", "The Content-MD5 you specified did not match what we received.");
  return { sizeBytes, md5Hex: md5Digest.toString("hex"), checksums: Object.fromEntries(actual) };
}

function readLength(head: RequestHead, name: string): number | undefined {
  const text = head.header(name);
  if (text === undefined) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new S3Error("InvalidArgument", `${name} is not a number.`);
  return Number(text);
}

function startChunkedBody(
  head: RequestHead,
  auth: Authenticated,
): { body: ChunkedBody; decodedLength: number } | undefined {
  const form = chunkedForms.get(auth.payloadHash);
  if (!form) return undefined;
  const decodedLength = readLength(head, "x-amz-decoded-content-length");
  if (decodedLength === undefined)
    throw new S3Error("MissingContentLength", "You must provide the x-amz-decoded-content-length HTTP header.");
  const signer = form.isSigned ? auth.chunkSigner : null;
  return { body: createChunkedBody({ decodedLength, signer, hasTrailer: form.hasTrailer }), decodedLength };
}

/** Headers that speak of checksums and hold none. */
const describing: readonly string[] = ["x-amz-checksum-mode", "x-amz-checksum-algorithm", "x-amz-checksum-type"];

function announcedChecksums(head: RequestHead): Map<ChecksumName, string> {
  const found = new Map<ChecksumName, string>();
  for (const [name, value] of head.headers)
    if (name.startsWith("x-amz-checksum-") && !describing.includes(name)) found.set(checksumOfHeader(name), value);
  return found;
}

function readTrailerName(head: RequestHead): ChecksumName | undefined {
  const announced = head.header("x-amz-trailer");
  return announced === undefined ? undefined : checksumOfHeader(announced.trim().toLowerCase());
}
