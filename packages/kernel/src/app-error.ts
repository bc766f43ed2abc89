import { type ErrorCode, type ErrorParams, errorStatus, type FieldError } from "@aurora/contracts";

const marker = Symbol.for("aurora.AppError"); // still matches when two copies of the package are loaded

/**
 * A failure we expect. `message` is an English sentence that may be shown to a caller; `params` fill the
 * translated one; `internal` goes to logs only and never holds prompt or document text.
 */
export class AppError extends Error {
  readonly [marker] = true;
  readonly code: ErrorCode;
  readonly params: ErrorParams;
  readonly errors: readonly FieldError[];
  readonly internal: object;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; params?: ErrorParams; errors?: readonly FieldError[]; internal?: object } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.params = options.params ?? {};
    this.errors = options.errors ?? [];
    this.internal = options.internal ?? {};
  }

  /** The HTTP status this failure is answered with. */
  get status(): number {
    return errorStatus[this.code];
  }

  static is(error: unknown): error is AppError {
    return error instanceof Error && marker in error;
  }
}
