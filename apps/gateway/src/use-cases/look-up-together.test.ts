import { fixedClock, jobScope } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import type { GatewayRows } from "./gateway-rows.ts";
import { createLookUps } from "./look-up-together.ts";

type Sent = Parameters<GatewayRows["lookUp"]>[1] & { readonly tenantId: string };
const one = jobScope("00000000-0000-7000-8000-000000000001", "test");
const two = jobScope("00000000-0000-7000-8000-000000000002", "test");

/** A database that answers when it is told to, with an entry for every key but `lost`. */
function setUp() {
  const sent: Sent[] = [];
  const answers: { resolve(): void; reject(error: Error): void }[] = [];
  const lookUp: GatewayRows["lookUp"] = (scope, call) => {
    sent.push({ ...call, tenantId: scope.tenantId });
    const keys = call.keyHashes.filter((key) => key !== "lost");
    const entries = new Map(keys.map((key) => [key, { response: { key }, createdAtMs: 0 }]));
    const egress = call.sourceApps.map((sourceApp) => ({
      ...{ sourceApp, egress: "local_only" as const, approvedProviderIds: [] },
    }));
    return new Promise((resolve, reject) => {
      answers.push({ resolve: () => resolve({ entries, egress }), reject });
    });
  };
  const clock = fixedClock(0);
  return { ask: createLookUps({ lookUp }, clock), sent, answers, clock };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("look-ups of a tenant", () => {
  it("send the first at once and the ones that come meanwhile in one statement, each with its own answer", async () => {
    const { answers, ask, clock, sent } = setUp();
    const first = ask(one, { keyHash: "a", sourceApps: [] });
    await settled();
    clock.advance(5);
    const later = [ask(one, { keyHash: "b", sourceApps: ["rh"] }), ask(one, { keyHash: "lost", sourceApps: ["paie"] })];
    const rules = ask(one, { keyHash: null, sourceApps: ["rh"] });
    await settled();
    expect(sent.map(({ keyHashes }) => keyHashes)).toEqual([["a"]]);
    answers[0]?.resolve();
    expect((await first).entry).toMatchObject({ response: { key: "a" } });
    await settled();
    expect(sent[1]).toMatchObject({ keyHashes: ["b", "lost"], sourceApps: ["rh", "paie"], now: new Date(5) });
    answers[1]?.resolve();
    expect((await Promise.all(later)).map(({ entry }) => entry?.response ?? null)).toEqual([{ key: "b" }, null]);
    const found = await rules;
    expect([found.entry, found.egress.map(({ sourceApp }) => sourceApp)]).toEqual([null, ["rh", "paie"]]);
    expect(sent).toHaveLength(2);
  });

  it("never share a statement with another tenant's, nor wait for it", async () => {
    const { answers, ask, sent } = setUp();
    const calls = [ask(one, { keyHash: "a", sourceApps: [] }), ask(two, { keyHash: "a", sourceApps: [] })];
    await settled();
    expect(sent.map(({ tenantId }) => tenantId)).toEqual([one.tenantId, two.tenantId]);
    for (const answer of answers) answer.resolve();
    await Promise.all(calls);
  });

  it("fail together and go on with the next", async () => {
    const { answers, ask } = setUp();
    const failing = [ask(one, { keyHash: "a", sourceApps: [] }), ask(one, { keyHash: "b", sourceApps: [] })];
    await settled();
    const next = ask(one, { keyHash: "c", sourceApps: [] });
    answers[0]?.reject(new Error("down"));
    expect((await Promise.allSettled(failing)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    await settled();
    answers[1]?.resolve();
    expect((await next).entry).toMatchObject({ response: { key: "c" } });
  });
});
