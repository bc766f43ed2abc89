import { createAnswerCipher } from "@aurora/auth";
import { systemIds } from "@aurora/kernel";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bearer, send } from "./testing/client.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let tenantId: string;
beforeAll(async () => {
  const privacy = { storeQuestion: true, storeAnswer: false, maxQuestionChars: 0, maxAnswerChars: 0, maxCitations: 20 };
  api = await startTestApi({ settings: { privacy, cacheTtlSeconds: 3_600 } });
  tenantId = (await send(api, { url: "/api/auth/me", headers: bearer(api.adminKey) })).body.tenant_id;
});
afterAll(() => api.close());
beforeEach(async () => {
  await api.database.admin.query("delete from llm_cache_semantic_entries; delete from llm_cache_semantic_days");
  await api.database.admin.query("delete from cache_settings; delete from llm_usage");
});

const call = (method: "GET" | "POST" | "PUT" | "DELETE", url: string, payload?: object) =>
  send(api, { method, url: `/api/admin/cache${url}`, headers: bearer(api.adminKey), ...(payload && { payload }) });

/** As the Gateway keeps them. */
async function entry(
  question: string,
  values: { agreed?: number; disagreed?: number; sourceApp?: string } = {},
): Promise<string> {
  const id = systemIds.uuid();
  const cipher = createAnswerCipher(Buffer.alloc(32, 7).toString("base64url"));
  await api.database.admin.query(
    `insert into llm_cache_semantic_entries (id, tenant_id, scope_hash, source_app, language, model, embedder_id, question,
       response, evidence, cited, corpus_epoch, document_ids, threshold, agreed, disagreed, rejections, created_at, expires_at)
     values ($1, $2, 'scope', $3, 'fr', 'm', 'e', $4, 'sealed', '{}', '{}', 1, '{}', 0, $5, $6, '{"number": 1, "negation": 3}',
       now() - interval '1 hour', now() + interval '1 day')`,
    [
      ...[id, tenantId, values.sourceApp ?? "support", cipher.seal({ tenantId, keyHash: `${id}:question` }, question)],
      ...[values.agreed ?? 0, values.disagreed ?? 0],
    ],
  );
  return id;
}
const fields = {
  ...{
    mode: "mixed",
    ttl_seconds: 600,
    threshold: 0.4,
    top_k: 3,
    shadow: true,
    max_error_rate: 0.05,
    recheck_rate: 0.1,
  },
  ...{ store_tool_calls: false, store_any_temperature: true },
};

describe("cache settings", () => {
  it("are the defaults until set, then what was put, for the organisation and for a pack", async () => {
    expect((await call("GET", "/settings")).body.items).toMatchObject([
      { pack_id: null, mode: "exact", ttl_seconds: 3_600, is_set: false, updated_at: null },
    ]);
    expect((await call("PUT", "/settings", fields)).body).toMatchObject({ ...fields, pack_id: null, is_set: true });
    await call("PUT", "/settings", { ...fields, pack_id: "cv", mode: "disabled" });
    await call("PUT", "/settings", { ...fields, pack_id: "cv", mode: "semantic" });
    expect((await call("GET", "/settings")).body.items).toMatchObject([
      { ...fields, pack_id: null },
      { ...fields, pack_id: "cv", mode: "semantic" },
    ]);
    expect((await call("DELETE", "/settings/cv")).status).toBe(204);
    expect((await call("DELETE", "/settings/cv")).status).toBe(404);
  });

  it.each([
    ["a mode nobody knows", { mode: "fast" }],
    ["a threshold above 1", { threshold: 1.5 }],
    ["no candidate at all", { top_k: 0 }],
    ["never a re-check", { recheck_rate: 0 }],
    ["an unknown field", { speed: 1 }],
    ["a pack that is no slug", { pack_id: "C V" }],
  ])("refuse %s", async (_name, wrong) => {
    expect((await call("PUT", "/settings", { ...fields, ...wrong })).status).toBe(400);
  });
});

