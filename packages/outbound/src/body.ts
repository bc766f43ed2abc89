import type { Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { failed } from "./target.ts";

/**
 * The decoded body, never more than `maxBytes` of it, whatever its headers promise: what travels is counted, and what
 * it unpacks to. Decoders work piece by piece: a bomb is left after the first pieces too many.
 */
export async function* limitedBody(
  body: Readable,
  options: {
    /** `Content-Encoding`; it was asked not to have one. */
    readonly encoding: string | undefined;
    readonly maxBytes: number;
    readonly tooLarge: () => Error;
    /** What the reader is told of a failure. */
    readonly explain: (error: unknown) => unknown;
    readonly close: () => Promise<void>;
  },
): AsyncGenerator<Uint8Array> {
  try {
    let travelled = 0;
    let unpacked = 0;
    const decoder = decoderOf(options.encoding);
    const source = decoder === null ? body : body.pipe(decoder);
    if (decoder !== null) {
      body.on("error", (error) => decoder.destroy(error));
      body.on("data", (bytes: Uint8Array) => {
        travelled += bytes.length;
        if (travelled > options.maxBytes) decoder.destroy(options.tooLarge());
      });
    }
    for await (const bytes of source as AsyncIterable<Uint8Array>) {
      unpacked += bytes.length;
      if (unpacked > options.maxBytes) throw options.tooLarge();
      yield bytes;
    }
  } catch (error) {
    throw options.explain(error);
  } finally {
    await options.close();
  }
}

/** @throws AppError `url_failed` {reason: "encoding"} for any other, and for several at once. */
function decoderOf(encoding: string | undefined): Transform | null {
  switch (encoding?.trim().toLowerCase() ?? "identity") {
    case "":
    case "identity":
      return null;
    case "gzip":
    case "x-gzip":
      return createGunzip();
    case "deflate":
      return createInflate();
    case "br":
      return createBrotliDecompress();
    default:
      throw failed("encoding");
  }
}
