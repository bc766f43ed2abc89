import { GuardSettings } from "@aurora/contracts";
import { afterAll, beforeAll, expect, it } from "vitest";
import { bearer, send } from "./testing/client.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
});
afterAll(() => api?.close());

const call = (method: "GET" | "PUT" | "POST" | "DELETE", path = "", payload?: object) =>
  send(api, {
    method,
    url: `/api/admin/guardrails${path}`,
    headers: bearer(api.adminKey),
    ...(payload && { payload }),
  });

it("are all off until they are set; what a setting leaves out is its default", async () => {
  expect((await call("GET")).body).toEqual({
    items: [{ source_app: null, settings: GuardSettings.parse({}), updated_at: null }],
    next_cursor: null,
  });
  const put = await call("PUT", "", { settings: { pii: { mode: "mask", kinds: ["email"] } } });
  expect(put.body).toMatchObject({
    source_app: null,
    settings: { pii: { mode: "mask", kinds: ["email"], names: [], providers: "external" }, deny: { mode: "off" } },
  });
  expect((await call("PUT", "", { settings: { cost: { mode: "refuse", max_usd: 0.5 } } })).body.settings).toMatchObject(
    {
      pii: { mode: "off" },
      cost: { mode: "refuse", max_usd: 0.5 },
    },
  );
  expect((await call("GET")).body.items).toHaveLength(1);
});

it("of a source_app stand beside the tenant's, and can be taken away", async () => {
  await call("PUT", "", { source_app: "default", settings: { pii: { mode: "refuse" } } });
  expect((await call("GET")).body.items.map(({ source_app }: { source_app: string }) => source_app)).toEqual([
    null,
    "default",
  ]);
  expect((await call("DELETE", "/default")).status).toBe(204);
  expect((await call("DELETE", "/default")).status).toBe(404);
  expect((await call("GET")).body.items).toHaveLength(1);
});

it("can be tried on a text before they are saved", async () => {
  const settings = {
    pii: { mode: "mask" },
    deny: { mode: "log", terms: [{ pattern: "projet zénith" }] },
    cost: { mode: "refuse", max_usd: 0.000001 },
  };
  const text = "Écrire à a@b.fr du projet Zenith";
  expect((await call("POST", "/try", { settings, text })).body).toEqual({
    outcome: "masked",
    sent: "Écrire à ⟦EMAIL_1⟧ du projet Zenith",
    findings: [
      { guard: "deny", kind: "TERM", count: 1 },
      { guard: "pii", kind: "EMAIL", count: 1 },
    ],
  });
  const refusing = { ...settings, deny: { ...settings.deny, mode: "refuse" } };
  expect((await call("POST", "/try", { settings: refusing, text })).body).toMatchObject({
    outcome: "refused",
    sent: null,
    findings: [{ guard: "deny" }, { guard: "pii" }],
  });
  expect((await call("POST", "/try", { settings, text: "rien" })).body).toEqual({
    outcome: "passed",
    sent: "rien",
    findings: [],
  });
  expect(api.logged.join("")).not.toMatch(/a@b\.fr|zenith/i);
});
