import { createGatewayRows } from "@aurora/db";
import { createLogger } from "@aurora/telemetry";
import { createDocument, createSourceApp, startTestDatabase, type TestDatabase } from "@aurora/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { chatBody, evidenceDocumentId } from "./testing/caller.ts";
import { type Harness, plantedKey, startHarness } from "./testing/harness.ts";
import { answerWith, json, startStream } from "./testing/scripted-provider.ts";

let db: TestDatabase;
let h: Harness;
const lines: string[] = [];
beforeAll(async () => {
  db = await startTestDatabase();
  const scope = await db.createTenant();
  await createSourceApp(db.database, scope, "rh");
  await createDocument(db.database, scope, { id: evidenceDocumentId, sourceApp: "rh" });
  const logger = createLogger("gateway", "debug", { write: (line) => void lines.push(line) });
  h = await startHarness(db, createGatewayRows(db.database), scope, { logger });
});
afterAll(async () => {
  await h.stop();
  await db.close();
});

const planted = "zorglubmot";

it("the Gateway logs no question, evidence, title, answer or key, whatever goes wrong", async () => {
  const body = (more: Record<string, unknown> = {}, model = "lan/m1") => {
    const { aurora, ...rest } = chatBody(model, { messages: [{ role: "user", content: planted }], ...more });
    const field = aurora as { question: string; evidence: { title: string }[] };
    const evidence = field.evidence.map((one) => ({ ...one, title: planted }));
    return { ...rest, aurora: { ...field, question: planted, evidence } };
  };
  const ask = async (more: Record<string, unknown> = {}, model = "lan/m1") => {
    const answer = await h.call({ body: body(more, model) });
    await answer.text().catch(() => "");
    return answer.status;
  };
  h.provider.script = answerWith(`${planted} [1]`);
  expect(await ask()).toBe(200);
  expect(await ask({}, "aurora/extractive")).toBe(200);
  h.provider.script = (response) => json(response, 400, { error: { message: planted, code: planted } });
  expect(await ask({ seed: 1 })).toBe(400);
  h.provider.script = (response) => void response.writeHead(200).end(`<p>${planted}`);
  expect(await ask({ seed: 2 })).toBe(502);
  h.provider.script = (response) => {
    startStream(response);
    response.write(`data: ${planted}\n\n`, () => response.destroy());
  };
  expect(await ask({ seed: 3, stream: true })).toBe(502);
  expect(await ask({}, `nobody/${planted}`)).toBe(404);
  expect((await h.call({ body: { ...body(), messages: planted } })).status).toBe(400);

  // The cache and the usage rows cannot be written: the database quotes what it refused.
  await db.admin.query("alter table llm_cache_exact add constraint never check (false) not valid");
  await db.admin.query("alter table llm_usage add constraint never check (false) not valid");
  h.provider.script = answerWith(`${planted} [1]`);
  expect(await ask({ seed: 4 })).toBe(200);
  await h.gateway.close();
  const log = lines.join("");
  expect(log).toContain("check constraint");
  for (const secret of [planted, plantedKey]) expect(log).not.toContain(secret);
});
