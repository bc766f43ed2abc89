import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** A real HTTP provider on loopback that does what each test says. */
export interface ScriptedProvider {
  readonly port: number;
  readonly baseUrl: string;
  readonly calls: {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: Record<string, unknown>;
  }[];
  /** Resolves when the caller of the n-th call (from 0) closes its connection before the answer is whole. */
  aborted(call: number): Promise<void>;
  /** Resolves when the n-th call (from 0) has arrived. */
  arrived(call: number): Promise<void>;
  script: (response: ServerResponse, body: Record<string, unknown>) => void | Promise<void>;
  close(): Promise<void>;
}

export async function startProvider(): Promise<ScriptedProvider> {
  const gates = new Map<string, { promise: Promise<void>; open: () => void }>();
  const gate = (name: string) => {
    const known = gates.get(name);
    if (known) return known;
    let open = () => {};
    const promise = new Promise<void>((resolve) => {
      open = resolve;
    });
    const made = { promise, open };
    gates.set(name, made);
    return made;
  };
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = JSON.parse(Buffer.concat(parts).toString() || "{}") as Record<string, unknown>;
      const index = provider.calls.push({ path: request.url ?? "", headers: request.headers, body }) - 1;
      response.on("close", () => {
        if (!response.writableFinished) gate(`aborted ${index}`).open();
      });
      gate(`arrived ${index}`).open();
      void provider.script(response, body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const provider: ScriptedProvider = {
    port,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    calls: [],
    aborted: (call) => gate(`aborted ${call}`).promise,
    arrived: (call) => gate(`arrived ${call}`).promise,
    script: answerWith("Deux jours. [1]"),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return provider;
}

export const completion = (content: string, more: Record<string, unknown> = {}) => ({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_800_000_000,
  model: "m1-2026",
  choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
  usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
  ...more,
});
const chunk = (choices: unknown[], more: Record<string, unknown> = {}) => ({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1_800_000_000,
  model: "m1-2026",
  choices,
  ...more,
});

/** The events of a stream of one answer, as text; the usage event last before the end. */
export function streamOf(content: string): string[] {
  const deltas = content.match(/.{1,6}/gsu) ?? [];
  return [
    chunk([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }], { usage: null }),
    ...deltas.map((piece) => chunk([{ index: 0, delta: { content: piece }, finish_reason: null }], { usage: null })),
    chunk([{ index: 0, delta: {}, finish_reason: "stop" }], { usage: null }),
    chunk([], { usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } }),
  ].map((event) => `data: ${JSON.stringify(event)}\n\n`);
}

export const startStream = (response: ServerResponse): void =>
  void response.writeHead(200, { "content-type": "text/event-stream" });

/** Answers every call, streamed or not, with one text. */
export const answerWith =
  (content: string) =>
  (response: ServerResponse, body: Record<string, unknown>): void => {
    if (body.stream === true) {
      startStream(response);
      response.end([...streamOf(content), "data: [DONE]\n\n"].join(""));
    } else json(response, 200, completion(content));
  };

export function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}
