import { describe, expect, it } from "vitest";
import {
  type BilledUsage,
  costOf,
  decimalUsd,
  microUsdOf,
  picoCostOf,
  picoUsdOf,
  type RoutePrices,
  unknownPrices,
  usdOf,
} from "./cost.ts";

/** As a catalogue writes them: US dollars a token. */
const prices = (text: Partial<Record<keyof RoutePrices, string>>): { prices: RoutePrices } => ({
  prices: {
    ...unknownPrices,
    ...Object.fromEntries(Object.entries(text).map(([name, usd]) => [name, picoUsdOf(usd)])),
  },
});
const mini = prices({ prompt: "0.00000015", completion: "0.0000006", cachedRead: "0.000000075" });
const claude = prices({
  prompt: "0.000003",
  completion: "0.000015",
  cachedRead: "0.0000003",
  cacheWrite: "0.00000375",
});

describe("cost: ten worked cases, to the last picodollar", () => {
  it.each<[string, { prices: RoutePrices } | null, BilledUsage | null, string | null]>([
    ["prompt and completion", mini, { promptTokens: 1_000, completionTokens: 500 }, "0.000450000000"],
    // 0.1 + 0.2 of floats: 3 × 0.0000001 is 3.0000000000000004e-7 in binary
    [
      "what floats get wrong",
      prices({ prompt: "0.0000001", completion: "0.0000002" }),
      { promptTokens: 3, completionTokens: 0 },
      "0.000000300000",
    ],
    [
      "cached tokens once, at their own price",
      mini,
      { promptTokens: 1_000, completionTokens: 0, cachedTokens: 400 },
      "0.000120000000",
    ],
    [
      "written and read from the provider's cache",
      claude,
      { promptTokens: 10_000, completionTokens: 100, cachedTokens: 6_000, cacheWriteTokens: 3_000 },
      "0.017550000000",
    ],
    [
      "cached tokens without a price of their own: as any other",
      prices({ prompt: "0.000001", completion: "0.000002" }),
      { promptTokens: 10, completionTokens: 5, cachedTokens: 8 },
      "0.000020000000",
    ],
    [
      "reasoning within the completion, not beside it",
      mini,
      { promptTokens: 0, completionTokens: 1_000, reasoningTokens: 900 },
      "0.000600000000",
    ],
    [
      "reasoning at a price of its own",
      prices({ prompt: "0.000001", completion: "0.000004", reasoning: "0.000010" }),
      { promptTokens: 1, completionTokens: 10, reasoningTokens: 4 },
      "0.000065000000",
    ],
    [
      "a price a call and a picture",
      prices({ prompt: "0.000001", completion: "0", request: "0.005", image: "0.001445" }),
      { promptTokens: 2, completionTokens: 9, images: 2 },
      "0.007892000000",
    ],
    [
      "an embedding: no completion to charge for",
      prices({ prompt: "0.00000002" }),
      { promptTokens: 8_191, completionTokens: 0 },
      "0.000163820000",
    ],
    [
      "a price of 0 that is known",
      prices({ prompt: "0", completion: "0" }),
      { promptTokens: 5, completionTokens: 5 },
      "0.000000000000",
    ],
  ])("%s", (_name, route, usage, expected) => {
    const cost = picoCostOf(route, usage);
    expect(cost === null ? null : decimalUsd(cost)).toBe(expected);
  });

  it.each([
    ["no usage", mini, null],
    ["no price of the prompt", prices({ completion: "0.1" }), { promptTokens: 1, completionTokens: 1 }],
    ["no price of the completion", prices({ prompt: "0.1" }), { promptTokens: 1, completionTokens: 1 }],
    ["no price at all, and nothing counted", { prices: unknownPrices }, { promptTokens: 0, completionTokens: 0 }],
    ["a count that is none", mini, { promptTokens: Number.NaN, completionTokens: 1 }],
  ])("is unknown, and not 0, with %s", (_name, route, usage) => {
    expect(picoCostOf(route, usage)).toBeNull();
  });

  it("as a float is the very decimal the database keeps", () => {
    const usage = { promptTokens: 123_457, completionTokens: 7_891, cachedTokens: 1_001, cacheWriteTokens: 77 };
    const pico = picoCostOf(claude, usage);
    expect(JSON.stringify(costOf(claude, usage))).toBe("0.48609105");
    expect(pico === null ? null : decimalUsd(pico)).toBe("0.486091050000");
    expect(costOf(prices({}), usage)).toBeNull();
  });

  it("is nothing for the built-in engine", () => {
    expect(picoCostOf(null, { promptTokens: 5, completionTokens: 5 })).toBe(0n);
  });

  it("charges no negative rest when a provider counts its parts twice", () => {
    const cost = picoCostOf(claude, { promptTokens: 10, completionTokens: 0, cachedTokens: 100 });
    expect(cost === null ? null : decimalUsd(cost)).toBe("0.000030000000");
  });
});

describe("picodollars", () => {
  it("are read from decimal text and from nothing else", () => {
    expect(picoUsdOf("12.5")).toBe(12_500_000_000_000n);
    expect(picoUsdOf("0.000000000001")).toBe(1n);
    for (const text of ["", "-1", "1e-7", "1,5", "0.0000000000001", "NaN", null]) expect(picoUsdOf(text)).toBeNull();
  });
  it("go to the database and back unchanged", () => {
    for (const pico of [0n, 1n, 150_000n, 999_999_999_999n, 123_456_789_012_345n])
      expect(picoUsdOf(usdOf(pico).toFixed(12))).toBe(pico);
  });
  it("become micro-dollars rounded up", () => {
    expect([0n, 1n, 1_000_000n, 1_000_001n].map(microUsdOf)).toEqual([0, 1, 1, 2]);
  });
});
