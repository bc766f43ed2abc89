import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { anthropicDialect } from "./anthropic.ts";
import { anthropicAnswer } from "./anthropic-answer.ts";

const target = { id: "p", baseUrl: "https://api.anthropic.com/v1", apiKey: null };
const sent = (more: Record<string, unknown>, at: object = target) => {
  const body = { model: "claude", messages: [{ role: "user", content: "Bonjour" }], ...more };
  const call = anthropicDialect.chat(body, { ...target, ...at });
  expect([call.path, call.headers]).toEqual(["/messages", { "anthropic-version": "2023-06-01" }]);
  return JSON.parse(call.body) as Record<string, unknown>;
};
const refusal = (more: Record<string, unknown>): unknown => {
  try {
    return sent(more);
  } catch (error) {
    return AppError.is(error) ? [error.status, error.errors[0]?.pointer, error.errors[0]?.code] : error;
  }
};
const weather = { type: "function", function: { name: "weather", parameters: { type: "object", properties: {} } } };

describe("a chat request as a Messages request", () => {
  it("is the least that says the same", () => {
    expect(sent({})).toEqual({
      model: "claude",
      max_tokens: 4_096,
      messages: [{ role: "user", content: "Bonjour" }],
    });
  });

  it("asks for the caller's limit, else the model's", () => {
    expect(sent({}, { maxOutputTokens: 64_000 }).max_tokens).toBe(64_000);
    expect(sent({ max_tokens: 5 }, { maxOutputTokens: 64_000 }).max_tokens).toBe(5);
    expect(sent({ max_tokens: 5, max_completion_tokens: 9 }).max_tokens).toBe(9);
  });

  it("puts system and developer messages before all others, and joins neighbours of one role", () => {
    const messages = [
      { role: "system", content: "Be brief." },
      { role: "user", content: "A" },
      { role: "user", content: [{ type: "text", text: "B" }] },
      { role: "developer", content: "In French." },
      { role: "assistant", content: "C  " },
    ];
    expect(sent({ messages })).toMatchObject({
      system: [
        { type: "text", text: "Be brief." },
        { type: "text", text: "In French." },
      ],
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "A" },
            { type: "text", text: "B" },
          ],
        },
        { role: "assistant", content: "C" }, // what is to be gone on with may not end in white space
      ],
    });
    expect(sent({ messages: messages.slice(0, 2) })).toMatchObject({ system: "Be brief." });
  });

  it("carries pictures, documents and marks for the prompt cache", () => {
    const content = [
      { type: "text", text: "What is this?", cache_control: { type: "ephemeral" } },
      { type: "text", text: "" },
      { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0=" } },
      { type: "image_url", image_url: { url: "https://example.org/a.jpg" } },
      { type: "file", file: { filename: "a.pdf", file_data: "data:application/pdf;base64,JVBERg==" } },
    ];
    expect(sent({ messages: [{ role: "user", content }] }).messages).toEqual([
      {
        role: "user",
        content: [
          { type: "text", text: "What is this?", cache_control: { type: "ephemeral" } },
          { type: "image", source: { type: "base64", media_type: "image/png", data: "iVBORw0=" } },
          { type: "image", source: { type: "url", url: "https://example.org/a.jpg" } },
          {
            type: "document",
            title: "a.pdf",
            source: { type: "base64", media_type: "application/pdf", data: "JVBERg==" },
          },
        ],
      },
    ]);
  });

  it("carries tool calls and their results, which go back in one message", () => {
    const call = (id: string, text: string) => ({
      id,
      type: "function",
      function: { name: "weather", arguments: text },
    });
    const messages = [
      { role: "user", content: "Paris and Nîmes?" },
      { role: "assistant", content: null, tool_calls: [call("t1", '{"city":"Paris"}'), call("t2", "")] },
      { role: "tool", tool_call_id: "t1", content: "12 °C" },
      { role: "tool", tool_call_id: "t2", content: [{ type: "text", text: "20 °C" }] },
      { role: "user", content: "Thanks" },
    ];
    expect(sent({ messages, tools: [weather] })).toMatchObject({
      tools: [{ name: "weather", input_schema: { type: "object", properties: {} } }],
      messages: [
        { role: "user" },
        {
          role: "assistant",
          content: [
            { type: "tool_use", id: "t1", name: "weather", input: { city: "Paris" } },
            { type: "tool_use", id: "t2", name: "weather", input: {} },
          ],
        },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "t1", content: "12 °C" },
            { type: "tool_result", tool_use_id: "t2", content: "20 °C" },
            { type: "text", text: "Thanks" },
          ],
        },
      ],
    });
  });

  it.each([
    [undefined, undefined, undefined],
    ["auto", undefined, undefined],
    ["none", undefined, { type: "none" }],
    ["required", undefined, { type: "any" }],
    ["required", false, { type: "any", disable_parallel_tool_use: true }],
    [undefined, false, { type: "auto", disable_parallel_tool_use: true }],
    [{ type: "function", function: { name: "weather" } }, undefined, { type: "tool", name: "weather" }],
  ])("says which tool may be called: %j, parallel %j", (tool_choice, parallel_tool_calls, expected) => {
    expect(sent({ tools: [weather], tool_choice, parallel_tool_calls }).tool_choice).toEqual(expected);
    expect(sent({ tool_choice, parallel_tool_calls })).not.toHaveProperty("tool_choice"); // of no meaning without tools
  });

  it("asks for JSON of a schema, and for a JSON object", () => {
    const schema = {
      type: "object",
      properties: { a: { type: "string" } },
      required: ["a"],
      additionalProperties: false,
    };
    const format = { type: "json_schema", json_schema: { name: "out", strict: true, schema } };
    expect(sent({ response_format: format }).output_config).toEqual({ format: { type: "json_schema", schema } });
    expect(sent({ response_format: { type: "json_object" } }).system).toMatch(/JSON object/);
    expect(sent({ response_format: { type: "text" } })).not.toHaveProperty("output_config");
  });

  it("carries what both sides know, and drops hints that only OpenAI knows", () => {
    const hints = {
      seed: 1,
      presence_penalty: 1,
      frequency_penalty: 1,
      logit_bias: {},
      store: true,
      service_tier: "auto",
      n: 1,
    };
    const both = { temperature: 1.5, top_p: 0.9, stop: "END", stream: true, user: "u1" };
    expect(sent({ ...hints, ...both, stream_options: { include_usage: true } })).toEqual({
      ...{ model: "claude", max_tokens: 4_096, messages: [{ role: "user", content: "Bonjour" }] },
      ...{ temperature: 1, top_p: 0.9, stop_sequences: ["END"], stream: true, metadata: { user_id: "u1" } },
    });
  });

  it.each([
    ["/n", { n: 2 }],
    ["/logprobs", { logprobs: true }],
    ["/modalities", { modalities: ["text", "audio"] }],
    ["/functions", { functions: [] }],
    ["/response_format", { response_format: { type: "grammar" } }],
    ["/tools/0", { tools: [{ type: "custom" }] }],
    ["/messages/0/role", { messages: [{ role: "function", content: "x" }] }],
    ["/messages/0/content/0", { messages: [{ role: "user", content: [{ type: "input_audio" }] }] }],
    [
      "/messages/0/content/0",
      {
        messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/bmp;base64,AA" } }] }],
      },
    ],
    [
      "/messages/0/content/0",
      { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "http://example.org/a" } }] }] },
    ],
  ])("refuses %s, which would change the answer", (pointer, more) => {
    expect(refusal(more)).toEqual([400, pointer, "unsupported_parameter"]);
  });

  it("refuses arguments that are no JSON object", () => {
    const call = { id: "t", type: "function", function: { name: "f", arguments: "{" } };
    const messages = [{ role: "assistant", tool_calls: [call] }];
    expect(refusal({ messages })).toEqual([400, "/messages/0/tool_calls/0/function/arguments", "invalid_json"]);
  });
});

