import type { ErrorCode } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { S3ServiceException } from "@aws-sdk/client-s3";

const meanings: Record<string, readonly [ErrorCode, string]> = {
  NoSuchKey: ["not_found", "The object does not exist."],
  NotFound: ["not_found", "The object does not exist."],
  PreconditionFailed: ["conflict", "The object is not, or no longer, what the request needs it to be."],
  BadDigest: ["checksum_mismatch", "The object did not arrive as it was sent."],
  XAmzContentSHA256Mismatch: ["checksum_mismatch", "The object did not arrive as it was sent."],
  InvalidRange: ["invalid_input", "The range of bytes is not in the object."],
  EntityTooLarge: ["payload_too_large", "The object is too large."],
  InsufficientStorage: ["store_full", "The object store is full."],
  XMinioStorageFull: ["store_full", "The object store is full."],
  SlowDown: ["unavailable", "The object store is overloaded."],
  ServiceUnavailable: ["unavailable", "The object store is not available."],
};

/** What the SDK threw, in our words: S3's code and status go to `internal`, never its message (it holds keys). */
export function asAppError(error: unknown): AppError {
  if (AppError.is(error)) return error;
  if (!(error instanceof S3ServiceException))
    return new AppError("unavailable", "The object store did not answer.", { cause: error });
  const status = error.$metadata.httpStatusCode ?? 0;
  const [code, message] =
    meanings[error.name] ??
    (status === 507
      ? (["store_full", "The object store is full."] as const)
      : (["upstream_failed", "The object store refused the request."] as const));
  return new AppError(code, message, { cause: error, internal: { s3: error.name, status } });
}
