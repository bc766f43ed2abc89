import { createCredentialCipher } from "@aurora/auth";
import { AppError, fixedClock, jobScope } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { createProviderDirectory } from "../providers/directory.ts";
import type { ModelRouteRow, ModelRow, ProviderRow } from "../providers/provider-row.ts";
import { createRouter, routeKey, routeName } from "./router.ts";

const scope = jobScope("00000000-0000-7000-8000-000000000001", "test");
const prices = {
  prompt: "0.000001",
  completion: "0.000002",
  cachedRead: null,
  cacheWrite: null,
  request: null,
  image: null,
  reasoning: null,
};
const model = (name: string, more: Partial<ModelRow> = {}): ModelRow => ({
  ...{ name, isDefault: false, prices, priceVersion: "v1" },
  ...{ contextWindow: null, maxOutputTokens: null, capabilities: {} },
  ...more,
});
const provider = (name: string, models: readonly ModelRow[], more: Partial<ProviderRow> = {}): ProviderRow => ({
  ...{ id: `id-${name}`, name, kind: "openai_compatible", baseUrl: `https://${name}.example/v1` },
  ...{ location: "external", apiVersion: null, timeouts: {}, credential: null, models },
  ...more,
});
const alias = (name: string, targets: Record<string, number>, more: Partial<ModelRouteRow> = {}): ModelRouteRow => ({
  alias: name,
  targets: Object.entries(targets).map(([target, weight]) => ({ model: target, weight })),
  ...{ retries: { max: 0, base_ms: 250, max_ms: 8_000 }, hedgeAfterMs: null, timeouts: {} },
  ...more,
});

function routerOver(providers: ProviderRow[], aliases: ModelRouteRow[], random: () => number = () => 0) {
  const loads = { count: 0 };
  const directory = createProviderDirectory({
    rows: {
      async listActiveProviders() {
        loads.count += 1;
        return [...providers];
      },
      listActiveModelRoutes: async () => [...aliases],
    },
    cipher: createCredentialCipher(Buffer.alloc(32, 1).toString("base64url")),
    clock: fixedClock(0),
    maxAgeMs: 1_000,
    environmentKeys: { openai: "sk-env", openrouter: null },
    addresses: { privateHosts: [] },
  });
  const router = createRouter(directory, random);
  const namesOf = async (asked: string, needs = {}) =>
    (await router.plan(scope, asked, needs)).candidates.map((route) => routeName(route));
  return { ...router, aliases, loads, namesOf, providers };
}
const two = [provider("a", [model("m"), model("only")]), provider("b", [model("m")])];
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "ok",
    (error: unknown) => AppError.is(error) && error.code,
  );