describe("an answer of Anthropic's", () => {
  const message = {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5",
    content: [
      { type: "thinking", thinking: "hm", signature: "s" },
      { type: "text", text: "Deux " },
      { type: "text", text: "jours." },
    ],
    stop_reason: "end_turn",
    stop_sequence: null,
    usage: { input_tokens: 10, cache_creation_input_tokens: 20, cache_read_input_tokens: 30, output_tokens: 5 },
  };

  it("is a chat.completion; its prompt tokens hold what the prompt cache gave and took", () => {
    expect(anthropicAnswer(200, message, 1_800_000_000_999)).toEqual({
      id: "msg_1",
      object: "chat.completion",
      created: 1_800_000_000,
      model: "claude-sonnet-4-5",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Deux jours.", refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: 60,
        completion_tokens: 5,
        total_tokens: 65,
        prompt_tokens_details: { cached_tokens: 30, cache_write_tokens: 20 },
      },
    });
  });

  it("has tool calls with their arguments as text", () => {
    const content = [{ type: "tool_use", id: "t1", name: "weather", input: { city: "Nîmes" } }];
    const { choices } = anthropicAnswer(200, { ...message, content, stop_reason: "tool_use" }) as {
      choices: unknown[];
    };
    expect(choices[0]).toMatchObject({
      message: {
        content: null,
        tool_calls: [{ id: "t1", type: "function", function: { name: "weather", arguments: '{"city":"Nîmes"}' } }],
      },
      finish_reason: "tool_calls",
    });
  });

  it.each([
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["stop_sequence", "stop"],
    ["refusal", "content_filter"],
    ["pause_turn", "stop"],
    ["something_new", "stop"],
  ])("ended by %s has the finish reason %s", (stop_reason, expected) => {
    expect(anthropicAnswer(200, { ...message, stop_reason })).toMatchObject({ choices: [{ finish_reason: expected }] });
  });

  it("is an error in OpenAI's shape when it is one", () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" }, request_id: "r" };
    expect(anthropicAnswer(529, error)).toEqual({
      error: { message: "Overloaded", type: "overloaded_error", param: null, code: "overloaded_error" },
    });
    expect(anthropicAnswer(500, {})).toMatchObject({ error: { type: "api_error" } });
  });
});
