import { createGatewayRows } from "@aurora/db";
import { createDocument, createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chatBody, contentOf, dataOf, evidenceDocumentId } from "./testing/caller.ts";
import { type Harness, startHarness } from "./testing/harness.ts";
import { completion, json, startStream, streamOf } from "./testing/scripted-provider.ts";

let db: TestDatabase;
let h: Harness;
/** Lets the provider answer. */
let release: () => void;
let released: Promise<void>;

beforeAll(async () => {
  db = await startTestDatabase();
}, 60_000);
afterAll(() => db.close());
beforeEach(async () => {
  const scope = await db.createTenant();
  await createSourceApp(db.database, scope, "rh");
  await db.admin.query("delete from documents where id = $1", [evidenceDocumentId]);
  await createDocument(db.database, scope, { id: evidenceDocumentId, sourceApp: "rh" });
  h = await startHarness(db, createGatewayRows(db.database), scope);
  released = new Promise((resolve) => {
    release = resolve;
  });
  h.provider.script = async (response, body) => {
    if (body.stream === true) {
      startStream(response);
      const [first = "", ...rest] = streamOf("Deux jours. [1]");
      response.write(first);
      await released;
      response.end([...rest, "data: [DONE]\n\n"].join(""));
      return;
    }
    await released;
    json(response, 200, completion("Deux jours. [1]"));
  };
});
afterEach(() => h.stop());

const ask = (more: Record<string, unknown> = {}, signal?: AbortSignal) =>
  h.call({ body: chatBody("lan/m1", more), ...(signal ? { signal } : {}) });
/** All have asked, and the provider has been reached. */
const settle = async () => {
  await h.provider.arrived(0);
  await new Promise((resolve) => setTimeout(resolve, 150));
};

