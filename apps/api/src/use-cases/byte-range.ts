/** First and last byte, both included, from 0. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface RangeRequest {
  /** `Range` and `If-Range` as sent. */
  readonly range: string | null;
  readonly ifRange: string | null;
}

/**
 * The one range of bytes asked for (RFC 9110, 14.2); null = the whole file, which is also the answer to several ranges, to
 * one that cannot be satisfied, and to one of another file than this.
 */
export function resolveRange({ ifRange, range }: RangeRequest, sizeBytes: number, etag: string): ByteRange | null {
  if (range === null || (ifRange !== null && ifRange !== etag)) return null;
  const [, first = "", last = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(range.trim()) ?? [];
  if (first === "") {
    const suffixBytes = Math.min(Number(last), sizeBytes);
    return last === "" || suffixBytes === 0 ? null : { start: sizeBytes - suffixBytes, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === "" ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  return start < sizeBytes && start <= end ? { start, end } : null;
}
