import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { createGatewayRows, createVirtualKeyRepository } from "@aurora/db";
import { startTestDatabase, type TestDatabase } from "@aurora/testing";
import { APICallError, embedMany, generateObject, generateText, jsonSchema, streamText, tool } from "ai";
import OpenAI from "openai";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Harness, startHarness } from "../testing/harness.ts";
import { completion, json, startStream, streamOf } from "../testing/scripted-provider.ts";
import { issueKey } from "../testing/virtual-keys.ts";

// The clients other applications use, unchanged, against a listening Gateway with a virtual key.
let db: TestDatabase;
let h: Harness;
let key: { key: string; id: string };

beforeAll(async () => {
  db = await startTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  const scope = await db.createTenant();
  h = await startHarness(db, createGatewayRows(db.database), scope);
  key = await issue();
});
afterEach(() => h.stop());

const issue = (change: Parameters<typeof issueKey>[2] = {}) =>
  issueKey(createVirtualKeyRepository(db.database), h?.scope, change);
const openai = (apiKey = key.key) => new OpenAI({ apiKey, baseURL: `${h.baseUrl}/v1`, maxRetries: 0 });
const aiSdk = (apiKey = key.key) =>
  createOpenAICompatible({
    ...{ name: "gateway", apiKey, baseURL: `${h.baseUrl}/v1` },
    ...{ includeUsage: true, supportsStructuredOutputs: true },
  });

const model = "lan/m1";
const messages = [{ role: "user" as const, content: "Combien de jours ?" }];
const parameters = { type: "object", properties: { city: { type: "string" } }, required: ["city"] } as const;
const callOf = (index: number, id: string, city: string) => ({
  ...{ index, id, type: "function" as const },
  function: { name: "weather", arguments: JSON.stringify({ city }) },
});
const lastBody = () => h.provider.calls.at(-1)?.body;

/** Events of a stream, each a chunk of the given choices. */
function answerChunks(choices: readonly unknown[][]): void {
  h.provider.script = (response) => {
    startStream(response);
    const common = { id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_800_000_000, model: "m1-2026" };
    for (const part of choices) response.write(`data: ${JSON.stringify({ ...common, choices: part })}\n\n`);
    response.end("data: [DONE]\n\n");
  };
}
/** Two calls at once, their arguments cut into pieces and mixed. */
function answerToolCalls(): void {
  const calls = [callOf(0, "call_1", "Paris"), callOf(1, "call_2", "Zürich")];
  answerChunks([
    [{ index: 0, delta: { role: "assistant", content: null }, finish_reason: null }],
    ...calls.map((call) => [
      {
        index: 0,
        delta: { tool_calls: [{ ...call, function: { name: "weather", arguments: "" } }] },
        finish_reason: null,
      },
    ]),
    ...[0, 1].flatMap((half) =>
      calls.map(({ index, function: { arguments: text } }) => {
        const piece = half === 0 ? text.slice(0, 5) : text.slice(5);
        return [{ index: 0, delta: { tool_calls: [{ index, function: { arguments: piece } }] }, finish_reason: null }];
      }),
    ),
    [{ index: 0, delta: {}, finish_reason: "tool_calls" }],
  ]);
}
const vectors = [
  [0.25, -1.5, 3],
  [1, 2, -0.125],
];
/** Answers in the format asked for, as OpenAI does. */
function answerEmbeddings(): void {
  h.provider.script = (response, body) => {
    const inputs = body.input as string[];
    const data = inputs.map((_, index) => {
      const vector = vectors[index] ?? [];
      const packed = Buffer.from(Float32Array.from(vector).buffer).toString("base64");
      return { object: "embedding", index, embedding: body.encoding_format === "base64" ? packed : vector };
    });
    json(response, 200, { object: "list", data, model: "m1", usage: { prompt_tokens: 4, total_tokens: 4 } });
  };
}

