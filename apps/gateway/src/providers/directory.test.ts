import { createCredentialCipher, environmentProviderId } from "@aurora/auth";
import { AppError, fixedClock, jobScope } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { unknownPrices } from "../routing/cost.ts";
import type { CallContext } from "../use-cases/call-context.ts";
import { assertEgress } from "../use-cases/egress.ts";
import { createProviderDirectory } from "./directory.ts";
import type { ModelRow, ProviderRow } from "./provider-row.ts";

const scope = jobScope("00000000-0000-7000-8000-000000000001", "test");
const cipher = createCredentialCipher(Buffer.alloc(32, 1).toString("base64url"));
const model = (name: string, more: Partial<ModelRow> = {}): ModelRow => ({
  name,
  isDefault: false,
  prices: unknownPrices as Record<keyof ModelRow["prices"], null>,
  priceVersion: null,
  contextWindow: null,
  maxOutputTokens: null,
  capabilities: {},
  ...more,
});
const row = (name: string, models: string[], more: Partial<ProviderRow> = {}): ProviderRow => ({
  id: `id-${name}`,
  name,
  kind: "openai_compatible",
  baseUrl: "https://api.example/v1",
  location: "external",
  credential: null,
  apiVersion: null,
  timeouts: {},
  models: models.map((name) => model(name)),
  ...more,
});
function directory(
  rows: ProviderRow[],
  keys: { openai: string | null; openrouter: string | null } = { openai: "sk-env", openrouter: null },
) {
  const clock = fixedClock(0);
  const loads = { count: 0 };
  const listActiveProviders = async () => {
    loads.count += 1;
    return [...rows];
  };
  const found = createProviderDirectory({
    rows: { listActiveProviders, listActiveModelRoutes: async () => [] },
    cipher,
    clock,
    maxAgeMs: 1_000,
    environmentKeys: keys,
    addresses: { privateHosts: ["ollama.lan:11434", "vllm.lan:443"] },
  });
  return { ...found, clock, loads, rows };
}
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "ok",
    (error: unknown) => AppError.is(error) && error.code,
  );

describe("provider directory", () => {
  it("finds provider/model and a bare name of one provider; a bare name of two is asked back", async () => {
    const { resolve } = directory([row("a", ["m", "only"]), row("b", ["m"])]);
    expect((await resolve(scope, "b/m")).target.id).toBe("id-b");
    expect((await resolve(scope, "only")).model).toBe("only");
    expect(await codeOf(resolve(scope, "m"))).toBe("conflict");
    expect(await codeOf(resolve(scope, "nothing"))).toBe("not_found");
  });

  it("opens a credential for its own provider", async () => {
    const credential = cipher.seal({ tenantId: scope.tenantId, providerId: "id-a" }, "sk-own");
    expect((await directory([row("a", ["m"], { credential })]).resolve(scope, "a/m")).target.apiKey).toBe("sk-own");
    expect(await codeOf(directory([row("b", ["m"], { credential })]).resolve(scope, "b/m"))).toBe("unavailable");
  });

  it("uses a key of the environment for a name the database does not have, as an external provider of its own id", async () => {
    const route = await directory([]).resolve(scope, "openai/gpt-5");
    expect(route).toMatchObject({
      model: "gpt-5",
      location: "external",
      target: {
        apiKey: "sk-env",
        baseUrl: "https://api.openai.com/v1",
        id: environmentProviderId(scope.tenantId, "openai"),
      },
    });
    expect(await codeOf(directory([]).resolve(scope, "openrouter/x"))).toBe("not_found");
    expect(await codeOf(directory([row("openai", ["m"])]).resolve(scope, "openai/gpt-5"))).toBe("not_found");
  });

  it("sends text to a provider of the environment once the very id is approved, and not before", async () => {
    const route = await directory([]).resolve(scope, "openai/gpt-5");
    const context = {
      purpose: "corpus",
      source_app: "rh",
      evidence_source_apps: ["rh"],
      key: null,
    } as unknown as CallContext;
    const rule = (id: string) => [{ sourceApp: "rh", egress: "approved" as const, approvedProviderIds: [id] }];
    const other = jobScope("00000000-0000-7000-8000-000000000002", "test");
    expect(() => assertEgress(route, context, rule(environmentProviderId(other.tenantId, "openai")))).toThrow(AppError);
    expect(() => assertEgress(route, context, rule(environmentProviderId(scope.tenantId, "openrouter")))).toThrow();
    assertEgress(route, context, rule(environmentProviderId(scope.tenantId, "openai")));
  });

  it("gives the environment's key to its own address and to no other", async () => {
    const at = (baseUrl: string) =>
      directory([row("mine", ["m"], { kind: "openai", baseUrl })]).resolve(scope, "mine/m");
    expect((await at("https://api.openai.com/v1")).target.apiKey).toBe("sk-env");
    expect((await at("https://evil.example/v1")).target.apiKey).toBeNull();
  });

  it("reads the database once a second, and at once for a model it does not know", async () => {
    const found = directory([row("a", ["m"])]);
    await found.resolve(scope, "a/m");
    await found.resolve(scope, "a/m");
    expect(found.loads.count).toBe(1);
    found.rows.push(row("b", ["n"]));
    expect((await found.resolve(scope, "b/n")).providerName).toBe("b");
    found.clock.advance(1_000);
    await found.resolve(scope, "a/m");
    expect(found.loads.count).toBe(3);
  });

  it("believes a provider to be local only on a host the operator listed", async () => {
    const locationOf = async (baseUrl: string, location: "local" | "external" = "local") =>
      (await directory([row("a", ["m"], { baseUrl, location })]).resolve(scope, "a/m")).location;
    expect(await locationOf("http://ollama.lan:11434/v1")).toBe("local");
    expect(await locationOf("https://VLLM.lan/v1")).toBe("local");
    expect(await locationOf("http://ollama.lan:11434/v1", "external")).toBe("external");
    for (const url of [
      "https://api.example/v1",
      "https://ollama.lan/v1",
      "http://ollama.lan:11434.evil.example/v1",
      "?",
    ])
      expect(await locationOf(url)).toBe("external");
  });
});