describe("cache entries", () => {
  it("are listed with how far they are trusted, and found by corpus and state", async () => {
    const learning = await entry("Comment annuler ma commande ?");
    const trusted = await entry("Comment payer ?", { agreed: 400, sourceApp: "rh" });
    const { items } = (await call("GET", "/entries")).body;
    expect(items.map((item: { id: string }) => item.id).sort()).toEqual([learning, trusted].sort());
    const [found] = (await call("GET", "/entries?source_app=rh")).body.items;
    expect(found).toMatchObject({ id: trusted, state: "trusted", checks: 400, question: "Comment payer ?" });
    expect(found).not.toHaveProperty("sealed_question");
    expect((await call("GET", "/entries?state=learning")).body.items).toMatchObject([{ id: learning }]);
    const page = (await call("GET", "/entries?limit=1")).body;
    const next = (await call("GET", `/entries?limit=1&cursor=${page.next_cursor}`)).body;
    expect(new Set([page.items[0].id, next.items[0].id]).size).toBe(2);
  });

  it("say why questions near them were refused, and whether one would be answered", async () => {
    const id = await entry("Comment annuler mon abonnement ?", { agreed: 1 });
    expect((await call("GET", `/entries/${id}`)).body).toMatchObject({
      rejections: [
        { reason: "negation", count: 3 },
        { reason: "number", count: 1 },
      ],
      recheck_probability: expect.closeTo(1 - 0.02 / 0.95, 2),
    });
    const check = async (question: string) => (await call("POST", `/entries/${id}/check`, { question })).body;
    expect(await check("Je veux résilier mon abonnement, comment faire ?")).toMatchObject({
      hit: true,
      reason: "same_meaning",
    });
    expect(await check("Comment ne pas annuler mon abonnement ?")).toMatchObject({ hit: false, reason: "negation" });
    const found = (await call("POST", "/entries/search", { question: "Comment annuler mon abonnement ?", limit: 1 }))
      .body;
    expect(found.items).toMatchObject([{ entry: { id }, decision: { hit: true, similarity: 1 } }]);
  });

  it("are removed, and a wrong answer is counted", async () => {
    const [one, two] = [await entry("Comment payer ?"), await entry("Où payer ?")];
    expect((await call("DELETE", `/entries/${one}`)).status).toBe(204);
    expect((await call("POST", `/entries/${two}/wrong`)).status).toBe(204);
    expect((await call("POST", `/entries/${two}/wrong`)).status).toBe(404);
    expect((await call("GET", "/report")).body).toMatchObject({
      entries: 0,
      reported_wrong: 1,
      disagreed: 1,
      false_hit_rate: 1,
    });
  });

  it("are purged by corpus, or all", async () => {
    await entry("Comment payer ?", { sourceApp: "rh" });
    await entry("Où payer ?");
    expect((await call("POST", "/purge", { source_app: "rh", semantic_only: true })).body).toEqual({
      exact: 0,
      semantic: 1,
    });
    expect((await call("POST", "/purge", {})).body).toEqual({ exact: 0, semantic: 1 });
  });
});

it("reports hits, savings and the measured rate with its bound", async () => {
  expect((await call("GET", "/report")).body).toMatchObject({
    ...{ calls: 0, hit_rate: null, false_hit_rate: null, false_hit_rate_upper_bound: 1 },
  });
  await api.database.admin.query(
    `insert into llm_cache_semantic_days (tenant_id, day, agreed, disagreed, shadow_hits, rejections)
     values ($1, (now() at time zone 'UTC')::date, 99, 1, 4, '{"number": 2}')`,
    [tenantId],
  );
  for (const [status, saved] of [
    ["hit_exact", 0.5],
    ["hit_semantic", 0.25],
    ["miss", null],
    ["bypass", null],
  ] as const)
    await api.database.admin.query(
      `insert into llm_usage (id, tenant_id, endpoint, provider, model, is_stream, status, cache_status, prompt_tokens,
         completion_tokens, saved_cost_usd, egress, total_ms, created_at)
       values ($1, $2, 'chat/completions', 'p', 'm', false, 200, $3, 10, 5, $4, 'none', 1, now())`,
      [systemIds.uuid(), tenantId, status, saved],
    );
  const { body } = await call("GET", "/report?days=7");
  expect(body).toMatchObject({
    ...{ days: 7, calls: 3, exact_hits: 1, semantic_hits: 1, saved_cost_usd: 0.75, saved_tokens: 30, shadow_hits: 4 },
    ...{ checks: 100, disagreed: 1, false_hit_rate: 0.01, rejections: [{ reason: "number", count: 2 }] },
    by_day: [{ calls: 3, checks: 100, disagreed: 1 }],
  });
  expect(body.false_hit_rate_upper_bound).toBeCloseTo(0.0466, 3); // Clopper–Pearson, one-sided, 1 of 100
});
