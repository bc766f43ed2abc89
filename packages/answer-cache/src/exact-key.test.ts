import { describe, expect, it } from "vitest";
import { type ExactKeyParts, exactCacheKey, ignoredBodyFields } from "./exact-key.ts";

const base: ExactKeyParts = {
  tenantId: "t1",
  packId: null,
  sourceApp: "juridique",
  permissionScopeHash: "s1",
  provider: { accountId: "p1", baseUrl: "https://one.example/v1" },
  endpoint: "chat/completions",
  resolvedModel: "m1",
  promptVersion: "v1",
  evidence: [
    { chunk_id: "c1", content_hash: "h1" },
    { chunk_id: "c2", content_hash: "h2" },
  ],
  question: "Qui ?",
  language: "fr",
  body: { messages: [{ role: "user", content: "Qui ?" }], temperature: 0, tools: [{ a: 1, b: 2 }] },
};
const withBody = (extra: Record<string, unknown>): ExactKeyParts => ({ ...base, body: { ...base.body, ...extra } });

describe("exactCacheKey", () => {
  const different: [string, ExactKeyParts][] = [
    ["the tenant", { ...base, tenantId: "t2" }],
    ["the pack", { ...base, packId: "cv" }],
    ["the source_app", { ...base, sourceApp: "support" }],
    ["the permission scope", { ...base, permissionScopeHash: "s2" }],
    ["the provider account", { ...base, provider: { ...base.provider, accountId: "p2" } }],
    ["the base URL", { ...base, provider: { ...base.provider, baseUrl: "https://two.example/v1" } }],
    ["the endpoint", { ...base, endpoint: "embeddings" }],
    ["the resolved model", { ...base, resolvedModel: "m2" }],
    ["the prompt version", { ...base, promptVersion: "v2" }],
    ["a chunk id", { ...base, evidence: [{ chunk_id: "c9", content_hash: "h1" }, ...base.evidence.slice(1)] }],
    ["a content hash", { ...base, evidence: [{ chunk_id: "c1", content_hash: "h9" }, ...base.evidence.slice(1)] }],
    ["the order of the evidence", { ...base, evidence: base.evidence.toReversed() }],
    ["the number of chunks", { ...base, evidence: base.evidence.slice(1) }],
    ["the question", { ...base, question: "Quand ?" }],
    ["the language", { ...base, language: "en" }],
    ["a message", withBody({ messages: [{ role: "user", content: "Quand ?" }] })],
    ["a role", withBody({ messages: [{ role: "system", content: "Qui ?" }] })],
    ["the temperature", withBody({ temperature: 0.2 })],
    ["top_p", withBody({ top_p: 0.5 })],
    ["max_tokens", withBody({ max_tokens: 10 })],
    ["n", withBody({ n: 2 })],
    ["seed", withBody({ seed: 1 })],
    ["response_format", withBody({ response_format: { type: "json_object" } })],
    ["a tool", withBody({ tools: [{ a: 1, b: 3 }] })],
    ["a field nobody has heard of", withBody({ brand_new: true })],
    ["a value's type", withBody({ temperature: "0" })],
  ];
  it.each(different)("%s is part of the key", (_name, parts) => {
    expect(exactCacheKey(parts)).not.toBe(exactCacheKey(base));
  });

  it("tells all those keys apart from each other", () => {
    expect(new Set(different.map(([, parts]) => exactCacheKey(parts))).size).toBe(different.length);
  });

  it.each([...ignoredBodyFields["chat/completions"]])(
    "%s cannot change the text, so it is not part of the key",
    (field) => {
      expect(exactCacheKey(withBody({ [field]: "x" }))).toBe(exactCacheKey(base));
    },
  );

  it("ignores the order of object keys at every depth", () => {
    const turned = { ...base, body: { tools: [{ b: 2, a: 1 }], temperature: 0, messages: base.body.messages } };
    expect(exactCacheKey(turned)).toBe(exactCacheKey(base));
  });
});
