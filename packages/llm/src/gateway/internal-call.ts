import type { Readable } from "node:stream";
import {
  ErrorCode,
  gatewayErrorHeader,
  internalSecretHeader,
  type SignedContext,
  signedContextHeader,
} from "@aurora/contracts";
import { AppError, type Clock, sha256Hex } from "@aurora/kernel";
import type { Dispatcher } from "undici";

export interface GatewayConnection {
  /** Without `/v1`, e.g. `http://127.0.0.1:8100`. */
  readonly baseUrl: string;
  readonly internalSecret: string;
  /** `signContext` of `@aurora/auth` with the same secret. */
  readonly sign: (context: SignedContext) => string;
  readonly clock: Clock;
  /** Opens the connections; the caller closes it. */
  readonly dispatcher: Dispatcher;
  /** W3C trace context of the work a call is made for; absent = it is not traced. */
  readonly traceHeaders?: () => Readonly<Record<string, string>>;
}

/** What a context says besides the body and the moment it is signed for. */
export type ContextClaims = Omit<SignedContext, "version" | "body_sha256" | "issued_at_ms">;

export interface GatewayAnswer {
  header(name: string): string | null;
  readonly body: Readable;
}

/**
 * One signed call, its 2xx answer.
 * @throws AppError for any other answer; `unavailable` when the Gateway cannot be reached; the signal's reason when aborted.
 */
export async function postSigned(
  connection: GatewayConnection,
  path: string,
  body: object,
  claims: ContextClaims,
  signal: AbortSignal | undefined,
): Promise<GatewayAnswer> {
  const bytes = Buffer.from(JSON.stringify(body));
  const context: SignedContext = {
    version: 1,
    ...claims,
    body_sha256: sha256Hex(bytes),
    issued_at_ms: connection.clock.nowMs(),
  };
  const { origin, pathname } = new URL(connection.baseUrl);
  let answer: Dispatcher.ResponseData;
  try {
    answer = await connection.dispatcher.request({
      origin,
      method: "POST",
      path: `${pathname.replace(/\/$/, "")}${path}`,
      headers: {
        ...connection.traceHeaders?.(),
        "content-type": "application/json",
        [internalSecretHeader]: connection.internalSecret,
        [signedContextHeader]: connection.sign(context),
      },
      body: bytes,
      signal: signal ?? null,
      headersTimeout: 0, // the Gateway has its own limits, by provider
      bodyTimeout: 0,
    });
  } catch (cause) {
    signal?.throwIfAborted();
    throw new AppError("unavailable", "The gateway cannot be reached.", { cause });
  }
  const header = (name: string): string | null => {
    const value = answer.headers[name];
    return typeof value === "string" ? value : null;
  };
  if (answer.statusCode >= 200 && answer.statusCode < 300) return { header, body: answer.body };
  const text = await answer.body.text().catch(() => "");
  throw asAppError(answer.statusCode, header(gatewayErrorHeader), text);
}

/** A refusal of the Gateway keeps its code; what a provider said is never passed on. */
function asAppError(status: number, gatewayCode: string | null, text: string): AppError {
  const internal = { gateway_status: status, gateway_code: gatewayCode };
  const known = ErrorCode.safeParse(gatewayCode);
  if (!known.success) {
    if (status === 429) return new AppError("rate_limited", "The model's provider is busy; try again.", { internal });
    return new AppError("upstream_failed", "The model's provider refused the call.", { params: { status }, internal });
  }
  const message = messageOf(text) ?? "The gateway refused the call.";
  switch (known.data) {
    case "unauthenticated": // the two services disagree on their secret or their clocks: not the caller's fault
    case "internal":
      return new AppError("unavailable", "The gateway is not available.", { internal });
    case "not_found":
    case "conflict":
      return new AppError("invalid_input", message, {
        errors: [{ pointer: "/model", code: "unknown_model" }],
        internal,
      });
    default:
      return new AppError(known.data, message, { internal });
  }
}

function messageOf(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof error?.message === "string" ? error.message : null;
  } catch {
    return null;
  }
}
