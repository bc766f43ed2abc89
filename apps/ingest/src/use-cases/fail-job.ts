import type { ErrorCode, JobFailure } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";

/** Failures that another try cannot mend: of the document itself, of a rule, of a limit. */
const permanent: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "checksum_mismatch",
  "payload_too_large",
  "unsupported_media_type",
  "egress_refused",
  "store_full",
]);
/** What a person is told as it is when the tries are used up; everything else becomes `internal`. */
const tellable: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "upstream_failed",
  "upstream_timeout",
  "converter_unavailable",
  "scan_unavailable",
]);

/** The failure to end a job with at once, or null when the job deserves another try. */
export function permanentFailure(error: unknown): JobFailure | null {
  if (!AppError.is(error)) return null;
  const { code, params } = error;
  const isLasting = code === "scan_unavailable" && params.reason === "size_limit"; // the scanner takes no file of this size
  return isLasting || /^(?:document|conversion)_/.test(code) || permanent.has(code) ? { code, params } : null;
}

/**
 * The failure of a job whose tries are used up.
 * @param error Of the last try; null when its worker died or was killed: the file is kept from the others.
 */
export function exhaustedFailure(error: unknown, attempts: number): JobFailure {
  if (error === null) return { code: "document_quarantined", params: { attempts } };
  if (!AppError.is(error)) return { code: "internal", params: { reason: "unexpected_error", attempts } };
  return tellable.has(error.code)
    ? { code: error.code, params: { ...error.params, attempts } }
    : { code: "internal", params: { reason: error.code, attempts } };
}
