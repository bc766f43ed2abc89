import { modelAnswerLimits } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { isObject, parseObject } from "../providers/completion.ts";
import { faultError, faultOf, type UpstreamAnswer } from "../providers/upstream.ts";
import { ClientClosed } from "./presence.ts";
import { jsonHeaders } from "./reply.ts";

/** What a caller may see of a provider's headers. Hop-by-hop headers (RFC 9110, 7.6.1) and cookies are not among them. */
const passedHeader = /^(?:content-type|retry-after|x-ratelimit-[\w-]+|x-request-id|openai-[\w-]+)$/;

export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly json: Record<string, unknown> | null;
}

export function passedHeaders(answer: UpstreamAnswer): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(answer.headers))
    if (typeof value === "string" && passedHeader.test(name)) headers[name] = value;
  return headers;
}

/** A body that is no JSON object is wrapped in OpenAI's shape; a success or a redirect without one is a 502. */
export async function readWhole(answer: UpstreamAnswer): Promise<WholeAnswer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer.body) {
    size += part.length;
    if (size > modelAnswerLimits.maxAnswerBytes)
      throw new AppError("upstream_failed", "The provider's answer is too large.");
    parts.push(part);
  }
  const [first] = parts;
  const body = parts.length === 1 && first ? first : Buffer.concat(parts);
  const json = parseObject(body.toString("utf8"));
  const headers = passedHeaders(answer);
  const isUsable = json !== null && (answer.status < 300 || answer.status >= 400);
  if (isUsable) return { status: answer.status, headers, body, json };
  const status = answer.status >= 400 ? answer.status : 502;
  const error = {
    message: "The provider's answer is not JSON.",
    type: "api_error",
    param: null,
    code: "provider_error",
  };
  return { status, headers: { ...headers, ...jsonHeaders }, body: Buffer.from(JSON.stringify({ error })), json: null };
}

/** Turns whatever a transport throws into what the caller is told; a caller who left is told nothing. */
export async function guarded<Result>(signal: AbortSignal, run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const fault = faultOf(error, signal);
    throw fault === "client_closed" ? new ClientClosed() : faultError(fault, error);
  }
}

/** How a failure is logged. */
export function statusOf(error: unknown, isGone: boolean): { status: number; code: string } {
  if (error instanceof ClientClosed || isGone) return { status: 499, code: "client_closed" };
  return AppError.is(error) ? { status: error.status, code: error.code } : { status: 500, code: "internal" };
}

/** OpenAI's description requires `refusal` and `logprobs`, which other servers leave out. */
export const normalised = (choices: unknown): unknown =>
  Array.isArray(choices)
    ? choices.map((choice) =>
        isObject(choice) && isObject(choice.message)
          ? { logprobs: null, ...choice, message: { refusal: null, ...choice.message } }
          : choice,
      )
    : choices;
