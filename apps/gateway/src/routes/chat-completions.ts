import { ChatRequest } from "@aurora/contracts";
import type { FastifyInstance } from "fastify";
import { sendReply } from "../http/send-reply.ts";
import { readCall } from "../http/server.ts";
import { answerChat } from "../use-cases/answer-chat.ts";
import type { ChatDeps } from "../use-cases/chat-call.ts";

/** `POST /v1/chat/completions`, JSON or SSE. `cache-control: no-cache` asks anew, `no-store` keeps nothing. */
export function registerChatCompletions(server: FastifyInstance, deps: ChatDeps, pingIntervalMs: number): void {
  server.post("/v1/chat/completions", async (request, reply) => {
    const { context, body, signal } = readCall(request, reply, ChatRequest);
    const directives = (request.headers["cache-control"] ?? "").toLowerCase();
    const control = { noCache: directives.includes("no-cache"), noStore: directives.includes("no-store") };
    await sendReply(reply, await answerChat(deps, { context, request: body, control, signal }), pingIntervalMs);
    return reply;
  });
}
