import { createHash } from "node:crypto";
import { S3Error } from "./s3-error.ts";
import { type ChunkSigner, sameSignature, sha256Hex } from "./signature.ts";

/** Longest line that means anything: size, `;chunk-signature=` and 64 digits; a trailer line holds one checksum. */
const maxLineBytes = 512;
const maxTrailers = 8;

/**
 * Push decoder of an `aws-chunked` body:
 * `<hex size>[;chunk-signature=<hex>]\r\n<data>\r\n … 0[;…]\r\n<name>:<value>\r\n … \r\n`.
 * Data is handed on before its chunk's signature is checked: the caller commits nothing before `finish`.
 * @throws S3Error `IncompleteBody`, `InvalidRequest` or `SignatureDoesNotMatch`; the decoder is dead afterwards.
 */
export interface ChunkedBody {
  push(bytes: Buffer): Buffer[];
  /** @returns the trailers, lower-case names. */
  finish(): ReadonlyMap<string, string>;
}

export function createChunkedBody(options: {
  /** `x-amz-decoded-content-length`. */
  readonly decodedLength: number;
  /** Null for an unsigned body. */
  readonly signer: ChunkSigner | null;
  readonly hasTrailer: boolean;
}): ChunkedBody {
  const { signer, hasTrailer } = options;
  const trailers = new Map<string, string>();
  let trailerText = "";
  let state: "size" | "data" | "dataEnd" | "trailer" | "done" = "size";
  let line = "";
  let left = 0;
  let total = 0;
  let givenSignature = "";
  let hash = createHash("sha256");

  const bad = (message: string): S3Error => new S3Error("InvalidRequest", `The chunked body is malformed: ${message}.`);
  const checkSignature = (expected: string, given: string): void => {
    if (!sameSignature(expected, given))
      throw new S3Error("SignatureDoesNotMatch", "A chunk's signature does not match.");
  };

  function readSize(text: string): void {
    const match = /^([0-9a-fA-F]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(text);
    if (!match) throw bad("chunk size expected");
    if ((match[2] !== undefined) !== (signer !== null)) throw bad("chunk signature missing or unexpected");
    left = Number.parseInt(match[1] ?? "", 16);
    givenSignature = match[2] ?? "";
    total += left;
    if (total > options.decodedLength) throw bad("more data than x-amz-decoded-content-length");
    hash = createHash("sha256");
    if (left > 0) {
      state = "data";
      return;
    }
    if (signer) checkSignature(signer.chunk(sha256Hex("")), givenSignature);
    state = "trailer";
  }

  function readTrailer(text: string): void {
    if (text === "") {
      if (signer && hasTrailer) checkSignature(signer.trailer(sha256Hex(trailerText)), givenTrailerSignature());
      state = "done";
      return;
    }
    const colon = text.indexOf(":");
    const name = text.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (!hasTrailer || colon < 1 || trailers.size >= maxTrailers || trailers.has(name)) throw bad("unexpected trailer");
    const value = text.slice(colon + 1).trim();
    trailers.set(name, value);
    if (name !== "x-amz-trailer-signature") trailerText += `${name}:${value}\n`;
  }
  const givenTrailerSignature = (): string => trailers.get("x-amz-trailer-signature") ?? "";

  function readLine(text: string): void {
    if (state === "size") readSize(text);
    else if (state === "trailer") readTrailer(text);
    else if (text !== "") throw bad("line end expected after a chunk");
    else state = "size";
  }

  return {
    push(bytes) {
      const out: Buffer[] = [];
      let at = 0;
      while (at < bytes.length) {
        if (state === "done") throw bad("data after the end");
        if (state === "data") {
          const part = bytes.subarray(at, at + left);
          if (signer) hash.update(part);
          out.push(part);
          at += part.length;
          left -= part.length;
          if (left === 0) {
            if (signer) checkSignature(signer.chunk(hash.digest("hex")), givenSignature);
            state = "dataEnd";
          }
          continue;
        }
        const end = bytes.indexOf(0x0a, at);
        line += bytes.toString("latin1", at, end < 0 ? bytes.length : end);
        if (line.length > maxLineBytes) throw bad("line too long");
        if (end < 0) break;
        at = end + 1;
        const text = line;
        line = "";
        if (!text.endsWith("\r")) throw bad("a line must end with CR LF");
        readLine(text.slice(0, -1));
      }
      return out;
    },
    finish() {
      if (state !== "done" || total !== options.decodedLength)
        throw new S3Error("IncompleteBody", "The body ended before x-amz-decoded-content-length was reached.");
      trailers.delete("x-amz-trailer-signature");
      return trailers;
    },
  };
}
