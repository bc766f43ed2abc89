import { describe, expect, it } from "vitest";
import { createSseSplitter } from "../sse.ts";
import { anthropicStream } from "./anthropic-stream.ts";

/** The events as the API reference shows them. */
const event = (type: string, more: object = {}) => `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const startEvent = event("message_start", {
  message: {
    id: "msg_1",
    model: "claude",
    content: [],
    usage: { input_tokens: 25, cache_read_input_tokens: 5, output_tokens: 1 },
  },
});
const text = (index: number, piece: string) =>
  event("content_block_delta", { index, delta: { type: "text_delta", text: piece } });
const json = (index: number, piece: string) =>
  event("content_block_delta", { index, delta: { type: "input_json_delta", partial_json: piece } });
const block = (index: number, content_block: object) => event("content_block_start", { index, content_block });
const stop = (index: number) => event("content_block_stop", { index });
const end = (stop_reason: string, output_tokens: number) =>
  event("message_delta", { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens } }) +
  event("message_stop");

interface Chunk {
  id: string;
  choices: {
    delta: { content?: string; tool_calls?: { index: number; id?: string; function: { arguments: string } }[] };
    finish_reason: string | null;
  }[];
  usage: unknown;
  error?: unknown;
}
function translated(stream: string): (Chunk | "[DONE]")[] {
  const splitter = createSseSplitter();
  const again = createSseSplitter();
  const translator = anthropicStream(1_800_000_000_000);
  const out = [...splitter.push(Buffer.from(stream)).flatMap((one) => translator.push(one)), ...translator.end()];
  return out
    .flatMap((bytes) => again.push(bytes))
    .map(({ data }) => (data === "[DONE]" ? data : JSON.parse(data ?? "null")));
}
const chunksOf = (stream: string): Chunk[] => translated(stream).filter((one): one is Chunk => one !== "[DONE]");

describe("a stream of Anthropic's", () => {
  it("becomes chunks of one answer, the usage last, then [DONE]", () => {
    const all = translated(
      startEvent +
        block(0, { type: "text", text: "" }) +
        event("ping") +
        text(0, "Été") +
        text(0, " à Nîmes") +
        stop(0) +
        end("end_turn", 12),
    );
    expect(all.at(-1)).toBe("[DONE]");
    const chunks = all.slice(0, -1) as Chunk[];
    for (const chunk of chunks)
      expect(chunk).toMatchObject({
        id: "msg_1",
        object: "chat.completion.chunk",
        created: 1_800_000_000,
        model: "claude",
      });
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: "assistant", content: "", refusal: null });
    expect(chunks.map(({ choices }) => choices[0]?.delta.content ?? "").join("")).toBe("Été à Nîmes");
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe("stop");
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: {
        prompt_tokens: 30,
        completion_tokens: 12,
        total_tokens: 42,
        prompt_tokens_details: { cached_tokens: 5 },
      },
    });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it("counts tool calls from 0 whatever block they are, their arguments whole once joined", () => {
    const stream = [
      startEvent,
      block(0, { type: "thinking", thinking: "" }),
      event("content_block_delta", { index: 0, delta: { type: "thinking_delta", thinking: "hm" } }),
      stop(0),
      block(1, { type: "text", text: "" }),
      text(1, "Voyons."),
      stop(1),
      block(2, { type: "tool_use", id: "t1", name: "weather", input: {} }),
      json(2, ""),
      json(2, '{"city": "Pa'),
      json(2, 'ris"}'),
      stop(2),
      block(3, { type: "tool_use", id: "t2", name: "weather", input: {} }),
      json(3, "{}"),
      stop(3),
      event("something_new", { index: 9 }),
      end("tool_use", 30),
    ].join("");
    const calls = chunksOf(stream).flatMap(({ choices }) => choices[0]?.delta.tool_calls ?? []);
    expect(calls[0]).toMatchObject({
      index: 0,
      id: "t1",
      type: "function",
      function: { name: "weather", arguments: "" },
    });
    const joined = (index: number) =>
      calls
        .filter((call) => call.index === index)
        .map((call) => call.function.arguments)
        .join("");
    expect([joined(0), joined(1)]).toEqual(['{"city": "Paris"}', "{}"]);
    expect(calls.filter(({ id }) => id !== undefined).map(({ id }) => id)).toEqual(["t1", "t2"]);
    expect(
      chunksOf(stream)
        .map(({ choices }) => choices[0]?.finish_reason)
        .filter(Boolean),
    ).toEqual(["tool_calls"]);
  });

  it("that is cut off has no end, and never [DONE]", () => {
    const all = translated(startEvent + block(0, { type: "text", text: "" }) + text(0, "Deux"));
    expect(all).not.toContain("[DONE]");
    expect((all as Chunk[]).every(({ choices }) => choices[0]?.finish_reason === null)).toBe(true);
  });

  it("passes an error event on in OpenAI's shape", () => {
    const all = translated(startEvent + event("error", { error: { type: "overloaded_error", message: "Overloaded" } }));
    expect(all.at(-1)).toEqual({
      error: { message: "Overloaded", type: "overloaded_error", param: null, code: "overloaded_error" },
    });
  });

  it.each([
    ["broken JSON", "data: {\n\n"],
    ["a delta before its message", text(0, "a")],
    ["two beginnings", startEvent + startEvent],
    ["a piece of arguments of no tool", startEvent + json(4, "{")],
    ["an end without a reason", startEvent + event("message_stop")],
  ])("is given up with %s", (_name, stream) => {
    expect(() => translated(stream)).toThrow(expect.objectContaining({ code: "upstream_failed" }));
  });
});
