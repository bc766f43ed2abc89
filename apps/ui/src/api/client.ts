import { type FieldError, Problem } from "@aurora/contracts";
import type { ZodType, z } from "zod";

/** A call that did not succeed. `detail` is a sentence in the reader's language when the API wrote one, else null. */
export class ApiFailure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string | null,
    readonly requestId: string | null,
    /** Which fields were at fault. */
    readonly errors: readonly FieldError[] = [],
  ) {
    super(`${status} ${code}`);
    this.name = "ApiFailure";
  }
  static is(error: unknown): error is ApiFailure {
    return error instanceof ApiFailure;
  }
}

export type Api = {
  /** Where calls go: "" = this page's own origin. */
  readonly baseUrl: string;
  /** @throws ApiFailure for any answer outside 2xx, and with status 0 and code `network` when there is none. */
  call<Schema extends ZodType>(schema: Schema, path: string, options?: CallOptions): Promise<z.infer<Schema>>;
  /** A call whose answer is not read: 204s and commands. */
  send(path: string, options?: CallOptions): Promise<void>;
  /** The bare response, its body unread, for streams. */
  open(path: string, options?: CallOptions): Promise<Response>;
};
export type CallOptions = {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Sent as JSON, but for a form with files. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  readonly accept?: string;
};

type ApiOptions = {
  readonly baseUrl: string;
  readonly locale: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Told when the API no longer knows who is calling; a wrong password is not that. */
  readonly onSignedOut?: () => void;
};

export function createApi(options: ApiOptions): Api {
  const open = async (path: string, call: CallOptions = {}): Promise<Response> => {
    const isForm = call.body instanceof FormData;
    const response = await fetch(`${options.baseUrl}${path}`, {
      method: call.method ?? "GET",
      credentials: options.baseUrl ? "include" : "same-origin",
      cache: "no-store",
      headers: {
        accept: call.accept ?? "application/json",
        "accept-language": options.locale,
        ...options.headers,
        ...(call.body === undefined || isForm ? {} : { "content-type": "application/json" }),
      },
      ...(call.body === undefined ? {} : { body: isForm ? (call.body as FormData) : JSON.stringify(call.body) }),
      ...(call.signal ? { signal: call.signal } : {}),
    }).catch((error: unknown) => {
      if (call.signal?.aborted) throw error;
      throw new ApiFailure(0, "network", null, null);
    });
    if (!response.ok) {
      const failure = await failureOf(response);
      if (failure.status === 401 && failure.code !== "invalid_credentials") options.onSignedOut?.();
      throw failure;
    }
    return response;
  };
  return {
    baseUrl: options.baseUrl,
    open,
    call: async (schema, path, call) => schema.parse(await (await open(path, call)).json()),
    send: async (path, call) => {
      await (await open(path, call)).body?.cancel();
    },
  };
}

async function failureOf(response: Response): Promise<ApiFailure> {
  const problem = Problem.safeParse(await response.json().catch(() => null));
  if (!problem.success) return new ApiFailure(response.status, "unexpected", null, null);
  const { code, detail, request_id, errors } = problem.data;
  return new ApiFailure(response.status, code, detail, request_id, errors);
}
