import { join } from "node:path";
import { productRoot } from "@aurora/config";
import { createGatewayRows } from "@aurora/db";
import { loadStaticModel } from "@aurora/llm/static";
import { createDocument, createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { createEmbeddedVectorStore } from "@aurora/vector-store/embedded";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chatBody, contentOf, dataOf, evidenceDocumentId } from "./testing/caller.ts";
import { type Harness, startHarness } from "./testing/harness.ts";
import { answerWith, completion, json } from "./testing/scripted-provider.ts";

let db: TestDatabase;
let h: Harness;
let semantic: NonNullable<Parameters<typeof startHarness>[3]>["semantic"];

beforeAll(async () => {
  db = await startTestDatabase();
  const folder = join(productRoot(import.meta.dirname), "models/static-fr-en-192");
  const { embedder } = await loadStaticModel({ folder });
  const vectors = createEmbeddedVectorStore({ pool: db.database.pool });
  const { dimensions, id } = embedder;
  await vectors.ensureCollection("llm_cache_semantic", { dimensions, embedderId: id });
  semantic = { embedder, vectors };
}, 60_000);
afterAll(async () => {
  await db.close();
});
beforeEach(async () => {
  const scope = await db.createTenant();
  await createSourceApp(db.database, scope, "rh");
  await db.admin.query("delete from documents where id = $1", [evidenceDocumentId]);
  await createDocument(db.database, scope, { id: evidenceDocumentId, sourceApp: "rh" });
  h = await startHarness(db, createGatewayRows(db.database), scope, { semantic: semantic ?? null, metricsToken });
});
afterEach(() => h.stop());

const metricsToken = "metrics-token-of-more-than-32-characters";
const put = (table: string, row: Record<string, unknown>) =>
  db.admin.query(`insert into ${table} select * from jsonb_populate_record(null::${table}, $1::jsonb)`, [
    JSON.stringify({ tenant_id: h.scope.tenantId, updated_at: new Date().toISOString(), ...row }),
  ]);
const policy = (more: Record<string, unknown> = {}) =>
  put("cache_settings", {
    ...{ pack_id: "", mode: "mixed", ttl_seconds: 3_600, threshold: 0.3, top_k: 5, shadow: false },
    ...{ max_error_rate: 0.2, recheck_rate: 0.01, store_tool_calls: false, store_any_temperature: false },
    ...more,
  });
const asking = (question: string, more: Record<string, unknown> = {}) => {
  const body = chatBody("lan/m1", more);
  return { ...body, messages: [{ role: "user", content: question }], aurora: { ...(body.aurora as object), question } };
};
const ask = (question: string, headers: Record<string, string> = {}, more: Record<string, unknown> = {}) =>
  h.call({ body: asking(question, more), headers });
const byLikeness = { "x-aurora-cache": "semantic" };
/** What was said is kept a moment after it was said. */
const kept = (count: number) =>
  expect
    .poll(
      async () =>
        (await db.admin.query("select 1 from llm_cache_semantic_entries where tenant_id = $1", [h.scope.tenantId]))
          .rowCount,
    )
    .toBe(count);

const known = "Combien de jours de télétravail par semaine ?";
const paraphrase = "Quel est le nombre de jours de télétravail par semaine ?";

