import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { fixedClock } from "@aurora/kernel";
import { Agent } from "undici";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ContextClaims, type GatewayConnection, postSigned } from "./internal-call.ts";

const seen: IncomingHttpHeaders[] = [];
const server = createServer((request, response) => {
  seen.push(request.headers);
  request.resume().once("end", () => response.end("{}"));
});
const dispatcher = new Agent();
let connection: GatewayConnection;
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  connection = {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    internalSecret: "the-secret",
    sign: () => "signed",
    clock: fixedClock(0),
    dispatcher,
  };
});
afterAll(async () => {
  await dispatcher.close();
  await new Promise((resolve) => server.close(resolve));
});

const post = async (more: Partial<GatewayConnection>) => {
  const answer = await postSigned(
    { ...connection, ...more },
    "/v1/chat/completions",
    {},
    {} as ContextClaims,
    undefined,
  );
  answer.body.resume();
  return seen.at(-1);
};

it("carries the trace of the work it is made for, and no trace when there is none", async () => {
  const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  expect(await post({ traceHeaders: () => ({ traceparent, tracestate: "v=1" }) })).toMatchObject({
    traceparent,
    tracestate: "v=1",
    "x-internal-secret": "the-secret",
  });
  for (const headers of [await post({}), await post({ traceHeaders: () => ({}) })])
    expect(Object.keys(headers ?? {})).not.toContain("traceparent");
});

it("lets a trace take no header of ours over", async () => {
  const headers = await post({ traceHeaders: () => ({ "x-internal-secret": "other", "content-type": "text/plain" }) });
  expect(headers).toMatchObject({ "x-internal-secret": "the-secret", "content-type": "application/json" });
});
