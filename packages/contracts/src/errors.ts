import { z } from "zod";
import { errorStatus } from "./error-codes.ts";

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
