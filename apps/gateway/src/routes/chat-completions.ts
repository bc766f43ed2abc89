import { CacheMode, ChatRequest, cacheStatusHeader } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import type { FastifyInstance } from "fastify";
import { sendReply } from "../http/send-reply.ts";
import { readCall } from "../http/server.ts";
import { answerChat } from "../use-cases/answer-chat.ts";
import type { CacheControl } from "../use-cases/call-request.ts";
import type { ChatDeps } from "../use-cases/chat-deps.ts";

/**
 * `POST /v1/chat/completions`, JSON or SSE. `cache-control: no-cache` asks anew, `no-store` keeps nothing, `max-age=S`
 * takes no older answer; `X-Aurora-Cache: disabled | exact | semantic | mixed` narrows the tenant's cache policy.
 */
export function registerChatCompletions(server: FastifyInstance, deps: ChatDeps, pingIntervalMs: number): void {
  server.post("/v1/chat/completions", async (request, reply) => {
    const { context, body, presence } = readCall(request, reply, ChatRequest);
    const control = controlOf(request.headers["cache-control"] ?? "", request.headers[cacheStatusHeader]);
    await sendReply(reply, await answerChat(deps, { context, request: body, control, presence }), pingIntervalMs);
    return reply;
  });
}

const asked: CacheControl = { noCache: false, noStore: false, maxAgeSeconds: null, mode: null };

/** @throws AppError `invalid_input` for a mode that does not exist. An unknown directive is ignored (RFC 9111, 5.2.3). */
function controlOf(cacheControl: string, mode: string | string[] | undefined): CacheControl {
  if (cacheControl === "" && mode === undefined) return asked;
  const directives = cacheControl.toLowerCase();
  const maxAge = /(?:^|[\s,])max-age\s*=\s*"?(\d{1,9})/.exec(directives)?.[1];
  const parsed = CacheMode.nullable().safeParse(mode ?? null);
  if (!parsed.success)
    throw new AppError("invalid_input", "X-Aurora-Cache must be disabled, exact, semantic or mixed.", {
      params: { header: cacheStatusHeader },
    });
  return {
    noCache: directives.includes("no-cache"),
    noStore: directives.includes("no-store"),
    maxAgeSeconds: maxAge === undefined ? null : Number(maxAge),
    mode: parsed.data,
  };
}
