import { createGatewayMetrics } from "@aurora/telemetry";
import Fastify from "fastify";
import { describe, expect, it } from "vitest";
import { toOpenAIError } from "../http/openai-error.ts";
import { registerMetrics } from "./metrics.ts";

const token = "metrics-token-0123456789-0123456789";
function serve(own: string | null) {
  const server = Fastify();
  server.setErrorHandler((error, _request, reply) => {
    const { body, status } = toOpenAIError(error);
    return reply.code(status).send(body);
  });
  registerMetrics(server, { metrics: createGatewayMetrics({ version: "1" }), token: own });
  return server;
}

describe("GET /metrics", () => {
  it("does not exist without METRICS_TOKEN, whatever is sent", async () => {
    const answer = await serve(null).inject({ url: "/metrics", headers: { authorization: `Bearer ${token}` } });
    expect(answer.statusCode).toBe(404);
  });

  it.each([
    undefined,
    "",
    token,
    "Bearer ",
    "Bearer null",
    `Bearer ${token.slice(0, -1)}`,
    `Bearer ${token}x`,
    `Basic ${token}`,
    `bearer ${token} `,
  ])("answers 401 to %j, the same words to all", async (authorization) => {
    const answer = await serve(token).inject({
      url: "/metrics",
      headers: { ...(authorization !== undefined && { authorization }) },
    });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers["www-authenticate"]).toBe("Bearer");
    expect(answer.json()).toEqual({
      error: {
        message: "The metrics need their token.",
        type: "authentication_error",
        param: null,
        code: "unauthenticated",
      },
    });
  });

  it("answers Prometheus' text to the token", async () => {
    const answer = await serve(token).inject({ url: "/metrics", headers: { authorization: `Bearer ${token}` } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers["content-type"]).toBe("text/plain; version=0.0.4; charset=utf-8");
    expect(answer.body).toContain('gateway_build_info{version="1"} 1\n');
    expect(answer.body).not.toContain(token);
  });
});