describe("the semantic cache", () => {
  /** An entry is trusted once it was asked anew often enough, and agreed. */
  const trusted = async () => {
    await (await ask(known)).text();
    await kept(1);
    await db.admin.query("update llm_cache_semantic_entries set agreed = 500 where tenant_id = $1", [h.scope.tenantId]);
  };

  it("answers a question that asks the same, says so, and names the entry in the row", async () => {
    await policy();
    await trusted();
    let again = await ask(paraphrase, byLikeness, { stream: true });
    for (let n = 0; n < 50 && again.headers.get("x-aurora-cache") !== "semantic"; n += 1) {
      await again.text(); // kept a moment later, and a look-up that takes longer than its limit is a miss
      again = await ask(paraphrase, byLikeness, { stream: true });
    }
    expect(again.headers.get("x-aurora-cache")).toBe("semantic");
    expect(Number(again.headers.get("x-aurora-cache-similarity"))).toBeGreaterThan(0.3);
    const text = await again.text();
    expect([contentOf(text), dataOf(text).at(-1)]).toEqual(["Deux jours. [1]", "[DONE]"]);
    const rows = await h.usageRows();
    const hit = rows.find(({ cache_status }) => cache_status === "hit_semantic");
    expect(hit).toMatchObject({ cost: 0, attempts: 0, egress: "none" });
    expect(hit?.cache_entry_id).not.toBeNull();
    expect(Number(hit?.saved_cost)).toBeGreaterThan(0);
  });

  it.each([
    ["another number", "Combien de jours de télétravail par mois ?"],
    ["a negation", "Combien de jours sans télétravail par semaine ?"],
    ["another thing", "Combien de jours de congé par semaine ?"],
  ])("asks the model for %s", async (_name, question) => {
    await policy();
    await trusted();
    expect((await ask(question)).headers.get("x-aurora-cache")).toBe("miss");
  });

  it.each([
    ["a caller who refuses likeness", { "x-aurora-cache": "exact" }, {}],
    ["no-cache", { "cache-control": "no-cache" }, {}],
    ["another temperature", {}, { temperature: 0.4 }],
    ["tools", {}, { tools: [{ type: "function", function: { name: "f" } }] }],
  ])("is not asked for %s", async (_name, headers: Record<string, string>, more) => {
    await policy();
    await trusted();
    expect((await ask(paraphrase, headers, more)).headers.get("x-aurora-cache")).toBe("miss");
  });

  it("stays off unless a policy turns it on, and in shadow is never served", async () => {
    await (await ask(known)).text();
    expect((await ask(paraphrase)).headers.get("x-aurora-cache")).toBe("miss");
    await policy({ shadow: true });
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await (await ask(known, { "cache-control": "no-cache" })).text();
    await kept(1);
    expect((await ask(paraphrase, byLikeness)).headers.get("x-aurora-cache")).toBe("miss");
    expect((await ask(known)).headers.get("x-aurora-cache")).toBe("exact");
  });

  it("forgets at once what draws on a document that is gone", async () => {
    await policy();
    await trusted();
    await db.admin.query("delete from llm_cache_semantic_entries where document_ids @> array[$1]::uuid[]", [
      evidenceDocumentId,
    ]);
    expect((await ask(paraphrase)).headers.get("x-aurora-cache")).toBe("miss");
  });

  it("refuses a mode that does not exist", async () => {
    expect((await ask(known, { "x-aurora-cache": "everything" })).status).toBe(400);
  });
});

describe("cache policy", () => {
  it("disabled keeps and reads nothing", async () => {
    await policy({ mode: "disabled" });
    for (let n = 0; n < 2; n += 1) expect((await ask(known)).headers.get("x-aurora-cache")).toBe("miss");
    expect(h.provider.calls).toHaveLength(2);
  });

  it("max-age takes no older answer", async () => {
    await (await ask(known)).text();
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect((await ask(known, { "cache-control": "max-age=1" })).headers.get("x-aurora-cache")).toBe("miss");
    expect((await ask(known, { "cache-control": "max-age=60" })).headers.get("x-aurora-cache")).toBe("exact");
  });

  it("keeps tool calls where it says so, and replays them as JSON and as a stream", async () => {
    await policy({ mode: "exact", store_tool_calls: true });
    const call = { id: "call_1", type: "function", function: { name: "f", arguments: '{"a":1}' } };
    const message = { role: "assistant", content: null, tool_calls: [call] };
    h.provider.script = (response) =>
      json(response, 200, { ...completion(""), choices: [{ index: 0, message, finish_reason: "tool_calls" }] });
    const tools = { tools: [{ type: "function", function: { name: "f" } }] };
    await (await ask(known, {}, tools)).text();
    expect(await (await ask(known, {}, tools)).json()).toMatchObject({
      choices: [{ message: { tool_calls: [call] } }],
    });
    const streamed = dataOf(await (await ask(known, {}, { ...tools, stream: true })).text());
    expect(streamed.join("\n")).toContain('"tool_calls":[{"index":0,"id":"call_1"');
    expect(h.provider.calls).toHaveLength(1);
  });
});

