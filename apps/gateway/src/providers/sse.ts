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
 * Works on bytes, so that a character cut between two chunks is never decoded in halves. Each byte is looked at once and
 * copied a constant number of times, however small the chunks are; an event that comes whole is a view of its chunk.
 */
export function createSseSplitter(): SseSplitter {
  const { maxAnswerBytes, maxEventBytes } = modelAnswerLimits;
  let room: Buffer = Buffer.alloc(0);
  let length = 0;
  let total = 0;

  function append(chunk: Buffer): void {
    if (length + chunk.length > room.length) {
      const larger = Buffer.alloc(Math.max(2 * room.length, length + chunk.length));
      room.copy(larger, 0, 0, length);
      room = larger;
    }
    chunk.copy(room, length);
    length += chunk.length;
  }

  /** @returns the events, and where what is left begins. */
  function scan(bytes: Buffer, from: number): { ends: number[]; start: number } {
    const hasCr = bytes.includes(cr, from);
    const ends: number[] = [];
    let start = 0;
    for (let at = nextBreak(bytes, from, hasCr); at !== -1; at = nextBreak(bytes, at, hasCr)) {
      const end = blankLineEnd(bytes, at);
      if (end === null) break; // a CR at the very end: whether an LF follows is not known yet
      if (end > 0) {
        if (end - start > maxEventBytes) throw tooLarge();
        ends.push(end);
        start = end;
      }
      at = end > 0 ? end : at + 1;
    }
    return { ends, start };
  }

  return {
    push(chunk) {
      total += chunk.length;
      if (total > maxAnswerBytes) throw tooLarge();
      const isBorrowed = length === 0;
      const from = Math.max(0, length - 3);
      if (!isBorrowed) append(chunk);
      const held = isBorrowed ? chunk : room.subarray(0, length);
      const { ends, start } = scan(held, from);
      let at = 0;
      const events = ends.map((end) => {
        const view = held.subarray(at, end);
        at = end;
        const raw = isBorrowed ? view : Buffer.from(view);
        return { raw, data: dataOf(raw) };
      });
      if (isBorrowed) append(chunk.subarray(start));
      else {
        room.copyWithin(0, start, length);
        length -= start;
      }
      if (length > maxEventBytes) throw tooLarge();
      return events;
    },
    rest: () => Buffer.from(room.subarray(0, length)),
  };
}

/** Where the next line break is, at `from` or after it; -1 = nowhere. */
function nextBreak(bytes: Buffer, from: number, hasCr: boolean): number {
  const feed = bytes.indexOf(lf, from);
  if (!hasCr) return feed;
  const carriage = bytes.indexOf(cr, from);
  return feed === -1 || (carriage !== -1 && carriage < feed) ? carriage : feed;
}

/** Events that lie one after the other in one chunk are sent as the piece of it that they are. */
export function joined(events: readonly Buffer[]): Buffer {
  const [first] = events;
  const last = events.at(-1);
  if (first === undefined || last === undefined) return Buffer.alloc(0);
  const isOnePiece = events.every((event, index) => {
    const before = events[index - 1];
    return (
      before === undefined || (event.buffer === before.buffer && event.byteOffset === before.byteOffset + before.length)
    );
  });
  if (!isOnePiece) return Buffer.concat(events);
  return Buffer.from(first.buffer, first.byteOffset, last.byteOffset + last.length - first.byteOffset);
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

/** `data: ` */
const dataMark = Buffer.from("data: ");

function dataOf(raw: Buffer): string | null {
  const end = raw.length - 2;
  const isOneLine = raw.indexOf(lf) === end && raw[end + 1] === lf && !raw.includes(cr);
  if (isOneLine && raw.subarray(0, dataMark.length).equals(dataMark)) return raw.toString("utf8", dataMark.length, end);
  const lines: string[] = [];
  for (const line of raw.toString("utf8").split(/\r\n|\n|\r/))
    if (line.startsWith("data:")) lines.push(line.slice(line.startsWith("data: ") ? 6 : 5));
    else if (line === "data") lines.push("");
  return lines.length > 0 ? lines.join("\n") : null;
}

export const sseData = (value: unknown): Buffer => Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
export const sseDone = Buffer.from("data: [DONE]\n\n");
