import { modelAnswerLimits } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";

/** One event of a stream: its bytes as they came, blank line included, and the joined `data:` lines; null = none. */
export interface SseEvent {
  readonly raw: Buffer;
  readonly data: string | null;
}

export interface SseSplitter {
  /**
   * Every event completed by this chunk, in order. Lines may end in LF, CRLF or CR (WHATWG HTML, 9.2.6).
   * @throws AppError `upstream_failed` for a stream or an event beyond `modelAnswerLimits`.
   */
  push(chunk: Buffer): SseEvent[];
  /** Bytes of an event that never ended. */
  rest(): Buffer;
}

const lf = 0x0a;
const cr = 0x0d;

/**
 * Works on bytes, so that a character cut between two chunks is never decoded in halves. Each byte is looked at once
 * and copied a constant number of times, however small the chunks are.
 */
export function createSseSplitter(): SseSplitter {
  const { maxAnswerBytes, maxEventBytes } = modelAnswerLimits;
  let room: Buffer = Buffer.alloc(0);
  let length = 0;
  let total = 0;

  function append(chunk: Buffer): void {
    total += chunk.length;
    if (total > maxAnswerBytes) throw tooLarge();
    if (length + chunk.length > room.length) {
      const larger = Buffer.alloc(Math.max(2 * room.length, length + chunk.length));
      room.copy(larger, 0, 0, length);
      room = larger;
    }
    chunk.copy(room, length);
    length += chunk.length;
  }

  return {
    push(chunk) {
      let at = Math.max(0, length - 3);
      append(chunk);
      const held = room.subarray(0, length);
      const events: SseEvent[] = [];
      let start = 0;
      while (at < held.length) {
        const end = blankLineEnd(held, at);
        if (end === null) break; // a CR at the very end: whether an LF follows is not known yet
        if (end > 0) {
          if (end - start > maxEventBytes) throw tooLarge();
          const raw = Buffer.from(held.subarray(start, end));
          events.push({ raw, data: dataOf(raw) });
          start = end;
          at = end;
        } else at += 1;
      }
      room.copyWithin(0, start, length);
      length -= start;
      if (length > maxEventBytes) throw tooLarge();
      return events;
    },
    rest: () => Buffer.from(room.subarray(0, length)),
  };
}

const tooLarge = (): AppError => new AppError("upstream_failed", "The provider's answer is too large.");

/** Where the blank line that starts with the line break at `at` ends; 0 = there is none at this place. */
function blankLineEnd(bytes: Buffer, at: number): number | null {
  const first = breakLength(bytes, at);
  if (first === 0) return 0;
  if (first === null) return null;
  const second = breakLength(bytes, at + first);
  if (second === null) return first === 1 ? at + first + 1 : null; // after a CRLF, its LF is still to come
  return second === 0 ? 0 : at + first + second;
}

/** Length of the line break at `at`; null when a CR ends the bytes at hand. */
function breakLength(bytes: Buffer, at: number): number | null {
  if (bytes[at] === lf) return 1;
  if (bytes[at] !== cr) return 0;
  if (at + 1 >= bytes.length) return null;
  return bytes[at + 1] === lf ? 2 : 1;
}

function dataOf(raw: Buffer): string | null {
  const lines: string[] = [];
  for (const line of raw.toString("utf8").split(/\r\n|\n|\r/))
    if (line.startsWith("data:")) lines.push(line.slice(line.startsWith("data: ") ? 6 : 5));
    else if (line === "data") lines.push("");
  return lines.length > 0 ? lines.join("\n") : null;
}

export const sseData = (value: unknown): Buffer => Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
export const sseDone = Buffer.from("data: [DONE]\n\n");
