import { AppError } from "@aurora/kernel";

export interface ErrorReply {
  readonly status: number;
  readonly code: string;
  readonly body: { readonly error: { message: string; type: string; param: string | null; code: string } };
}

/** OpenAI's shape for every failure; whatever is not an AppError is a bug, and says nothing of itself. */
export function toOpenAIError(error: unknown): ErrorReply {
  const known = AppError.is(error) ? error : new AppError("internal", "The gateway failed.", { cause: error });
  const param = known.errors[0]?.pointer.replace(/^\//, "").replaceAll("/", ".") ?? null;
  return {
    status: known.status,
    code: known.code,
    body: { error: { message: known.message, type: typeOf(known.status), param, code: known.code } },
  };
}

function typeOf(status: number): string {
  if (status === 401) return "authentication_error";
  if (status === 403) return "permission_error";
  if (status === 429) return "rate_limit_error";
  return status >= 500 ? "api_error" : "invalid_request_error";
}
