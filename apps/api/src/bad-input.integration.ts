import { jobScope } from "@aurora/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { badCallersAndQuestions } from "./testing/bad-input/callers-and-questions.ts";
import { badDocumentsAndAdministration } from "./testing/bad-input/documents-and-administration.ts";
import { badIngestion } from "./testing/bad-input/ingestion.ts";
import { badKeysAndLimits } from "./testing/bad-input/keys-and-limits.ts";
import { badModelsAndRoutes } from "./testing/bad-input/models-and-routes.ts";
import { badUsageAndGuardrails } from "./testing/bad-input/usage-and-guardrails.ts";
import { type BadInputWorld, createBadInputWorld } from "./testing/bad-input/world.ts";
import { send } from "./testing/client.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let world: BadInputWorld;
beforeAll(async () => {
  api = await startTestApi();
  world = await createBadInputWorld(api);
});
afterAll(() => api?.close());

const tables = [
  "tenants",
  "users",
  "user_permissions",
  "source_apps_config",
  "caller_apps_config",
  "api_keys",
  "ingestion_jobs",
  "ingestion_batches",
  "document_links",
  "deletion_receipts",
  "chunks",
  "artifacts",
  "llm_providers",
  "llm_models",
  "llm_credentials",
  "virtual_keys",
  "usage_limits",
  "guardrail_settings",
];
/** What the database and the stores hold, apart from what refusing leaves by design: throttle rows, one log row a question. */
async function contents(): Promise<unknown> {
  const counts: Record<string, number> = {};
  for (const table of tables)
    counts[table] = (await api.database.admin.query(`select count(*)::int as n from ${table}`)).rows[0].n;
  const completed = await api.database.admin.query(
    "select id, object_key from documents where upload_expires_at is null order by id",
  );
  const scope = jobScope(world.tenantId, "test");
  const keys: string[] = [];
  for (const bucket of ["uploads", "artifacts"] as const)
    for await (const object of api.ports.objects.list(scope, bucket, "")) keys.push(`${bucket}/${object.key}`);
  const points = await api.ports.vectors.count(scope, "aurora_documents", {
    must: [{ key: "document_id", match: world.documentId }],
  });
  const pending = await api.ports.queue.pending(scope, "ingestion");
  return { counts, completed: completed.rows, keys: keys.sort(), points, pending: [...pending].sort() };
}

describe("bad input", () => {
  it.each([
    ...badCallersAndQuestions,
    ...badDocumentsAndAdministration,
    ...badIngestion,
    ...badModelsAndRoutes,
    ...badKeysAndLimits,
    ...badUsageAndGuardrails,
  ])("$name → $status $code, and nothing half-written", async ({ at, code, send, status }) => {
    const before = await contents();
    const reply = await send(world);
    expect([reply.status, reply.body?.code]).toEqual([status, code]);
    expect(reply.headers["content-type"]).toBe("application/problem+json; charset=utf-8");
    expect(reply.body).toMatchObject({
      status,
      type: `urn:aurora-nexus:problem:${code}`,
      request_id: reply.headers["x-request-id"],
    });
    expect(reply.body.detail.length).toBeGreaterThan(10);
    if (at) expect([reply.body.errors[0]?.pointer, reply.body.errors[0]?.code]).toEqual(at);
    expect(reply.text).not.toMatch(/at .*\.ts:\d+|node_modules|select |Error:/); // no stack, no statement
    expect(await contents()).toEqual(before);
  });

  it("an unknown account and a wrong password are answered with the same bytes", async () => {
    const attempt = async (email: string) => {
      const { request_id: _id, ...body } = (
        await send(api, { method: "POST", url: "/api/auth/login", payload: { email, password: "wrong again" } })
      ).body;
      return body;
    };
    expect(await attempt("user@example.org")).toEqual(await attempt("somebody@example.org"));
  });
});
