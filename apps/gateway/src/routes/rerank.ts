import { RerankRequest } from "@aurora/contracts";
import type { FastifyInstance } from "fastify";
import { sendReply } from "../http/send-reply.ts";
import { readCall } from "../http/server.ts";
import { type RerankDeps, rerank } from "../use-cases/rerank.ts";

/** `POST /v1/rerank`, in Cohere's and Jina's form. */
export function registerRerank(server: FastifyInstance, deps: RerankDeps, pingIntervalMs: number): void {
  server.post("/v1/rerank", async (request, reply) => {
    const { context, body, presence } = readCall(request, reply, RerankRequest);
    await sendReply(reply, await rerank(deps, { context, request: body, presence }), pingIntervalMs);
    return reply;
  });
}
