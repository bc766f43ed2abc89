import type { ServerResponse } from "node:http";
import { createGatewayRows } from "@aurora/db";
import { createDocument, createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chatBody, contentOf, dataOf, evidenceDocumentId } from "./testing/caller.ts";
import { type Harness, startHarness } from "./testing/harness.ts";
import {
  answerWith,
  completion,
  json,
  type ScriptedProvider,
  startProvider,
  startStream,
  streamOf,
} from "./testing/scripted-provider.ts";

let db: TestDatabase;
let h: Harness;
let second: ScriptedProvider;
let third: ScriptedProvider;

beforeAll(async () => {
  db = await startTestDatabase();
}, 60_000);
afterAll(() => db.close());
beforeEach(async () => {
  const scope = await db.createTenant();
  await createSourceApp(db.database, scope, "rh");
  await db.admin.query("delete from documents where id = $1", [evidenceDocumentId]);
  await createDocument(db.database, scope, { id: evidenceDocumentId, sourceApp: "rh" });
  [second, third] = await Promise.all([startProvider(), startProvider()]);
  h = await startHarness(db, createGatewayRows(db.database), scope, { privatePorts: [second.port, third.port] });
  await h.addProvider({ name: "two", model: "m2", baseUrl: second.baseUrl });
  await h.addProvider({ name: "three", model: "m3", baseUrl: third.baseUrl });
});
afterEach(async () => {
  await h.stop();
  await Promise.all([second.close(), third.close()]);
});

const route = (alias: string, more: Record<string, unknown> = {}, models = ["lan/m1", "two/m2", "three/m3"]) =>
  h.addRoute(alias, { targets: models.map((model) => ({ model, weight: 0 })), ...more });
const ask = (more: Record<string, unknown> = {}, model = "best") => h.ask(more, model);
const events = async (response: Response) => dataOf(await response.text());
const beginThen = (n: number, next: (response: ServerResponse) => void, text = "Deux jours par semaine. [1]") =>
  (async (response: ServerResponse) => {
    startStream(response);
    for (const event of streamOf(text).slice(0, n)) response.write(event);
    await new Promise((resolve) => setTimeout(resolve, 20));
    next(response);
  }) satisfies ScriptedProvider["script"];

/** Ways a provider fails before it has said anything. */
const openings: [string, ScriptedProvider["script"]][] = [
  ["closes the connection", (response) => void response.destroy()],
  ["answers 500", (response) => json(response, 500, { error: { message: "x" } })],
  ["answers 503 without JSON", (response) => void response.writeHead(503).end("<html>")],
  ["is over its rate", (response) => json(response, 429, { error: { message: "x" } }, { "retry-after": "30" })],
  ["refuses our key", (response) => json(response, 401, { error: { message: "x" } })],
  ["says nothing", () => {}],
];

describe("fallback before the first byte", () => {
  it.each(openings)("asks the next candidate when the first %s", async (_name, script) => {
    await route("best");
    h.provider.script = script;
    second.script = answerWith("De la seconde. [1]");
    expect(await (await ask()).json()).toMatchObject({ choices: [{ message: { content: "De la seconde. [1]" } }] });
    const streamed = await (await ask({ stream: true, seed: 2 })).text();
    expect(contentOf(streamed)).toBe("De la seconde. [1]");
    expect(dataOf(streamed).at(-1)).toBe("[DONE]");
    const rows = await h.usageRows();
    expect(rows).toMatchObject([
      { status: 200, provider: "two", model: "m2", requested_model: "best", fallback_from: "lan/m1", attempts: 2 },
      { status: 200, provider: "two", fallback_from: "lan/m1", attempts: 2 },
    ]);
  });

  it("does not ask another when the request itself is at fault", async () => {
    await route("best");
    h.provider.script = (response) => json(response, 400, { error: { message: "bad", code: "bad" } });
    expect((await ask()).status).toBe(400);
    expect(second.calls).toHaveLength(0);
  });

  it("passes the last one's answer on when all fail, and names what could not be reached", async () => {
    await route("best");
    for (const provider of [h.provider, second]) provider.script = (response) => void response.destroy();
    third.script = (response) => json(response, 503, { error: { message: "tired" } });
    const refused = await ask();
    expect([refused.status, await refused.json()]).toEqual([503, { error: { message: "tired" } }]);
    third.script = (response) => void response.destroy();
    const broken = await ask();
    expect([broken.status, broken.headers.get("x-aurora-error")]).toEqual([502, "upstream_failed"]);
  });

  it("sends nothing to a fallback the corpus has not approved", async () => {
    const external = await startProvider();
    await h.addProvider({ name: "far", model: "m9", location: "external", baseUrl: external.baseUrl });
    await route("best", {}, ["lan/m1", "far/m9", "two/m2"]);
    h.provider.script = (response) => json(response, 500, { error: { message: "x" } });
    second.script = answerWith("Permis. [1]");
    expect(await (await ask()).json()).toMatchObject({ choices: [{ message: { content: "Permis. [1]" } }] });
    expect(external.calls).toHaveLength(0);
    await external.close();
  });

  it("answers a fallback's text from the cache only where the fallback is asked first", async () => {
    await route("best");
    h.provider.script = (response) => json(response, 500, { error: { message: "x" } });
    second.script = answerWith("De la seconde. [1]");
    await (await ask()).text();
    h.provider.script = answerWith("De la première. [1]");
    expect(await (await ask()).text()).toContain("De la première");
    const direct = await h.ask({}, "two/m2");
    expect([direct.headers.get("x-aurora-cache"), second.calls.length]).toEqual(["exact", 1]);
  });
});

