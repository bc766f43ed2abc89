import { EmbeddingsRequest } from "@aurora/contracts";
import type { FastifyInstance } from "fastify";
import { sendReply } from "../http/send-reply.ts";
import { readCall } from "../http/server.ts";
import type { ChatDeps } from "../use-cases/chat-call.ts";
import { embedTexts } from "../use-cases/embed-texts.ts";

/** `POST /v1/embeddings`. */
export function registerEmbeddings(server: FastifyInstance, deps: ChatDeps, pingIntervalMs: number): void {
  server.post("/v1/embeddings", async (request, reply) => {
    const { context, body, signal } = readCall(request, reply, EmbeddingsRequest);
    await sendReply(reply, await embedTexts(deps, { context, request: body, signal }), pingIntervalMs);
    return reply;
  });
}
