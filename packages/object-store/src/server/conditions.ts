import type { WriteCondition } from "./file-storage.ts";
import type { RequestHead } from "./http-request.ts";
import type { StoredMeta } from "./object-file.ts";
import { S3Error } from "./s3-error.ts";

/** What must hold for a write: `If-None-Match: *` or `If-Match: <etag>`. @throws S3Error for any other form. */
export function readWriteCondition(head: RequestHead): WriteCondition {
  const ifNoneMatch = head.header("if-none-match");
  const ifMatch = head.header("if-match");
  if (ifNoneMatch !== undefined && ifNoneMatch !== "*")
    throw new S3Error("NotImplemented", "If-None-Match on a write supports * only.");
  if (ifMatch !== undefined && (ifNoneMatch !== undefined || ifMatch.includes("*") || ifMatch.includes(",")))
    throw new S3Error("NotImplemented", "If-Match on a write supports one ETag only.");
  return { ifAbsent: ifNoneMatch === "*", ifMatch: ifMatch === undefined ? null : unquoted(ifMatch) };
}

/** In the order of RFC 9110 §13.2.2. */
export function readOutcome(head: RequestHead, meta: StoredMeta): "read" | "failed" | "not_modified" {
  return outcomeOf((name) => head.header(name), meta);
}

/** A copy knows no "not modified": whatever does not hold fails it. */
export function copySourceFails(head: RequestHead, meta: StoredMeta): boolean {
  return outcomeOf((name) => head.header(`x-amz-copy-source-${name}`), meta) !== "read";
}

function outcomeOf(header: (name: string) => string | undefined, meta: StoredMeta): "read" | "failed" | "not_modified" {
  const [ifMatch, ifNoneMatch] = [header("if-match"), header("if-none-match")];
  const [since, unmodifiedSince] = [dateOf(header("if-modified-since")), dateOf(header("if-unmodified-since"))];
  const modifiedMs = Math.floor(meta.modifiedMs / 1_000) * 1_000; // HTTP dates have whole seconds
  if (ifMatch !== undefined ? !names(ifMatch, meta.etag) : unmodifiedSince !== null && modifiedMs > unmodifiedSince)
    return "failed";
  if (ifNoneMatch !== undefined ? names(ifNoneMatch, meta.etag) : since !== null && modifiedMs <= since)
    return "not_modified";
  return "read";
}

const unquoted = (etag: string): string =>
  etag
    .trim()
    .replace(/^W\//, "")
    .replace(/^"(.*)"$/, "$1");
const names = (list: string, etag: string): boolean =>
  list.split(",").some((entry) => entry.trim() === "*" || unquoted(entry) === etag);

/** A date that is none counts as absent (RFC 9110 §13.1.3). */
function dateOf(text: string | undefined): number | null {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? null : ms;
}
