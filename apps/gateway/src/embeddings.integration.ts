import type { ServerResponse } from "node:http";
import { createGatewayRows } from "@aurora/db";
import { createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { CallOptions } from "./testing/caller.ts";
import { type Harness, startHarness } from "./testing/harness.ts";
import { json } from "./testing/scripted-provider.ts";

let db: TestDatabase;
let h: Harness;
beforeAll(async () => {
  db = await startTestDatabase();
}, 60_000);
afterAll(() => db.close());
beforeEach(async () => {
  const scope = await db.createTenant();
  await createSourceApp(db.database, scope, "rh");
  h = await startHarness(db, createGatewayRows(db.database), scope);
  h.provider.script = embed;
});
afterEach(() => h.stop());

/** A vector that shows what it was made of: the first letter or token, the length, and a fraction no short decimal hits. */
const vectorOf = (input: unknown): number[] => {
  const [first, length] =
    typeof input === "string" ? [input.charCodeAt(0), input.length] : [(input as number[])[0] ?? 0, -1];
  return [first, length, Math.fround(1 / 3)];
};
/** OpenAI's embeddings endpoint: both formats, in reverse order to see that `index` is obeyed, one token a text. */
function embed(response: ServerResponse, body: Record<string, unknown>): void {
  const given = body.input;
  const inputs = Array.isArray(given) && typeof given[0] !== "number" ? given : [given];
  const data = inputs.map((input, index) => {
    const vector = vectorOf(input);
    const base64 = Buffer.from(Float32Array.from(vector).buffer).toString("base64");
    return { object: "embedding", index, embedding: body.encoding_format === "base64" ? base64 : vector };
  });
  const usage = { prompt_tokens: inputs.length, total_tokens: inputs.length };
  json(response, 200, { object: "list", data: data.reverse(), model: "m1-2026", usage });
}

interface Answer {
  data: { index: number; embedding: number[] | string }[];
  usage: { prompt_tokens: number };
}
const post = (body: Record<string, unknown>, options: CallOptions = {}) =>
  h.call({ path: "/v1/embeddings", body: { model: "lan/m1", ...body }, ...options });
const ask = async (body: Record<string, unknown>, options: CallOptions = {}) => {
  const response = await post(body, options);
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as Answer;
};
const vectors = ({ data }: Answer): number[][] =>
  [...data]
    .sort((a, b) => a.index - b.index)
    .map(({ embedding }) => {
      if (typeof embedding !== "string") return embedding.map(Math.fround);
      const bytes = Uint8Array.from(Buffer.from(embedding, "base64"));
      return [...new Float32Array(bytes.buffer)];
    });
const stored = async () =>
  Number(
    (await db.admin.query("select count(*) as n from llm_cache_embeddings where tenant_id = $1", [h.scope.tenantId]))
      .rows[0]?.n,
  );
const waitForStored = (count: number) => expect.poll(stored).toBe(count);

describe("embeddings", () => {
  it.each([
    ["a text", "abc", [vectorOf("abc")]],
    ["texts", ["abc", "de"], [vectorOf("abc"), vectorOf("de")]],
    ["tokens", [7, 8], [vectorOf([7, 8])]],
    ["lists of tokens", [[7, 8], [9]], [vectorOf([7, 8]), vectorOf([9])]],
  ])("of %s are the same in both formats, from the provider and from the cache", async (_name, input, expected) => {
    for (const round of [1, 2]) {
      expect(vectors(await ask({ input, encoding_format: "float" }))).toEqual(expected);
      expect(vectors(await ask({ input, encoding_format: "base64" }))).toEqual(expected);
      if (round === 1) await waitForStored(expected.length);
    }
    expect(h.provider.calls.length).toBeLessThanOrEqual(2);
  });

  it("pass the provider's own bytes on when nothing had to be put together", async () => {
    const text = await (await post({ input: ["abc", "de"] })).text();
    expect(text).toContain('"model":"m1-2026"');
    expect((JSON.parse(text) as Answer).data.map(({ index }) => index)).toEqual([1, 0]);
  });

  it("send only what is not known, each text once, and count only that", async () => {
    await ask({ input: ["one", "two"] });
    await waitForStored(2);
    const mixed = await ask({ input: ["three", "one", "three", "two", "four"] });
    expect(vectors(mixed)).toEqual(["three", "one", "three", "two", "four"].map(vectorOf));
    expect(h.provider.calls[1]?.body.input).toEqual(["three", "four"]);
    expect(mixed.usage).toEqual({ prompt_tokens: 2, total_tokens: 2 });
    await waitForStored(4);
    const known = await post({ input: ["two", "four"] });
    expect(known.headers.get("x-aurora-cache")).toBe("exact");
    expect((await known.json()) as Answer).toMatchObject({ usage: { prompt_tokens: 0 } });
    const rows = await h.usageRows();
    expect(rows.map((row) => [row.cache_status, row.prompt_tokens, row.cost])).toEqual([
      ["miss", 2, 0.000002],
      ["miss", 2, 0.000002],
      ["hit_exact", 0, 0],
    ]);
    expect(rows.at(-1)).toMatchObject({ egress: "none", attempts: 0 });
  });

  it("are kept apart by model, width, tenant and key, and sealed", async () => {
    await ask({ input: "secret text" });
    await waitForStored(1);
    await ask({ input: "secret text", dimensions: 3 });
    await ask({ input: "secret text", input_type: "query" });
    const elsewhere = { permission_scope_hash: "e".repeat(64) };
    await ask({ input: "secret text" }, { context: elsewhere });
    expect(h.provider.calls).toHaveLength(4);
    await ask({ input: "secret text", user: "u9" });
    expect(h.provider.calls).toHaveLength(4);
    const { rows } = await db.admin.query("select t::text as line from llm_cache_embeddings t");
    expect(JSON.stringify(rows)).not.toContain("secret");
    const other = await db.createTenant();
    await createSourceApp(db.database, other, "rh");
    await expect(ask({ input: "secret text" }, { context: { tenant_id: other.tenantId } })).rejects.toThrow(
      /not_found/,
    );
  });

  it("of documents are not kept here, and expired ones are not read", async () => {
    const documents = { embedded_document_ids: ["00000000-0000-7000-8000-000000000002"] };
    await ask({ input: "passage" }, { context: documents });
    await ask({ input: "passage" }, { context: documents });
    expect(h.provider.calls).toHaveLength(2);
    await ask({ input: "question" });
    await waitForStored(1);
    await db.admin.query("update llm_cache_embeddings set expires_at = now() - interval '1 s' where tenant_id = $1", [
      h.scope.tenantId,
    ]);
    await ask({ input: "question" });
    expect(h.provider.calls).toHaveLength(4);
  });

  it("split what is more than a provider takes at once, and put it together in order", async () => {
    const input = Array.from({ length: 2_100 }, (_, n) => `text ${n}`);
    const answer = await ask({ input, encoding_format: "base64" });
    expect(h.provider.calls.map(({ body }) => (body.input as string[]).length)).toEqual([2_048, 52]);
    expect(vectors(answer)).toEqual(input.map(vectorOf));
    expect(answer.usage.prompt_tokens).toBe(2_100);
  });

  it("count the batches that were answered when a later one fails", async () => {
    const input = Array.from({ length: 2_100 }, (_, n) => `text ${n}`);
    h.provider.script = (response, body) =>
      h.provider.calls.length === 1 ? embed(response, body) : json(response, 400, { error: { message: "no" } });
    expect((await post({ input })).status).toBe(400);
    expect(await h.usageRows()).toMatchObject([{ status: 400, prompt_tokens: 2_048, is_usage_estimated: false }]);
  });

  it("of a masked text are neither kept nor taken from the cache", async () => {
    const input = "Ecrire a jean.martin@example.org";
    await ask({ input });
    await waitForStored(1);
    await db.admin.query(
      "insert into guardrail_settings (tenant_id, source_app, settings, updated_at) values ($1, null, $2, now())",
      [h.scope.tenantId, { pii: { mode: "mask", kinds: ["email"], names: [], providers: "all" } }],
    );
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // settings are known again after a second
    for (let n = 0; n < 2; n += 1) await ask({ input });
    const sent = h.provider.calls.map(({ body }) => String(body.input).includes("@"));
    expect(sent).toEqual([true, false, false]);
    expect(await stored()).toBe(1);
  });

  it.each([
    ["one vector too few", { data: [{ index: 0, embedding: [1] }] }],
    [
      "one place twice",
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 0, embedding: [1] },
        ],
      },
    ],
    [
      "two widths",
      {
        data: [
          { index: 0, embedding: [1] },
          { index: 1, embedding: [1, 2] },
        ],
      },
    ],
    [
      "words for numbers",
      {
        data: [
          { index: 0, embedding: ["a"] },
          { index: 1, embedding: [1] },
        ],
      },
    ],
    ["no list", { ok: true }],
  ])("are refused, and not kept, when the answer holds %s", async (_name, answer) => {
    h.provider.script = (response) => json(response, 200, answer);
    const response = await post({ input: ["a", "b"] });
    expect([response.status, response.headers.get("x-aurora-error")]).toEqual([502, "upstream_failed"]);
    h.provider.script = embed;
    await ask({ input: ["a", "b"] });
    expect(h.provider.calls).toHaveLength(2);
  });

  it("pass a provider's refusal on as it is", async () => {
    const error = { error: { message: "too long", type: "invalid_request_error", param: "input", code: null } };
    h.provider.script = (response) => json(response, 400, error);
    const response = await post({ input: "a" });
    expect([response.status, await response.json()]).toEqual([400, error]);
    expect(await h.usageRows()).toMatchObject([{ status: 400, error_code: "provider_error", prompt_tokens: null }]);
  });

  it.each([
    ["nothing", [], "input"],
    ["an empty text", "", "input"],
    ["an empty text among others", ["a", ""], "input.1"],
    ["a number that is no token", [1.5], "input"],
    ["a wrong format", "a", "encoding_format"],
  ])("are refused for %s", async (name, input, param) => {
    const response = await post({ input, ...(name === "a wrong format" ? { encoding_format: "hex" } : {}) });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param, type: "invalid_request_error" } });
    expect(h.provider.calls).toHaveLength(0);
  });

  it("need an alias of one model: fallbacks are other places of it", async () => {
    await h.addProvider({ name: "twin", baseUrl: "http://127.0.0.1:9/v1" });
    await h.addProvider({ name: "other", model: "m2" });
    const target = (model: string) => ({ model, weight: 0 });
    await h.addRoute("vectors", { targets: [target("twin/m1"), target("lan/m1")] });
    await h.addRoute("mixed", { targets: [target("lan/m1"), target("other/m2")] });
    expect(vectors(await ask({ model: "vectors", input: "abc" }))).toEqual([vectorOf("abc")]);
    const mixed = await post({ model: "mixed", input: "abc" });
    expect([mixed.status, await mixed.json()]).toMatchObject([400, { error: { param: "model" } }]);
    expect((await h.usageRows())[0]).toMatchObject({ provider: "lan" });
  });

  it("leave for an external provider only from a corpus that approves it, known or not", async () => {
    await h.addProvider({ name: "cloud", location: "external", model: "m3" });
    const refused = await post({ model: "cloud/m3", input: "abc" });
    expect([refused.status, refused.headers.get("x-aurora-error")]).toEqual([403, "egress_refused"]);
    expect(h.provider.calls).toHaveLength(0);
  });
});