describe("retries", () => {
  it("tries as often as the route says, and waits as long as the provider asks", async () => {
    await route("best", { retries: { max: 2, base_ms: 10, max_ms: 2_000 } }, ["lan/m1"]);
    let asked = 0;
    h.provider.script = (response) => {
      asked += 1;
      if (asked < 3) json(response, 429, { error: { message: "slow down" } }, { "retry-after": "0.2" });
      else answerWith("Enfin. [1]")(response, {});
    };
    const start = performance.now();
    expect((await ask()).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThanOrEqual(400);
    expect(await h.usageRows()).toMatchObject([{ attempts: 3, fallback_from: null }]);
  });

  it("makes no further attempt for a caller who left during the wait", async () => {
    await route("best", { retries: { max: 5, base_ms: 10, max_ms: 60_000 } }, ["lan/m1"]);
    h.provider.script = (response) => json(response, 503, { error: { message: "x" } }, { "retry-after": "1" });
    const leave = new AbortController();
    h.call({ body: chatBody("best"), signal: leave.signal }).catch(() => undefined);
    await h.provider.arrived(0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    leave.abort();
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(h.provider.calls).toHaveLength(1);
    expect(await h.usageRows()).toMatchObject([{ status: 499, error_code: "client_closed", attempts: 1 }]);
  });

  it("leaves a provider alone that keeps failing", async () => {
    await route("best");
    h.provider.script = (response) => json(response, 500, { error: { message: "x" } });
    second.script = answerWith("Oui. [1]");
    for (let seed = 0; seed < 12; seed += 1) expect((await ask({ seed })).status).toBe(200);
    expect(h.provider.calls.length).toBeLessThan(12);
    expect(second.calls).toHaveLength(12);
  });
});

describe("hedging", () => {
  it("takes whoever answers first and closes the other connection", async () => {
    await route("best", { hedge_after_ms: 60 });
    h.provider.script = () => {};
    second.script = answerWith("La plus rapide. [1]");
    expect(await (await ask()).text()).toContain("La plus rapide");
    await h.provider.aborted(0);
    expect(await h.usageRows()).toMatchObject([{ status: 200, provider: "two", attempts: 2 }]);
  });

  it("asks nobody else when the first answers in time", async () => {
    await route("best", { hedge_after_ms: 500 });
    expect((await ask()).status).toBe(200);
    expect(second.calls).toHaveLength(0);
  });
});

/** Ways a stream fails once it has begun. */
const breaks: [string, ScriptedProvider["script"]][] = [
  ["is cut", beginThen(3, (response) => void response.destroy())],
  ["ends without having finished", beginThen(3, (response) => void response.end())],
  ["says [DONE] without having finished", beginThen(3, (response) => void response.end("data: [DONE]\n\n"))],
  ["sends what is no JSON", beginThen(3, (response) => void response.write("data: {oops\n\n"))],
  ["reports an error", beginThen(3, (response) => void response.end('data: {"error":{"message":"x"}}\n\n'))],
  ["stalls", beginThen(3, () => {})],
];

describe("fallback in the middle of a stream", () => {
  it.each(breaks)(
    "goes on with the next candidate, keeping what was said, when the first %s",
    async (_name, script) => {
      await route("best");
      h.provider.script = script;
      second.script = answerWith("ar semaine. [1]");
      const text = await (await ask({ stream: true })).text();
      expect(contentOf(text)).toBe("Deux jours par semaine. [1]");
      const all = dataOf(text);
      expect(all.at(-1)).toBe("[DONE]");
      const chunks = all.slice(0, -1).map((data) => JSON.parse(data) as Record<string, unknown>);
      expect(new Set(chunks.map(({ id, model, created }) => `${id} ${model} ${created}`)).size).toBe(1);
      const messages = second.calls[0]?.body.messages as { role: string; content: string }[];
      expect(messages.slice(-2).map(({ role }) => role)).toEqual(["assistant", "user"]);
      expect("Deux jours par semaine. [1]".startsWith(messages.at(-2)?.content ?? "?")).toBe(true);
      expect(await h.usageRows()).toMatchObject([
        { status: 200, provider: "two", fallback_from: "lan/m1", attempts: 2 },
      ]);
    },
  );

  it("says nothing twice when the next candidate begins all over again", async () => {
    await route("best");
    h.provider.script = beginThen(3, (response) => void response.destroy());
    second.script = answerWith("Deux jours par semaine. [1]");
    expect(contentOf(await (await ask({ stream: true })).text())).toBe("Deux jours par semaine. [1]");
  });

  it("keeps no answer that two models wrote", async () => {
    await route("best");
    h.provider.script = beginThen(3, (response) => void response.destroy());
    second.script = answerWith("ar semaine. [1]");
    await (await ask({ stream: true })).text();
    h.provider.script = answerWith("Deux jours par semaine. [1]");
    expect((await ask()).headers.get("x-aurora-cache")).toBe("miss");
  });

  it.each([...breaks])("ends in an error and never in [DONE] when the only candidate %s", async (_name, script) => {
    h.provider.script = script;
    const all = await events(await h.ask({ stream: true }));
    expect(JSON.parse(all.at(-1) ?? "")).toHaveProperty("error");
    expect(all).not.toContain("[DONE]");
    expect((await h.usageRows())[0]?.error_code).not.toBeNull();
  });

  it("does not continue tool calls or several choices with another model", async () => {
    await route("best");
    h.provider.script = async (response) => {
      startStream(response);
      const delta = {
        tool_calls: [{ index: 0, id: "t", type: "function", function: { name: "f", arguments: '{"a' } }],
      };
      const chunk = { id: "c", object: "chat.completion.chunk", created: 1, model: "m" };
      response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      response.destroy();
    };
    const all = await events(await ask({ stream: true, tools: [{ type: "function", function: { name: "f" } }] }));
    expect(JSON.parse(all.at(-1) ?? "")).toMatchObject({ error: { code: "upstream_failed" } });
    expect(second.calls).toHaveLength(0);
  });
});

describe("odd providers", () => {
  it("takes an answer that has said how it ended for whole, though the connection broke after it", async () => {
    await route("best");
    h.provider.script = async (response) => {
      startStream(response);
      response.write(streamOf("Deux jours. [1]").slice(0, -1).join(""));
      await new Promise((resolve) => setTimeout(resolve, 30));
      response.destroy();
    };
    const text = await (await ask({ stream: true })).text();
    expect([contentOf(text), dataOf(text).at(-1)]).toEqual(["Deux jours. [1]", "[DONE]"]);
    expect(second.calls).toHaveLength(0);
  });

  it("does not take one choice of two for a whole answer", async () => {
    h.provider.script = (response) => {
      startStream(response);
      response.end([...streamOf("Oui"), "data: [DONE]\n\n"].join(""));
    };
    const all = await events(await h.ask({ stream: true, n: 2 }));
    expect(all).not.toContain("[DONE]");
    expect(JSON.parse(all.at(-1) ?? "")).toHaveProperty("error");
  });

  it("loses no row to what a caller or a provider wrote into it", async () => {
    h.provider.script = (response) =>
      json(
        response,
        200,
        completion("Oui. [1]", { usage: { prompt_tokens: 1.5, completion_tokens: 1e19, total_tokens: 1 } }),
      );
    const names = ["x\u0000", "\ud800", "lan/m1"];
    await Promise.all(names.map((model) => h.ask({ temperature: 1 }, model).then((response) => response.text())));
    const rows = await h.usageRows();
    expect(rows.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
  });

  it("is not taken for failing because of a request nobody could send", async () => {
    let deep: unknown = 1;
    for (let n = 0; n < 60; n += 1) deep = [deep];
    for (let n = 0; n < 12; n += 1) expect((await h.ask({ metadata: [[deep], [[[[deep]]]]] })).status).toBe(400);
    expect((await h.ask()).status).toBe(200);
  });

  it("is paid for a call its caller gave up", async () => {
    h.provider.script = () => {};
    const leave = new AbortController();
    h.call({ body: chatBody("lan/m1"), signal: leave.signal }).catch(() => undefined);
    await h.provider.arrived(0);
    leave.abort();
    await h.provider.aborted(0);
    const [row] = await h.usageRows();
    expect(row).toMatchObject({ status: 499, is_usage_estimated: true });
    expect(Number(row?.prompt_tokens)).toBeGreaterThan(5);
  });

  it("is not led on by a stream answered as JSON, or JSON answered as a stream", async () => {
    h.provider.script = (response) => json(response, 200, completion("Oui. [1]"));
    const whole = await h.ask({ stream: true });
    expect([whole.status, whole.headers.get("content-type")]).toEqual([200, "application/json"]);
    h.provider.script = (response) => {
      startStream(response);
      response.end(streamOf("Oui").join(""));
    };
    expect((await h.ask({ seed: 3 })).status).toBe(502);
  });

  it("accepts a whole stream whose [DONE] is missing", async () => {
    h.provider.script = (response) => {
      startStream(response);
      response.end(streamOf("Oui. [1]").join(""));
    };
    const text = await (await h.ask({ stream: true })).text();
    expect([contentOf(text), dataOf(text).at(-1)]).toEqual(["Oui. [1]", "[DONE]"]);
  });

  it("breaks off an answer that never ends", async () => {
    h.provider.script = (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      const megabyte = Buffer.alloc(1024 * 1024, "a");
      const push = () => {
        while (!response.destroyed && response.write(megabyte));
        if (!response.destroyed) response.once("drain", push);
      };
      push();
    };
    const response = await h.ask();
    expect([response.status, await response.json()]).toMatchObject([502, { error: { code: "upstream_failed" } }]);
    await h.provider.aborted(0);
  });
});
