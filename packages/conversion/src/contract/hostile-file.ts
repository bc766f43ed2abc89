import type { ErrorCode } from "@aurora/contracts";

/** A file made to do harm, and the one end it may have. */
export interface HostileFile {
  readonly name: string;
  readonly filename: string;
  /** Made when asked for: some are large. */
  bytes(): Uint8Array;
  readonly ends: ErrorCode | "success" | "partial";
  /** A parser unpacks or walks it before we can count: the limits of the process are an end as good. */
  readonly mayExhaust?: boolean;
  /** Words its Markdown must hold, where it is read. */
  readonly says?: readonly string[];
  /** Words its Markdown must not hold. */
  readonly hides?: readonly string[];
}

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `text` again and again, without a string of that length. */
export function repeated(text: string, times: number, head = "", tail = ""): Uint8Array {
  const [first, part, last] = [Buffer.from(head), Buffer.from(text), Buffer.from(tail)];
  const bytes = Buffer.alloc(first.length + part.length * times + last.length);
  first.copy(bytes);
  bytes.fill(part, first.length, bytes.length - last.length);
  last.copy(bytes, bytes.length - last.length);
  return bytes;
}
