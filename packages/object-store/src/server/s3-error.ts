/** A refusal in S3's words: the code and the status clients of S3 already understand. */
export class S3Error extends Error {
  readonly code: S3ErrorCode;
  readonly status: number;

  constructor(code: S3ErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "S3Error";
    this.code = code;
    this.status = s3ErrorStatus[code];
  }
}

/** Codes of the S3 API reference ("Error responses"); `InsufficientStorage` is ours: AWS has no full disk. */
export const s3ErrorStatus = {
  AccessDenied: 403,
  AccessForbidden: 403, // CORS
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  IncompleteBody: 400,
  InsufficientStorage: 507,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedXML: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchKey: 404,
  NoSuchUpload: 404,
  NotImplemented: 501,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  RequestTimeout: 400,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const;
export type S3ErrorCode = keyof typeof s3ErrorStatus;

/** What the file system said, in S3's words; anything unforeseen stays a bug with its cause. */
export function asS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOSPC" || code === "EDQUOT")
    return new S3Error("InsufficientStorage", "The disk of the object store is full.", { cause: error });
  if (code === "EMFILE" || code === "ENFILE")
    return new S3Error("SlowDown", "Too many open files. Please reduce your request rate.", { cause: error });
  if (code === "ECONNRESET" || code === "ERR_STREAM_PREMATURE_CLOSE")
    return new S3Error("IncompleteBody", "The client left before the body was complete.", { cause: error });
  return new S3Error("InternalError", "We encountered an internal error.", { cause: error });
}
