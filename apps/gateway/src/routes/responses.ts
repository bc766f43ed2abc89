import { ResponsesRequest } from "@aurora/contracts";
import type { FastifyInstance } from "fastify";
import { sendReply } from "../http/send-reply.ts";
import { readCall } from "../http/server.ts";
import { passResponses } from "../use-cases/pass-responses.ts";
import type { PassThroughDeps } from "../use-cases/pass-through.ts";

/** `POST /v1/responses`, passed through. */
export function registerResponses(server: FastifyInstance, deps: PassThroughDeps, pingIntervalMs: number): void {
  server.post("/v1/responses", async (request, reply) => {
    const { context, body, presence } = readCall(request, reply, ResponsesRequest);
    await sendReply(reply, await passResponses(deps, { context, request: body, presence }), pingIntervalMs);
    return reply;
  });
}
