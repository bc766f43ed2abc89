/** One event of a stream: its bytes as they came, blank line included, and the joined `data:` lines; null = none. */
export interface SseEvent {
  readonly raw: Buffer;
  readonly data: string | null;
}

export interface SseSplitter {
  /** Every event completed by this chunk, in order. Lines may end in LF, CRLF or CR (WHATWG HTML, 9.2.6). */
  push(chunk: Buffer): SseEvent[];
  /** Bytes of an event that never ended. */
  rest(): Buffer;
}

const lf = 0x0a;
const cr = 0x0d;

/** Works on bytes, so that a character cut between two chunks is never decoded in halves. */
export function createSseSplitter(): SseSplitter {
  let held: Buffer = Buffer.alloc(0);
  let scanned = 0;
  return {
    push(chunk) {
      held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
      const events: SseEvent[] = [];
      let start = 0;
      let at = Math.max(0, scanned - 3);
      while (at < held.length) {
        const end = blankLineEnd(held, at);
        if (end === null) break; // a CR at the very end: whether an LF follows is not known yet
        if (end > 0) {
          const raw = held.subarray(start, end);
          events.push({ raw, data: dataOf(raw) });
          start = end;
          at = end;
        } else at += 1;
      }
      held = held.subarray(start);
      scanned = held.length;
      return events;
    },
    rest: () => held,
  };
}

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