describe("the openai client", () => {
  it("chats", async () => {
    const answer = await openai().chat.completions.create({ model, messages, temperature: 0 });
    expect(answer.choices[0]?.message.content).toBe("Deux jours. [1]");
    expect(answer.usage).toMatchObject({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 });
    expect(h.provider.calls[0]?.headers.authorization).not.toContain("nxv_");
  });

  it("streams, without usage unless it asks", async () => {
    const stream = await openai().chat.completions.create({ model, messages, stream: true });
    let text = "";
    let usages = 0;
    for await (const { choices, usage } of stream) {
      text += choices[0]?.delta.content ?? "";
      usages += usage ? 1 : 0;
    }
    expect([text, usages]).toEqual(["Deux jours. [1]", 0]);
  });

  it("streams with usage last, in a chunk without choices", async () => {
    const options = { model, messages, stream: true, stream_options: { include_usage: true } } as const;
    const chunks = [];
    for await (const chunk of await openai().chat.completions.create(options)) chunks.push(chunk);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5 } });
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
  });

  it("puts a streamed answer together with its own helper", async () => {
    const stream = openai().chat.completions.stream({ model, messages });
    const final = await stream.finalChatCompletion();
    expect(final.choices[0]).toMatchObject({ finish_reason: "stop", message: { content: "Deux jours. [1]" } });
  });

  it("calls tools, in JSON and in a stream of parallel calls", async () => {
    const tools = [{ type: "function" as const, function: { name: "weather", parameters } }];
    const calls = [callOf(0, "call_1", "Paris")].map(({ index: _, ...call }) => call);
    const message = { role: "assistant", content: null, tool_calls: calls };
    h.provider.script = (response) =>
      json(response, 200, completion("", { choices: [{ index: 0, message, finish_reason: "tool_calls" }] }));
    const answer = await openai().chat.completions.create({ model, messages, tools, tool_choice: "auto" });
    expect(answer.choices[0]).toMatchObject({ finish_reason: "tool_calls", message: { tool_calls: calls } });
    expect(lastBody()).toMatchObject({ tools, tool_choice: "auto" });

    answerToolCalls();
    const { choices } = await openai().chat.completions.stream({ model, messages, tools }).finalChatCompletion();
    const made = choices[0]?.message.tool_calls?.map(
      (call) => "function" in call && JSON.parse(call.function.arguments),
    );
    expect(made).toEqual([{ city: "Paris" }, { city: "Zürich" }]);
  });

  it("asks for a JSON schema, which reaches the provider as it is", async () => {
    const response_format = {
      type: "json_schema" as const,
      json_schema: { name: "place", strict: true, schema: { ...parameters, additionalProperties: false } },
    };
    h.provider.script = (response) => json(response, 200, completion('{"city":"Paris"}'));
    const answer = await openai().chat.completions.parse({ model, messages, response_format });
    expect(answer.choices[0]?.message.content).toBe('{"city":"Paris"}');
    expect(lastBody()).toMatchObject({ response_format });
  });

  it("asks for two answers, whole and in a stream where they mix", async () => {
    const choice = (index: number, content: string) => ({
      ...{ index, finish_reason: "stop", logprobs: null },
      message: { role: "assistant", content, refusal: null },
    });
    h.provider.script = (response) =>
      json(response, 200, completion("", { choices: [choice(0, "un"), choice(1, "deux")] }));
    const whole = await openai().chat.completions.create({ model, messages, n: 2 });
    expect(whole.choices.map(({ message }) => message.content)).toEqual(["un", "deux"]);

    const delta = (index: number, content: string, finish_reason: string | null = null) => [
      { index, delta: { role: "assistant", content }, finish_reason },
    ];
    answerChunks([
      delta(0, "u"),
      delta(1, "de"),
      delta(0, "n"),
      delta(1, "ux"),
      delta(1, "", "stop"),
      delta(0, "", "stop"),
    ]);
    const streamed = await openai().chat.completions.stream({ model, messages, n: 2 }).finalChatCompletion();
    expect(streamed.choices.map(({ message }) => message.content)).toEqual(["un", "deux"]);
  });

  it("embeds: base64 as it asks by default, and floats, the same numbers", async () => {
    answerEmbeddings();
    const input = ["un", "deux"];
    const packed = await openai().embeddings.create({ model, input });
    expect(packed.data.map(({ embedding }) => embedding)).toEqual(vectors);
    const plain = await openai().embeddings.create({ model, input, encoding_format: "float" });
    expect(plain.data.map(({ embedding }) => embedding)).toEqual(vectors);
  });

  it("lists the models the key may use", async () => {
    const ids = async (apiKey: string) => {
      const found: string[] = [];
      for await (const one of openai(apiKey).models.list()) found.push(one.id);
      return found;
    };
    expect(await ids(key.key)).toEqual(expect.arrayContaining(["aurora/extractive", model]));
    expect(await ids((await issue({ allowedModels: ["lan/*"] })).key)).toEqual([model]);
    expect(await openai().models.retrieve(model)).toMatchObject({ id: model, object: "model" });
  });

  it.each([
    ["a key nobody has", `nxv_${"a".repeat(43)}`, model, OpenAI.AuthenticationError, 401, "unauthenticated"],
    ["a model nobody has", null, "lan/none", OpenAI.NotFoundError, 404, "not_found"],
  ] as const)("throws its own error for %s", async (_, apiKey, asked, Kind, status, code) => {
    const client = openai(apiKey ?? key.key);
    const error = await client.chat.completions.create({ model: asked, messages }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(Kind);
    expect(error).toMatchObject({ status, code });
    expect(h.provider.calls).toHaveLength(0);
  });

  it("throws its own error for a model the key may not use, and for the aurora field", async () => {
    const narrow = openai((await issue({ allowedModels: ["fast"] })).key);
    const error = await narrow.chat.completions.create({ model, messages }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.PermissionDeniedError);
    expect(error).toMatchObject({ status: 403, code: "model_not_allowed", param: "model" });
    const body = { model, messages, aurora: {} };
    const bad = await openai()
      .chat.completions.create(body)
      .catch((caught: unknown) => caught);
    expect(bad).toBeInstanceOf(OpenAI.BadRequestError);
    const embedding = { model, input: "x", aurora: {} };
    const alsoBad = await openai()
      .embeddings.create(embedding)
      .catch((caught: unknown) => caught);
    expect(alsoBad).toBeInstanceOf(OpenAI.BadRequestError);
    expect(h.provider.calls).toHaveLength(0);
  });

  it("throws its own error at a limit, with the time to wait", async () => {
    const client = openai((await issue({ requestsADay: 1 })).key);
    const first = await client.chat.completions.create({ model, messages }).withResponse();
    expect(first.response.headers.get("ratelimit-remaining")).toBe("0");
    const error = await client.chat.completions.create({ model, messages }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    if (!(error instanceof OpenAI.RateLimitError)) return;
    expect(error).toMatchObject({ status: 429, code: "rate_limited", type: "rate_limit_error" });
    expect(Number(error.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(error.headers.get("ratelimit-limit")).toBe("1");
    expect(h.provider.calls).toHaveLength(1);
  });

  it("throws the provider's own error as it came", async () => {
    const error = {
      message: "Too long.",
      type: "invalid_request_error",
      param: "messages",
      code: "context_length_exceeded",
    };
    h.provider.script = (response) => json(response, 400, { error });
    const caught = await openai()
      .chat.completions.create({ model, messages })
      .catch((thrown: unknown) => thrown);
    expect(caught).toBeInstanceOf(OpenAI.BadRequestError);
    expect(caught).toMatchObject({ code: "context_length_exceeded", param: "messages" });
  });

  it("leaves in the middle of a stream, and the provider is told", async () => {
    h.provider.script = (response) => {
      startStream(response);
      response.write(streamOf("Deux jours.")[0]);
    };
    const stream = await openai().chat.completions.create({ model, messages, stream: true });
    for await (const _ of stream) break; // the client aborts its request
    await h.provider.aborted(0);
  });
});

describe("the Vercel AI SDK", () => {
  it("generates a text", async () => {
    const { text, usage, finishReason } = await generateText({ model: aiSdk()(model), prompt: "Combien ?" });
    expect([text, finishReason]).toEqual(["Deux jours. [1]", "stop"]);
    expect(usage).toMatchObject({ inputTokens: 10, outputTokens: 5 });
  });

  it("streams a text, with usage", async () => {
    const result = streamText({ model: aiSdk()(model), prompt: "Combien ?" });
    let text = "";
    for await (const piece of result.textStream) text += piece;
    expect(text).toBe("Deux jours. [1]");
    expect(await result.usage).toMatchObject({ inputTokens: 10, outputTokens: 5 });
  });

  it("runs tools out of a stream of parallel calls", async () => {
    answerToolCalls();
    const asked: unknown[] = [];
    const weather = tool({
      inputSchema: jsonSchema<{ city: string }>(parameters),
      execute: async ({ city }) => {
        asked.push(city);
        return "21 °C";
      },
    });
    const result = streamText({ model: aiSdk()(model), prompt: "Quel temps ?", tools: { weather } });
    await result.consumeStream();
    expect(asked.sort()).toEqual(["Paris", "Zürich"]);
    expect(await result.finishReason).toBe("tool-calls");
  });

  it("generates an object by JSON schema", async () => {
    h.provider.script = (response) => json(response, 200, completion('{"city":"Paris"}'));
    const schema = jsonSchema<{ city: string }>(parameters);
    const { object } = await generateObject({ model: aiSdk()(model), prompt: "Où ?", schema });
    expect(object).toEqual({ city: "Paris" });
    expect(lastBody()).toMatchObject({ response_format: { type: "json_schema" } });
  });

  it("embeds", async () => {
    answerEmbeddings();
    const { embeddings } = await embedMany({ model: aiSdk().embeddingModel(model), values: ["un", "deux"] });
    expect(embeddings).toEqual(vectors);
  });

  it.each([
    [401, `nxv_${"a".repeat(43)}`, model, false],
    [404, null, "lan/none", false],
  ] as const)("throws its own error with status %i", async (statusCode, apiKey, asked, isRetryable) => {
    const error = await generateText({ model: aiSdk(apiKey ?? key.key)(asked), prompt: "x", maxRetries: 0 }).catch(
      (caught: unknown) => caught,
    );
    expect(APICallError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ statusCode, isRetryable });
  });

  it("throws its own error at a limit, as one to try again", async () => {
    const limited = aiSdk((await issue({ requestsADay: 1 })).key)(model);
    await generateText({ model: limited, prompt: "x" });
    const error = await generateText({ model: limited, prompt: "x", maxRetries: 0 }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ statusCode: 429, isRetryable: true });
  });

  it("leaves in the middle of a stream, and the provider is told", async () => {
    h.provider.script = (response) => {
      startStream(response);
      response.write(streamOf("Deux jours.")[1]);
    };
    const gone = new AbortController();
    const result = streamText({ model: aiSdk()(model), prompt: "x", abortSignal: gone.signal });
    for await (const _ of result.textStream) gone.abort();
    await h.provider.aborted(0);
  });
});