describe("guards", () => {
  const mail = "jeanne.martin@exemple.fr";
  const masking = () =>
    put("guardrail_settings", {
      source_app: null,
      settings: { pii: { mode: "mask", kinds: ["email"], names: [], providers: "all" } },
    });

  it.each([false, true])(
    "keep a person's address from the provider and give it back to the caller (stream: %s)",
    async (stream) => {
      await masking();
      h.provider.script = (response, body) => {
        const asked = JSON.stringify(body.messages);
        const placeholder = /⟦EMAIL_1⟧/.exec(asked)?.[0] ?? "none";
        answerWith(`Écrivez à ${placeholder}. [1]`)(response, body);
      };
      for (const expected of ["miss", "exact"]) {
        const response = await ask(`Qui est ${mail} ?`, {}, { stream });
        expect(response.headers.get("x-aurora-cache")).toBe(expected);
        const text = await response.text();
        const shown = stream ? contentOf(text) : String(JSON.parse(text).choices[0].message.content);
        expect(shown).toBe(`Écrivez à ${mail}. [1]`);
      }
      expect(JSON.stringify(h.provider.calls)).not.toContain(mail);
    },
  );

  it("do not show placeholders once they are switched off", async () => {
    await masking();
    h.provider.script = answerWith("Écrivez à ⟦EMAIL_1⟧. [1]");
    await (await ask(`Qui est ${mail} ?`)).text();
    await db.admin.query("delete from guardrail_settings where tenant_id = $1", [h.scope.tenantId]);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    h.provider.script = answerWith("Jeanne Martin. [1]");
    expect(await (await ask(`Qui est ${mail} ?`)).text()).toContain("Jeanne Martin");
  });

  it("refuse what may not be asked, before any provider", async () => {
    await put("guardrail_settings", {
      source_app: null,
      settings: { deny: { mode: "refuse", terms: [{ kind: "word", pattern: "salaire" }], applies_to: "request" } },
    });
    const response = await ask("Quel est le salaire de Jeanne ?");
    expect([response.status, response.headers.get("x-aurora-error")]).toEqual([403, "guard_refused"]);
    expect(h.provider.calls).toHaveLength(0);
  });
});

describe("metrics", () => {
  const metrics = async () =>
    (await fetch(`${h.baseUrl}/metrics`, { headers: { authorization: `Bearer ${metricsToken}` } })).text();

  it("count calls, tokens, cost and the cache, for those who have the token", async () => {
    expect((await fetch(`${h.baseUrl}/metrics`)).status).toBe(401);
    for (let n = 0; n < 3; n += 1) await (await ask(known)).text();
    const text = await metrics();
    expect(text).toMatch(/gateway_requests_total\{[^}]*cache="hit_exact"[^}]*\} 2/);
    expect(text).toMatch(/gateway_requests_total\{[^}]*cache="miss"[^}]*\} 1/);
    expect(text).toMatch(/gateway_tokens_total\{[^}]*type="input"[^}]*\} 10/);
    expect(text).toMatch(/gateway_cost_usd_total\{[^}]*\} 0\.00002/);
    expect(text).toMatch(/gateway_upstream_connections\{provider="openai_compatible"\} [1-9]/);
    expect(text).not.toContain(h.scope.tenantId);
    expect(text).not.toContain("télétravail");
  });
});
