import { GuardSettings } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { createGuardChain, failingClosed, type GuardedCall } from "./chain.ts";

type Input = Parameters<typeof GuardSettings.parse>[0];
const chainOf = (settings: Input) => createGuardChain(GuardSettings.parse(settings));
const outside: GuardedCall = { location: "external", estimatedCostUsd: 0.01 };
const masking = chainOf({ pii: { mode: "mask" } });
const chat = (content: unknown, more: object = {}) => ({ model: "m", messages: [{ role: "user", content }], ...more });
const text = (content: string, chain = masking) => chain.request(chat(content), outside);
const sentOf = (content: string, chain = masking) =>
  (text(content, chain).body.messages[0] as { content: string }).content;
const refusal = (run: () => unknown): object | undefined => {
  try {
    run();
  } catch (error) {
    return AppError.is(error) ? { code: error.code, status: error.status, ...error.params } : { error };
  }
  return undefined;
};

describe("masking a request", () => {
  it("gives one value one placeholder, however it is spelled, and another value another", () => {
    expect(sentOf("A@b.fr, a@b.fr et c@b.fr ; 06 12 34 56 78 = +33612345678")).toBe(
      "⟦EMAIL_1⟧, ⟦EMAIL_1⟧ et ⟦EMAIL_2⟧ ; ⟦PHONE_1⟧ = ⟦PHONE_1⟧",
    );
  });

  it("reaches every text of the body, and leaves what a provider needs to the letter", () => {
    const attachments = [
      { type: "image_url", image_url: { url: `data:image/png;base64,${"A".repeat(50)}` } },
      { type: "input_audio", input_audio: { data: "06123456".repeat(40) } },
      { type: "input_image", image_url: `data:image/png;base64,${"A".repeat(50)}` },
      { type: "file", file: { file_data: `data:application/pdf;base64,${"0612345678+".repeat(5)}==` } },
    ];
    const body = {
      model: "x@y.fr",
      user: "u@x.fr",
      metadata: { owner: "m@x.fr" },
      messages: [
        { role: "system", name: "s@x.fr", content: "s@x.fr" },
        {
          role: "user",
          content: [{ type: "text", text: "p@x.fr" }, ...attachments],
        },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "t@x.fr", type: "function", function: { name: "f", arguments: '{"to":"p@x.fr"}' } }],
        },
        { role: "tool", tool_call_id: "t@x.fr", content: "s@x.fr" },
      ],
      tools: [
        { type: "function", function: { name: "f", description: "Write to s@x.fr", parameters: { enum: ["p@x.fr"] } } },
      ],
      stop: ["z@x.fr"],
      temperature: 0,
      aurora: { question: "p@x.fr" },
    };
    const { body: sent, isMasked } = masking.request(body, outside);
    expect(isMasked).toBe(true);
    expect(sent).toEqual({
      ...body,
      user: "⟦EMAIL_4⟧",
      metadata: { owner: "⟦EMAIL_5⟧" },
      messages: [
        { role: "system", name: "⟦EMAIL_1⟧", content: "⟦EMAIL_1⟧" },
        { role: "user", content: [{ type: "text", text: "⟦EMAIL_2⟧" }, ...attachments] },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "t@x.fr", type: "function", function: { name: "f", arguments: '{"to":"⟦EMAIL_2⟧"}' } }],
        },
        { role: "tool", tool_call_id: "t@x.fr", content: "⟦EMAIL_1⟧" },
      ],
      tools: [
        {
          type: "function",
          function: { name: "f", description: "Write to ⟦EMAIL_1⟧", parameters: { enum: ["⟦EMAIL_2⟧"] } },
        },
      ],
      stop: ["⟦EMAIL_3⟧"],
      aurora: { question: "⟦EMAIL_2⟧" },
    });
    expect(Object.keys(sent)).toEqual(Object.keys(body));
  });

  it.each<[string, unknown]>([
    ["behind what begins like a file", "data:a/b;base64, secretword a@b.fr"],
    ["a file where no file stands", "data:a/b;base64,a@b.fr"],
    ["at the place of a file", [{ type: "image_url", image_url: { url: "data:a/b;base64, a@b.fr" } }]],
    ["at the end of a long word", `${"x".repeat(300)}-0612345678`],
    ["in a long word of a sound", [{ input_audio: { data: `${"x".repeat(300)}-0612345678` } }]],
    ["of base64 elsewhere", [{ data: { url: `${"x".repeat(300)}/0612345678` } }]],
    ["under a name of our own", [{ parameters: { aurora: { description: "a@b.fr" } } }]],
    ["under a name of our own, itself", [{ aurora: "a@b.fr" }]],
    ["under a name of the provider's that the caller gave", [{ metadata: { id: "a@b.fr" } }]],
  ])("masks personal data %s", (_, content) => {
    const [{ content: sent } = { content: null }] = masking.request(chat(content), outside).body.messages;
    expect(JSON.stringify(sent)).toMatch(/⟦(?:EMAIL|PHONE)_1⟧/);
    expect(JSON.stringify(sent)).not.toMatch(/a@b|0612345678/);
  });

  it("masks the field `aurora` too: endpoints that pass their body on would send it", () => {
    expect(masking.request({ input: "x", aurora: { question: "a@b.fr" } }, outside).body.aurora).toEqual({
      question: "⟦EMAIL_1⟧",
    });
  });

  it("leaves the numbers of an embedding as they came", () => {
    const guarded = text("a@b.fr", chainOf({ deny: { mode: "mask", terms: [{ pattern: "abc" }] } }));
    const answer = { data: [{ embedding: `${"A".repeat(300)}/abc/==` }] };
    expect(guarded.restoreJson(answer)).toEqual(answer);
  });

  it("leaves the body itself as it was, and hands on the same object when there is nothing to mask", () => {
    const body = chat("écris à a@b.fr");
    masking.request(body, outside);
    expect(body).toEqual(chat("écris à a@b.fr"));
    const harmless = chat("rien du tout");
    const { body: sent, isAnswerGuarded, isMasked } = masking.request(harmless, outside);
    expect(sent).toBe(harmless);
    expect([isMasked, isAnswerGuarded]).toEqual([false, false]);
  });

  it("masks embeddings, re-ranking and responses alike", () => {
    expect(masking.request({ model: "m", input: ["a@b.fr", "x"] }, outside).body.input).toEqual(["⟦EMAIL_1⟧", "x"]);
    expect(masking.request({ query: "a@b.fr", documents: ["b@b.fr"] }, outside).body).toEqual({
      query: "⟦EMAIL_1⟧",
      documents: ["⟦EMAIL_2⟧"],
    });
    expect(masking.request({ input: "a@b.fr", instructions: "b@b.fr" }, outside).body.instructions).toBe("⟦EMAIL_2⟧");
  });

  it.each([
    ["a placeholder", "⟦EMAIL_1⟧ et a@b.fr", "⟦EMAIL_1⟧ et ⟦A.EMAIL_1⟧"],
    ["one of the next series too", "⟦EMAIL_1⟧ ⟦A.EMAIL_9⟧ a@b.fr", "⟦EMAIL_1⟧ ⟦A.EMAIL_9⟧ ⟦B.EMAIL_1⟧"],
    ["a beginning that is none", "⟦ note ⟧ a@b.fr", "⟦ note ⟧ ⟦EMAIL_1⟧"],
  ])("collides with nothing that stands in the prompt: %s", (_, content, sent) => {
    expect(sentOf(content)).toBe(sent);
    expect(text(content).restoreJson({ content: sent })).toEqual({ content });
  });

  it("masks what goes to the providers it is set for, and nothing that is answered here", () => {
    const all = chainOf({ pii: { mode: "mask", providers: "all" } });
    const isMasked = (chain: typeof all, location: GuardedCall["location"]) =>
      chain.request(chat("a@b.fr"), { location, estimatedCostUsd: null }).isMasked;
    expect((["none", "local", "external"] as const).map((location) => isMasked(masking, location))).toEqual([
      false,
      false,
      true,
    ]);
    expect((["none", "local", "external"] as const).map((location) => isMasked(all, location))).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe("putting values back", () => {
  const prompt = "Écrire à Jean@Example.fr, 06 12 34 56 78";
  it("into a whole answer, its tool arguments as JSON, and nothing that is not ours", () => {
    const guarded = text('a@b.fr et "M. O\'Brien"', chainOf({ pii: { mode: "mask", kinds: ["email", "name"] } }));
    const answer = {
      id: "⟦EMAIL_1⟧",
      choices: [
        {
          message: {
            content: "À ⟦EMAIL_1⟧ (⟦EMAIL_7⟧, ⟦EMAIL_1, EMAIL_1⟧) de ⟦NAME_1⟧",
            tool_calls: [{ function: { arguments: '{"to":"⟦EMAIL_1⟧"}' } }],
          },
        },
      ],
    };
    expect(guarded.restoreJson(answer)).toEqual({
      id: "⟦EMAIL_1⟧",
      choices: [
        {
          message: {
            content: "À a@b.fr (⟦EMAIL_7⟧, ⟦EMAIL_1, EMAIL_1⟧) de O'Brien",
            tool_calls: [{ function: { arguments: '{"to":"a@b.fr"}' } }],
          },
        },
      ],
    });
  });

  it("escaped where the value stands in the text of a JSON string", () => {
    const chain = chainOf({ deny: { mode: "mask", terms: [{ kind: "regex", pattern: 'x".y' }] } });
    const guarded = text('say x"\\y', chain);
    const { function: called } = guarded.restoreJson({ function: { arguments: '{"a":"⟦TERM_1⟧"}' } });
    expect(JSON.parse(called.arguments)).toEqual({ a: 'x"\\y' });
  });

  it.each([1, 2, 3, 5, 8, 13, 100])("into a stream cut every %i characters", (size) => {
    const answer = "J’ai écrit à ⟦EMAIL_1⟧⟦PHONE_1⟧, pas à ⟦EMAIL_2⟧ ni à ⟦EMAIL_ ⟦⟧ ⟦EMAIL_1⟧";
    const stream = text(prompt).restoreStream();
    let shown = "";
    for (let at = 0; at < answer.length; at += size) shown += stream.push(answer.slice(at, at + size));
    shown += stream.end();
    expect(shown).toBe("J’ai écrit à Jean@Example.fr06 12 34 56 78, pas à ⟦EMAIL_2⟧ ni à ⟦EMAIL_ ⟦⟧ Jean@Example.fr");
  });

  it("holds back the beginning of a placeholder alone, and gives it up once it is none", () => {
    const stream = text(prompt).restoreStream();
    expect(["Voici ", "⟦EM", "AIL_", "1", "⟧ et ⟦", "x", " ⟦EMAIL_1"].map((piece) => stream.push(piece))).toEqual([
      "Voici ",
      "",
      "",
      "",
      "Jean@Example.fr et ",
      "⟦x",
      " ",
    ]);
    expect(stream.end()).toBe("⟦EMAIL_1");
  });

  it("into the chunks of a stream, each choice and tool call by itself, before its finish reason", () => {
    const chunks = text(prompt).restoreChunks();
    const chunk = (choices: object[]) => ({ id: "c", object: "chat.completion.chunk", choices });
    const delta = (index: number, content: string) => ({ index, delta: { content }, finish_reason: null });
    const call = (index: number, args: string) => ({
      index: 0,
      delta: { tool_calls: [{ index, function: { arguments: args } }] },
      finish_reason: null,
    });
    const usage = { id: "c", choices: [], usage: { total_tokens: 3 } };
    const shown = [
      chunk([delta(0, "a ⟦EMA")]),
      chunk([delta(1, "b ⟦PHO"), delta(0, "IL_1⟧ ⟦E")]),
      chunk([delta(1, "NE_1⟧")]),
      chunk([call(0, '{"a":"⟦EMAI')]),
      chunk([call(1, "⟦PHONE_1")]),
      chunk([call(0, 'L_1⟧"}')]),
      chunk([{ index: 0, delta: {}, finish_reason: "tool_calls" }]),
      usage,
    ].map((one) => chunks.push(one));
    expect(shown).toEqual([
      chunk([delta(0, "a ")]),
      chunk([delta(1, "b "), delta(0, "Jean@Example.fr ")]),
      chunk([delta(1, "06 12 34 56 78")]),
      chunk([call(0, '{"a":"')]),
      chunk([call(1, "")]),
      chunk([call(0, 'Jean@Example.fr"}')]),
      chunk([
        {
          index: 0,
          delta: { content: "⟦E", tool_calls: [{ index: 1, function: { arguments: "⟦PHONE_1" } }] },
          finish_reason: "tool_calls",
        },
      ]),
      usage,
    ]);
    expect(chunks.end()).toEqual([]);
  });

  it("gives out what a stream without a finish reason still held", () => {
    const chunks = text(prompt).restoreChunks();
    chunks.push({ id: "c", model: "m", choices: [{ index: 0, delta: { content: "x ⟦EMA" } }], usage: null });
    expect(chunks.end()).toEqual([
      { id: "c", model: "m", choices: [{ index: 0, delta: { content: "⟦EMA" }, logprobs: null, finish_reason: null }] },
    ]);
  });
});

describe("refusing and logging", () => {
  it("refuses what it finds with a stable code, and says nothing of it", () => {
    const chain = chainOf({ pii: { mode: "refuse" } });
    expect(refusal(() => text("a@b.fr", chain))).toEqual({ code: "guard_refused", status: 403, guard: "pii" });
    expect(refusal(() => text("rien", chain))).toBeUndefined();
    expect(JSON.stringify(refusal(() => text("secret@b.fr", chain)))).not.toContain("secret");
  });
  it("refuses the name of a field it would have to mask, and counts it where it only logs", () => {
    const named = (name: string) => ({
      ...chat("rien"),
      tools: [
        { type: "function", function: { name: "f", parameters: { properties: { [name]: { type: "string" } } } } },
      ],
    });
    const deny = (mode: "mask" | "refuse" | "log") =>
      chainOf({ deny: { mode, terms: [{ pattern: "secret" }, { pattern: "type" }] } });
    for (const mode of ["mask", "refuse"] as const) {
      expect(refusal(() => deny(mode).request(named("secret"), outside))).toMatchObject({ guard: "deny" });
      expect(refusal(() => deny(mode).request(named("type"), outside))).toMatchObject({ guard: "deny" });
      expect(refusal(() => deny(mode).request(named("autre"), outside))).toBeUndefined(); // `type` of the API itself
    }
    expect(refusal(() => masking.request(named("a@b.fr"), outside))).toMatchObject({ guard: "pii" });
    expect(refusal(() => masking.request({ ...chat("x"), "a@b.fr": 1 }, outside))).toMatchObject({ guard: "pii" });
    const logged = deny("log").request(named("secret"), outside);
    expect(logged.findings()).toEqual([{ guard: "deny", kind: "TERM", action: "log", count: 1 }]);
    expect(logged.isMasked).toBe(false);
  });
  it("logs how often, never what", () => {
    const guarded = text("a@b.fr b@b.fr 06 12 34 56 78", chainOf({ pii: { mode: "log" } }));
    expect(guarded.isMasked).toBe(false);
    expect(guarded.findings()).toEqual([
      { guard: "pii", kind: "EMAIL", action: "log", count: 2 },
      { guard: "pii", kind: "PHONE", action: "log", count: 1 },
    ]);
  });
});

describe("the highest cost of a call", () => {
  const limit = (mode: "refuse" | "log", call: GuardedCall) =>
    refusal(() => chainOf({ cost: { mode, max_usd: 0.5 } }).request(chat("x"), call));
  it.each<[GuardedCall, boolean]>([
    [{ location: "external", estimatedCostUsd: 0.5 }, false],
    [{ location: "external", estimatedCostUsd: 0.500001 }, true],
    [{ location: "external", estimatedCostUsd: null }, true],
    [{ location: "local", estimatedCostUsd: null }, false],
    [{ location: "local", estimatedCostUsd: 1 }, true],
    [{ location: "none", estimatedCostUsd: null }, false],
  ])("%j is refused: %s", (call, isRefused) => {
    expect(limit("refuse", call) !== undefined).toBe(isRefused);
    expect(limit("log", call)).toBeUndefined();
  });
});

describe("a guard that fails", () => {
  it("lets nothing through, and its error says nothing of the text", () => {
    let deep: unknown = "a@b.fr";
    for (let level = 0; level < 100; level++) deep = [deep];
    expect(refusal(() => text(deep as string))).toEqual({ code: "guard_refused", status: 403, guard: "other" });
    const failure = (() => {
      try {
        return failingClosed(() => JSON.parse("planted text"));
      } catch (error) {
        return error as AppError;
      }
    })();
    expect(failure.cause).toBeUndefined();
    expect(JSON.stringify([failure.message, failure.stack, failure.internal, failure.params])).not.toContain("planted");
  });
});

it("does nothing while every guard is off", () => {
  const chain = chainOf({});
  const body = chat("a@b.fr secret");
  expect(chain.isActive).toBe(false);
  expect(chain.request(body, outside).body).toBe(body);
});
