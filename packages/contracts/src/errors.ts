import { z } from "zod";

/**
 * Stable machine codes of every failure the product expects, with the HTTP status each is answered with.
 * The UI and external applications match on the code; the sentence shown is made from code + params.
 */
export const errorStatus = {
  invalid_input: 400,
  unknown_field: 400,
  unknown_caller_app: 400,
  unauthenticated: 401,
  invalid_credentials: 401,
  token_expired: 401,
  origin_refused: 403,
  forbidden: 403,
  egress_refused: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  checksum_mismatch: 409,
  upload_incomplete: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  misdirected_host: 421,
  rate_limited: 429,
  internal: 500,
  upstream_failed: 502,
  unavailable: 503,
  upstream_timeout: 504,
  store_full: 507,
  // why a document could not be read: stored on its job
  document_empty: 422,
  document_no_pages: 422,
  document_encrypted: 422,
  document_corrupt: 422,
  document_type_mismatch: 422,
  document_type_unsupported: 422,
  document_encoding_invalid: 422,
  document_no_text: 422,
  document_too_complex: 422,
  conversion_timeout: 422,
  conversion_out_of_memory: 422,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof errorStatus;
export const ErrorCode = z.enum(Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]]);

export const ErrorParams = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));
export type ErrorParams = z.infer<typeof ErrorParams>;

/** One faulty place of the input: a JSON pointer (RFC 6901) into the body, or `?name` for a query parameter. */
export const FieldError = z.object({ pointer: z.string(), code: z.string() });
export type FieldError = z.infer<typeof FieldError>;

/** RFC 9457 body of every failed `/api/*` call; `detail` follows `Accept-Language`. */
export const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: ErrorCode,
  params: ErrorParams,
  errors: z.array(FieldError),
  request_id: z.string(),
});
export type Problem = z.infer<typeof Problem>;

/** What a failed job keeps: the sentence is made when it is shown. */
export const JobFailure = z.object({ code: ErrorCode, params: ErrorParams });
export type JobFailure = z.infer<typeof JobFailure>;