describe("a plan", () => {
  it("of a model has one candidate, no retry and no hedge", async () => {
    const { plan } = routerOver(two, []);
    const found = await plan(scope, "a/m");
    expect(found).toMatchObject({ alias: null, retries: { max: 0 }, hedgeAfterMs: null });
    expect(found.candidates.map(routeKey)).toEqual(["id-a m"]);
    expect(found.candidates[0]).toMatchObject({
      inputPriceUsd: 0.000001,
      priceVersion: "v1",
      prices: { prompt: 1_000_000n },
    });
  });

  it("of an alias has its targets in their order, with the patience the alias asks for", async () => {
    const fast = alias(
      "fast",
      { "b/m": 0, "a/only": 0, "openai/gpt-5": 0 },
      {
        retries: { max: 2, base_ms: 10, max_ms: 100 },
        hedgeAfterMs: 500,
        timeouts: { connect_ms: null, first_token_ms: 900, idle_ms: null, total_ms: null },
      },
    );
    const slow = { connect_ms: 50, first_token_ms: 5_000, idle_ms: null, total_ms: null };
    const { namesOf, plan } = routerOver(
      [two[0] as ProviderRow, provider("b", [model("m")], { timeouts: slow })],
      [fast],
    );
    expect(await namesOf("fast")).toEqual(["b/m", "a/only", "openai/gpt-5"]);
    const found = await plan(scope, "fast");
    expect(found).toMatchObject({ alias: "fast", retries: { max: 2, baseMs: 10, maxMs: 100 }, hedgeAfterMs: 500 });
    expect(found.candidates.map(({ timeouts }) => timeouts)).toEqual([
      { connectMs: 50, firstByteMs: 900 },
      { firstByteMs: 900 },
      { firstByteMs: 900 },
    ]);
  });

  it("goes by the alias before a model of that name", async () => {
    expect(await routerOver(two, [alias("only", { "b/m": 0 })]).namesOf("only")).toEqual(["b/m"]);
  });

  it("draws the first candidate by weight, and keeps the others as fallbacks in their order", async () => {
    const models = ["x", "y", "z"].map((name) => model(name));
    const best = alias("best", { "p/x": 1, "p/y": 3, "p/z": 0 });
    const first: Record<string, number> = {};
    for (let n = 0; n < 8; n++) {
      const [one] = await routerOver([provider("p", models)], [best], () => n / 8).namesOf("best");
      first[one ?? ""] = (first[one ?? ""] ?? 0) + 1;
    }
    expect(first).toEqual({ "p/x": 2, "p/y": 6 });
    expect(await routerOver([provider("p", models)], [best], () => 0.9).namesOf("best")).toEqual(["p/y", "p/x", "p/z"]);
  });

  it("passes over a target nobody has any more, and is not found when none is left", async () => {
    expect(await routerOver(two, [alias("fast", { "gone/m": 5, "a/m": 0 })]).namesOf("fast")).toEqual(["a/m"]);
    expect(await codeOf(routerOver(two, [alias("fast", { "gone/m": 0 })]).plan(scope, "fast"))).toBe("not_found");
  });

  it("passes over a target whose key cannot be opened", async () => {
    const broken = { keyId: "another", nonce: Buffer.alloc(12), ciphertext: Buffer.alloc(40) };
    const providers = [provider("a", [model("m")], { credential: broken }), provider("b", [model("m")])];
    expect(await routerOver(providers, [alias("fast", { "a/m": 0, "b/m": 0 })]).namesOf("fast")).toEqual(["b/m"]);
    expect(await codeOf(routerOver(providers, []).plan(scope, "a/m"))).toBe("unavailable");
  });

  it("prefers the targets that can do what the call needs, and leaves the choice to them when none is known to", async () => {
    const models = [
      model("plain", { capabilities: { tools: false, vision: false } }),
      model("small", { contextWindow: 1_000 }),
      model("able", { capabilities: { tools: true } }),
    ];
    const { namesOf } = routerOver(
      [provider("p", models)],
      [alias("any", { "p/plain": 0, "p/small": 0, "p/able": 0 })],
    );
    expect(await namesOf("any", { tools: true })).toEqual(["p/small", "p/able"]);
    expect(await namesOf("any", { vision: true, promptTokens: 2_000 })).toEqual(["p/able"]);
    const onlyPlain = routerOver([provider("p", models)], [alias("any", { "p/plain": 0 })]);
    expect(await onlyPlain.namesOf("any", { tools: true })).toEqual(["p/plain"]);
  });

  it("is found at once for an alias made a moment ago", async () => {
    const { aliases, namesOf, plan } = routerOver(two, []);
    expect(await codeOf(plan(scope, "fresh"))).toBe("not_found");
    aliases.push(alias("fresh", { "a/m": 0 }));
    expect(await namesOf("fresh")).toEqual(["a/m"]);
  });

  it("reads the database once for calls that come at the same time", async () => {
    const { loads, plan } = routerOver(two, []);
    await Promise.all(Array.from({ length: 20 }, () => plan(scope, "a/m")));
    expect(loads.count).toBe(1);
  });

  it("lists aliases and models", async () => {
    const names = await routerOver(two, [alias("fast", { "a/m": 0 })]).list(scope);
    expect(names.map(({ id }) => id)).toEqual(["fast", "a/m", "a/only", "b/m"]);
  });
});