describe("single flight", () => {
  it("asks the provider once for twenty who ask the same at the same time", async () => {
    const all = Array.from({ length: 20 }, () => ask());
    await settle();
    release();
    const answers = await Promise.all(all);
    expect(h.provider.calls).toHaveLength(1);
    for (const answer of answers)
      expect(await answer.json()).toMatchObject({ choices: [{ message: { content: "Deux jours. [1]" } }] });
    const statuses = answers.map(({ headers }) => headers.get("x-aurora-cache")).sort();
    expect(statuses.filter((status) => status === "miss")).toHaveLength(1);
    const rows = await h.usageRows();
    expect(rows).toHaveLength(20);
    expect(rows.filter(({ cost }) => Number(cost) > 0)).toHaveLength(1);
    expect(rows.filter(({ saved_cost }) => Number(saved_cost) > 0)).toHaveLength(19);
  });

  it("streams to those who follow, too, as JSON to those who want JSON, each with the usage it asked for", async () => {
    const leader = ask({ stream: true });
    await h.provider.arrived(0);
    const streamed = ask({ stream: true, stream_options: { include_usage: true } });
    const whole = ask();
    const early = await (await streamed).body?.getReader().read();
    expect(new TextDecoder().decode(early?.value)).toContain("chat.completion.chunk"); // before the answer is whole
    const late = ask({ stream: true });
    await new Promise((resolve) => setTimeout(resolve, 150));
    release();
    for (const response of [leader, late]) {
      const text = await (await response).text();
      expect(contentOf(text)).toBe("Deux jours. [1]");
      expect(dataOf(text).at(-1)).toBe("[DONE]");
      expect(text).not.toContain("total_tokens");
    }
    expect(await (await whole).json()).toMatchObject({ object: "chat.completion", usage: { total_tokens: 15 } });
    expect(h.provider.calls).toHaveLength(1);
  });

  it.each([true, false])("survives the one who asked first leaving (stream: %s)", async (stream) => {
    const leave = new AbortController();
    ask({ stream }, leave.signal)
      .then((response) => response.text())
      .catch(() => undefined);
    await h.provider.arrived(0);
    const follower = ask({ stream });
    await new Promise((resolve) => setTimeout(resolve, 150));
    leave.abort();
    await new Promise((resolve) => setTimeout(resolve, 100));
    release();
    expect(await (await follower).text()).toContain("[1]");
    expect(h.provider.calls).toHaveLength(1);
    const rows = await h.usageRows();
    expect(rows.map(({ status }) => status).sort()).toEqual([200, 499]);
    expect(rows.filter(({ cost }) => Number(cost) > 0)).toHaveLength(1); // what was used was used
  });

  it("closes the provider's connection when the last one left", async () => {
    const leavers = [new AbortController(), new AbortController(), new AbortController()];
    for (const { signal } of leavers) ask({}, signal).catch(() => undefined);
    await settle();
    for (const leaver of leavers) leaver.abort();
    await h.provider.aborted(0);
    const anew = ask();
    await h.provider.arrived(1);
    release();
    expect((await anew).status).toBe(200);
  });

  it("is not held back by a streaming caller who left, when another waits for the whole", async () => {
    const long = "a".repeat(600_000);
    h.provider.script = async (response) => {
      startStream(response);
      const [first = "", ...rest] = streamOf(long.slice(0, 6));
      response.write(first);
      await released;
      const big = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
      for (let at = 0; at < 30; at += 1)
        response.write(
          `data: ${JSON.stringify({ ...big, choices: [{ index: 0, delta: { content: long.slice(0, 20_000) }, finish_reason: null }] })}\n\n`,
        );
      response.end([...rest, "data: [DONE]\n\n"].join(""));
    };
    const leave = new AbortController();
    ask({ stream: true }, leave.signal)
      .then((response) => response.text())
      .catch(() => undefined);
    await h.provider.arrived(0);
    const whole = ask();
    await new Promise((resolve) => setTimeout(resolve, 150));
    leave.abort();
    release();
    expect((await (await whole).text()).length).toBeGreaterThan(600_000);
  });

  it("gives an error to all, and keeps it for nobody", async () => {
    h.provider.script = async (response) => {
      await released;
      json(response, 500, { error: { message: "x" } });
    };
    const all = [ask(), ask(), ask({ stream: true })];
    await settle();
    release();
    for (const response of all) expect((await response).status).toBe(500);
    expect(h.provider.calls).toHaveLength(1);
    h.provider.script = (response) => json(response, 200, completion("Oui. [1]"));
    expect((await ask()).status).toBe(200);
  });

  it.each([
    ["another temperature", { temperature: 0.5 }, {}],
    ["no-cache", {}, { "cache-control": "no-cache" }],
    ["no-store", {}, { "cache-control": "no-store" }],
  ])("does not share with %s", async (_name, more, headers) => {
    const all = [1, 2].map(() => h.call({ body: chatBody("lan/m1", more), headers }));
    await h.provider.arrived(1);
    release();
    for (const response of all) expect((await response).status).toBe(200);
  });

  it("does not share between scopes of permission", async () => {
    const body = chatBody("lan/m1");
    const other = "f".repeat(64);
    const aurora = { ...(body.aurora as object), permission_scope_hash: other };
    const all = [ask(), h.call({ body: { ...body, aurora }, context: { permission_scope_hash: other } })];
    await h.provider.arrived(1);
    release();
    for (const response of all) expect((await response).status).toBe(200);
  });
});

describe("a slow reader", () => {
  it("holds the provider back: little is kept in memory", async () => {
    const megabyte = "a".repeat(100_000);
    let written = 0;
    h.provider.script = (response) => {
      startStream(response);
      const event = `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content: megabyte }, finish_reason: null }] })}\n\n`;
      const push = () => {
        while (written < 25_000_000 && !response.destroyed) {
          written += event.length;
          if (!response.write(event)) return void response.once("drain", push);
        }
        response.end();
      };
      push();
    };
    const response = await ask({ stream: true, temperature: 0.5 });
    await new Promise((resolve) => setTimeout(resolve, 800));
    expect(written).toBeLessThan(15_000_000);
    await response.body?.cancel();
    await h.provider.aborted(0);
  });
});
