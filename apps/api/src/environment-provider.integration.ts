import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, refusal, send } from "./testing/client.ts";
import { publishContract } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await startTestApi();
  await publishContract(api);
});
afterAll(() => api.close());

describe("a provider whose key is in the environment", () => {
  const admin = () => bearer(api.adminKey);
  const list = async () => (await send(api, { url: "/api/admin/providers", headers: admin() })).body.items;

  it("is listed, can be approved and asked, and is not edited here", async () => {
    const [provider] = (await list()).filter((one: { source: string }) => one.source === "environment");
    expect(provider).toMatchObject({ name: "openai", location: "external", has_credential: true, models: [] });
    const url = `/api/admin/providers/${provider.id}`;
    expect((await send(api, { url, headers: admin() })).body).toEqual(provider);
    for (const method of ["PUT", "DELETE"] as const) {
      const payload = method === "PUT" ? { payload: { is_active: false } } : {};
      expect(refusal(await send(api, { method, url, headers: admin(), ...payload }))).toEqual({
        status: 409,
        code: "conflict",
      });
    }
    const approval = { egress: "approved", approved_provider_ids: [provider.id] };
    const approved = await send(api, {
      method: "PUT",
      url: "/api/admin/source-apps/default",
      headers: admin(),
      payload: approval,
    });
    expect(approved.body).toMatchObject(approval);
    const query = { query: "Quand le solde de la commande est-il versé ?", model: "openai/gpt-5" };
    await send(api, { method: "POST", url: "/api/query", headers: admin(), payload: query });
    expect(api.model.requests.at(-1)?.model).toBe("openai/gpt-5");
  });

  it("gives way to a provider of its name in the database", async () => {
    const payload = { name: "openai", kind: "openai", models: ["gpt-5"] };
    const created = await send(api, { method: "POST", url: "/api/admin/providers", headers: admin(), payload });
    const named = (await list()).filter((one: { name: string }) => one.name === "openai");
    expect(named).toMatchObject([{ id: created.body.id, source: "database" }]);
    await send(api, { method: "DELETE", url: `/api/admin/providers/${created.body.id}`, headers: admin() });
  });
});
