import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { readModelCatalogue, usdDecimal } from "./read-catalogue.ts";

/** One entry as OpenRouter's "List available models" describes it. */
const openRouter = {
  id: "anthropic/claude-sonnet",
  name: "Claude Sonnet",
  created: 1_700_000_000,
  context_length: 200_000,
  architecture: { modality: "text+image->text", input_modalities: ["text", "image"], output_modalities: ["text"] },
  pricing: {
    prompt: "0.000003",
    completion: "0.000015",
    request: "0",
    image: "0.0048",
    web_search: "0",
    internal_reasoning: "0",
    input_cache_read: "0.0000003",
    input_cache_write: "0.00000375",
  },
  top_provider: { context_length: 200_000, max_completion_tokens: 64_000, is_moderated: true },
  supported_parameters: ["max_tokens", "tools", "structured_outputs"],
};
const noCapabilities = { tools: null, vision: null, json_schema: null, streaming: null, embedding_dimensions: null };

describe("a catalogue of models", () => {
  it("is OpenRouter's, prices as they are written", () => {
    expect(readModelCatalogue({ data: [openRouter] }, "/x")).toEqual({
      skipped: 0,
      entries: [
        {
          name: "anthropic/claude-sonnet",
          prices: {
            prompt: "0.000003",
            completion: "0.000015",
            cached_read: "0.0000003",
            cache_write: "0.00000375",
            request: "0",
            image: "0.0048",
            reasoning: null,
          },
          contextWindow: 200_000,
          maxOutputTokens: 64_000,
          capabilities: { tools: true, vision: true, json_schema: true, streaming: null, embedding_dimensions: null },
        },
      ],
    });
  });

  it("is any other's, which names models and nothing else: unknown is null and never 0", () => {
    const answer = {
      object: "list",
      data: [{ id: "llama3", object: "model", owned_by: "library", max_model_len: 8_192 }],
    };
    const [entry] = readModelCatalogue(answer, "/x").entries;
    expect(entry).toMatchObject({ name: "llama3", contextWindow: 8_192, capabilities: noCapabilities });
    expect(Object.values(entry?.prices ?? {})).toEqual(Array(7).fill(null));
  });

  it("takes a price of 0 for 0, and thinking that is free where all is free", () => {
    const free = { id: "free", pricing: { prompt: "0", completion: "0", internal_reasoning: "0" } };
    expect(readModelCatalogue([free], "/x").entries[0]?.prices).toMatchObject({
      prompt: "0",
      completion: "0",
      reasoning: "0",
    });
  });

  it("leaves out what it cannot read, and says how much that was", () => {
    const data = [
      openRouter,
      openRouter,
      null,
      1,
      { id: "" },
      { id: 5 },
      { id: "a\u0000" },
      { id: "a\nb" },
      { id: "x".repeat(201) },
    ];
    expect(readModelCatalogue({ data }, "/x")).toMatchObject({ skipped: 8, entries: [{ name: openRouter.id }] });
    const many = Array.from({ length: 6_000 }, (_, n) => ({ id: `m${n}` }));
    expect(readModelCatalogue(many, "/x")).toMatchObject({ skipped: 1_000 });
  });

  it.each([null, 1, "x", {}, { data: {} }, { error: { message: "no" } }])("is not %j", (value) => {
    expect(() => readModelCatalogue(value, "/file")).toThrow(AppError);
  });
});

describe("a price", () => {
  it.each([
    ["0.00000015", "0.00000015"],
    ["1.50", "1.5"],
    ["0", "0"],
    [0.00000015, "0.00000015"], // JSON: 1.5e-7
    ["1.5e-7", "0.00000015"],
    ["2E+3", "2000"],
    ["0.0000000000005", "0.000000000001"],
    ["0.00000000000049", "0"],
    ["99999999", "99999999"],
    ["100000000", null],
    ["-1", null],
    ["", null],
    ["free", null],
    ["0x10", null],
    ["1,5", null],
    [null, null],
    [Number.NaN, null],
    ["1e99", null],
  ])("written %j is %j", (written, expected) => {
    expect(usdDecimal(written)).toBe(expected);
  });
});
