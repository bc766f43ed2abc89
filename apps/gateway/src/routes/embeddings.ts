import { EmbeddingsRequest } from "@aurora/contracts";
import type { FastifyInstance } from "fastify";
import { sendReply } from "../http/send-reply.ts";
import { readCall } from "../http/server.ts";
import { type EmbedDeps, embedTexts } from "../use-cases/embed-texts.ts";

/** `POST /v1/embeddings`. */
export function registerEmbeddings(server: FastifyInstance, deps: EmbedDeps, pingIntervalMs: number): void {
  server.post("/v1/embeddings", async (request, reply) => {
    const { context, body, presence } = readCall(request, reply, EmbeddingsRequest);
    await sendReply(reply, await embedTexts(deps, { context, request: body, presence }), pingIntervalMs);
    return reply;
  });
}
