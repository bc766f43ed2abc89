import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { AppError } from "@aurora/kernel";
import type { ObjectSource } from "../port.ts";

const maxAttempts = 3;

export const asSource = (body: Uint8Array | ObjectSource): Omit<ObjectSource, "open"> =>
  body instanceof Uint8Array
    ? { sizeBytes: body.length, sha256: createHash("sha256").update(body).digest("hex") }
    : body;

/**
 * Sends a source in one request, piece by piece, and from its start again when the store was away: the SDK repeats
 * nothing that is a stream. A failure of the source itself is handed back and ends the request.
 * @throws AppError `checksum_mismatch` for more or fewer bytes than announced: the store would wait for the rest.
 */
export async function sendSource<Reply>(
  source: ObjectSource,
  send: (body: Readable, signal: AbortSignal) => Promise<Reply>,
): Promise<Reply> {
  for (let attempt = 1; ; attempt++) {
    const broken = new AbortController(); // the SDK does not notice that its stream broke
    const body = Readable.from(counted(source), { objectMode: false });
    body.on("error", (error) => broken.abort(error));
    try {
      return await send(body, broken.signal);
    } catch (error) {
      broken.signal.throwIfAborted();
      const isAway = AppError.is(error) && error.code === "unavailable";
      if (!isAway || attempt >= maxAttempts) throw error;
    } finally {
      body.destroy();
    }
  }
}

/** The last piece is given only once the count is right: until then the store has no whole object. */
async function* counted(source: ObjectSource): AsyncGenerator<Uint8Array> {
  let seenBytes = 0;
  let last: Uint8Array | null = null;
  for await (const part of source.open()) {
    if (last) yield last;
    last = part;
    seenBytes += part.length;
    if (seenBytes > source.sizeBytes) break;
  }
  if (seenBytes !== source.sizeBytes)
    throw new AppError("checksum_mismatch", "The bytes to store are not as many as announced.");
  if (last) yield last;
}
