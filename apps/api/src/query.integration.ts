import { QueryResponse } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bearer, createSignedInUser, refusal, send } from "./testing/client.ts";
import { contract, publishContract, upload } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let baseUrl: string;
let chunkIds: string[];
let documentId: string;
beforeAll(async () => {
  api = await startTestApi();
  ({ chunkIds, documentId } = await publishContract(api));
  baseUrl = await api.listen();
});
afterAll(() => api?.close());
const script = ["Le solde de la commande est versé trente jours ", "après la livraison des marchandises [1]."];
afterEach(() => {
  Object.assign(api.model, { deltas: script, failure: null, hangs: false });
});

const question = "Quand le solde de la commande est-il versé ?";
const ask = (payload: object = {}, credential = api.adminKey) =>
  send(api, {
    method: "POST",
    url: "/api/query",
    headers: bearer(credential),
    payload: { query: question, ...payload },
  });
const rows = async () => (await api.database.admin.query("select * from queries_log order by created_at, id")).rows;
/** Waits for a row that is written after the client has gone. */
async function rowAfter(count: number) {
  for (let tries = 0; tries < 100; tries++) {
    const all = await rows();
    if (all.length > count) return all.at(-1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("no row was written");
}
const stream = (payload: object, signal: AbortSignal | null = null) =>
  fetch(`${baseUrl}/api/query`, {
    method: "POST",
    headers: { ...bearer(api.adminKey), "content-type": "application/json" },
    body: JSON.stringify({ query: question, stream: true, ...payload }),
    signal,
  });
interface Event {
  event: string;
  id: string;
  // biome-ignore lint/suspicious/noExplicitAny: each event has its own data
  data: any;
}
const parseEvents = (text: string): Event[] =>
  text
    .split("\n\n")
    .filter((block) => block.startsWith("event:"))
    .map((block) => {
      const [event = "", id = "", data = "{}"] = block.split("\n").map((line) => line.slice(line.indexOf(":") + 2));
      return { event, id, data: JSON.parse(data) };
    });

describe("a question", () => {
  it("is answered from the documents with a citation that opens the page, and leaves one row without its words", async () => {
    api.model.deltas = script;
    const before = (await rows()).length;
    const reply = await ask({ caller_app: "aurora_nexus_ui" });
    expect(reply.status).toBe(200);
    const body = QueryResponse.parse(reply.body);
    expect(body).toMatchObject({
      status: "answered",
      language: "fr",
      model: "aurora/extractive",
      cache: { status: "miss" },
    });
    expect(body.answer).toBe(script.join(""));
    expect(body.citations).toEqual([
      {
        id: chunkIds[0],
        marker: "[1]",
        document_id: documentId,
        title: contract.title,
        source_app: "default",
        workspace: null,
        page_start: 1,
        page_end: 1,
        bboxes: [{ page: 1, l: 72, t: 72, r: 500, b: 90 }],
        heading_path: ["Conditions"],
        quote: contract.paragraphs[0],
        score: expect.any(Number),
        url: `/documents/${documentId}?page=1&chunk=${chunkIds[0]}&q=${body.query_id}`,
      },
    ]);
    expect(body.support[0]?.level).toBe("supported");
    const all = await rows();
    expect(all.length).toBe(before + 1);
    expect(all.at(-1)).toMatchObject({
      id: body.query_id,
      status: "answered",
      question: null,
      answer: null,
      caller_app: "aurora_nexus_ui",
      retrieval_query_final: null,
    });
    expect(Object.keys(all.at(-1).citations[0]).sort()).toEqual([
      "document_id",
      "marker",
      "page_end",
      "page_start",
      "score",
      "title",
    ]);
    expect(JSON.stringify(all.at(-1))).not.toContain("trente jours");
    const shown = await send(api, { url: `/api/query/${body.query_id}`, headers: bearer(api.adminKey) });
    expect(shown.body).toMatchObject({ query_id: body.query_id, status: "answered", question: null });
  });

  it("gives the gateway the question, its evidence with hashes, and the corpora it comes from", async () => {
    await ask();
    const request = api.model.requests.at(-1);
    expect(request).toMatchObject({
      model: "aurora/extractive",
      evidenceSourceApps: ["default"],
      aurora: { question, language: "fr", source_app: null },
    });
    expect(request?.aurora.evidence.map((item) => item.chunk_id)).toContain(chunkIds[0]);
    expect(request?.messages[0]?.content).not.toContain("trente jours"); // document text stands in the user message alone
  });

  it("nothing readable can answer is refused without asking a model", async () => {
    const before = api.model.requests.length;
    await send(api, {
      method: "POST",
      url: "/api/admin/source-apps",
      headers: bearer(api.adminKey),
      payload: { source_app: "empty", label: "Empty" },
    });
    const reply = await ask({ source_app: "empty", language: "en" });
    expect(reply.body).toMatchObject({ status: "no_sources", citations: [], model: null });
    expect(reply.body.answer).toMatch(/^[A-Z].*\.$/);
    expect(api.model.requests.length).toBe(before);
    expect((await rows()).at(-1)).toMatchObject({ status: "no_sources", model: null });
  });

  it("whose answer ends with an outline gets it apart, and in the text unless the UI asks", async () => {
    const block = "SUIVI\n[S1] Solde\n[S2] Livraison\n[S3] Garantie\n[S4] Batterie";
    api.model.deltas = ["Résumé [1].\n\n", ...(block.match(/.{1,7}/gs)?.values() ?? [])];
    const external = (await ask()).body;
    expect(external.outline.map((section: { title: string }) => section.title)).toEqual([
      "Solde",
      "Livraison",
      "Garantie",
      "Batterie",
    ]);
    expect(external.answer.endsWith(block)).toBe(true);
    const ui = (await ask({ caller_app: "aurora_nexus_ui" })).body;
    expect([ui.answer, ui.outline.length]).toEqual(["Résumé [1].", 4]);
  });

  it("keeps hostile markup of a model out of the answer", async () => {
    api.model.deltas = [
      "<img src=x onerror=alert(1)>Oui [1] ",
      "[clic](javascript:alert(1)) ![x](https://evil.example/p.png) [7]",
    ];
    const { answer } = (await ask()).body;
    expect(answer).not.toMatch(/<img|javascript:|evil\.example|\[7\]/);
  });

  it("that fails leaves one row with the code, and the caller a problem", async () => {
    const before = (await rows()).length;
    api.model.failure = new AppError("egress_refused", "no");
    expect(refusal(await ask())).toEqual({ status: 403, code: "egress_refused" });
    const all = await rows();
    expect(all.length).toBe(before + 1);
    expect(all.at(-1)).toMatchObject({ status: "failed", error_code: "egress_refused" });
  });

  it("is kept with its words when the privacy switches say so, up to their limits", async () => {
    const own = await startTestApi({
      settings: {
        privacy: { storeQuestion: true, storeAnswer: true, maxQuestionChars: 10, maxAnswerChars: 0, maxCitations: 0 },
      },
    });
    try {
      await publishContract(own);
      const reply = await send(own, {
        method: "POST",
        url: "/api/query",
        headers: bearer(own.adminKey),
        payload: { query: question },
      });
      const row = (await own.database.admin.query("select * from queries_log")).rows[0];
      expect(row).toMatchObject({ question: question.slice(0, 10), answer: reply.body.answer, citations: [] });
    } finally {
      await own.close();
    }
  });

  it("of somebody else is not found in the log, except by an administrator", async () => {
    const one = await createSignedInUser(api, "one@example.org", { default: ["read"] });
    const other = await createSignedInUser(api, "other@example.org", { default: ["read"] });
    const { query_id } = (await ask({}, one.token)).body;
    const read = (credential: string) => send(api, { url: `/api/query/${query_id}`, headers: bearer(credential) });
    expect((await read(one.token)).status).toBe(200);
    expect(refusal(await read(other.token))).toEqual({ status: 404, code: "not_found" });
    expect((await read(api.adminKey)).status).toBe(200);
  });
});

describe("a streamed question", () => {
  it("sends retrieval, deltas, citations and the whole answer, each with an id, over a real socket", async () => {
    const response = await stream({});
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    const events = parseEvents(await response.text());
    expect(events.map(({ event }) => event)).toEqual(["retrieval", "delta", "delta", "citation", "done"]);
    expect(events.map(({ id }) => id)).toEqual(["1", "2", "3", "4", "5"]);
    const deltas = events.filter(({ event }) => event === "delta").map(({ data }) => data.text);
    const done = QueryResponse.parse(events.at(-1)?.data);
    expect(deltas.join("")).toBe(done.answer);
    expect(events[3]?.data).toEqual(done.citations[0]);
  });

  it("that the client leaves stops the model and leaves one row: aborted", async () => {
    const before = (await rows()).length;
    const aborted = api.model.aborted;
    api.model.hangs = true;
    const leaving = new AbortController();
    const response = await stream({}, leaving.signal);
    const reader = response.body?.getReader();
    let text = "";
    while (!text.includes("event: delta")) text += new TextDecoder().decode((await reader?.read())?.value);
    leaving.abort();
    expect(await rowAfter(before)).toMatchObject({ status: "aborted", error_code: null });
    expect(api.model.aborted).toBe(aborted + 1);
    expect((await rows()).length).toBe(before + 1);
  });

  it("that fails before its first event is a problem, and after it an error event", async () => {
    const early = await stream({ source_app: "nowhere" });
    expect([early.status, early.headers.get("content-type")]).toEqual([404, "application/problem+json; charset=utf-8"]);
    api.model.failure = new AppError("upstream_failed", "the provider broke");
    const events = parseEvents(await (await stream({})).text());
    expect(events.map(({ event }) => event)).toEqual(["retrieval", "error"]);
    expect(events[1]?.data).toMatchObject({
      code: "upstream_failed",
      detail: expect.stringContaining("dont cela dépend"),
      request_id: expect.any(String),
    });
    expect((await rows()).at(-1)).toMatchObject({ status: "failed", error_code: "upstream_failed" });
  });
});

describe("the overview", () => {
  it("counts documents and questions and names the offline engine until a default model is chosen", async () => {
    const read = async () => (await send(api, { url: "/api/admin/overview", headers: bearer(api.adminKey) })).body;
    const overview = await read();
    expect(overview).toMatchObject({
      documents: 1,
      chunks: 2,
      answering_model: "aurora/extractive",
      is_offline_engine: true,
    });
    expect(overview.questions_24h).toBe((await rows()).length);
    expect(overview.by_day).toHaveLength(14);
    expect(overview.by_day.at(-1).questions).toBe(overview.questions_24h);
    const payload = {
      name: "house",
      kind: "openai_compatible",
      base_url: "http://127.0.0.1:9/v1",
      location: "local",
      api_key: "sk-very-secret",
      models: ["m"],
      default_model: "m",
    };
    const provider = await send(api, {
      method: "POST",
      url: "/api/admin/providers",
      headers: bearer(api.adminKey),
      payload,
    });
    expect(provider.body).toMatchObject({ has_credential: true, models: [{ name: "m", is_default: true }] });
    expect(provider.text).not.toContain("sk-very-secret");
    const stored = await api.database.admin.query("select * from llm_credentials");
    expect(JSON.stringify(stored.rows)).not.toContain("sk-very-secret");
    expect(await read()).toMatchObject({ answering_model: "house/m", is_offline_engine: false });
    await ask();
    expect(api.model.requests.at(-1)?.model).toBe("house/m");
    const url = `/api/admin/providers/${provider.body.id}`;
    const moved = await send(api, {
      method: "PUT",
      url,
      headers: bearer(api.adminKey),
      payload: { base_url: "https://elsewhere.example/v1" },
    });
    expect(moved.body).toMatchObject({ code: "invalid_input", errors: [{ pointer: "/api_key", code: "missing" }] });
    const inside = await send(api, {
      method: "PUT",
      url,
      headers: bearer(api.adminKey),
      payload: { base_url: "http://10.0.0.5:8000/v1", api_key: "sk" },
    });
    expect(inside.body).toMatchObject({ errors: [{ pointer: "/base_url", code: "address_not_allowed" }] });
    const tested = await send(api, { method: "POST", url: `${url}/test`, headers: bearer(api.adminKey) });
    expect(tested.body).toMatchObject({ ok: true, status: 200, code: null });
    expect(api.model.probed).toEqual(["house/m"]);
    api.model.failure = new AppError("upstream_timeout", "slow");
    const failed = await send(api, { method: "POST", url: `${url}/test`, headers: bearer(api.adminKey) });
    expect(failed.body).toMatchObject({ ok: false, status: 504, code: "upstream_timeout" });
    await send(api, { method: "DELETE", url, headers: bearer(api.adminKey) });
    expect((await api.database.admin.query("select 1 from llm_credentials")).rowCount).toBe(0);
  });
});

describe("approval of a provider", () => {
  const change = (url: string, payload: object) =>
    send(api, { method: "PUT", url, headers: bearer(api.adminKey), payload });

  it("is of one place: it goes when the address or the location changes, and a local one must be listed", async () => {
    const payload = {
      name: "cloud",
      kind: "openai_compatible",
      base_url: "https://llm.example.org/v1",
      models: ["m"],
    };
    const created = await send(api, {
      method: "POST",
      url: "/api/admin/providers",
      headers: bearer(api.adminKey),
      payload,
    });
    const { id } = created.body;
    const corpus = "/api/admin/source-apps/default";
    const url = `/api/admin/providers/${id}`;
    const approved = async (then: object) => {
      await change(corpus, { egress: "approved", approved_provider_ids: [id] });
      const changed = await change(url, then);
      const list = (await send(api, { url: "/api/admin/source-apps", headers: bearer(api.adminKey) })).body.items;
      const ids = list.find((app: { source_app: string }) => app.source_app === "default").approved_provider_ids;
      return { status: changed.status, ids };
    };
    expect(await approved({ models: ["m", "n"], location: "external" })).toEqual({ status: 200, ids: [id] });
    expect(await approved({ location: "local" })).toEqual({ status: 400, ids: [id] });
    expect(await approved({ base_url: "https://elsewhere.example/v1" })).toEqual({ status: 200, ids: [] });
    expect(await approved({ base_url: "http://127.0.0.1:9/v1", location: "local" })).toEqual({ status: 200, ids: [] });
    expect(await approved({ location: "external" })).toEqual({ status: 200, ids: [] });
    await send(api, { method: "DELETE", url, headers: bearer(api.adminKey) });
    await change(corpus, { egress: "local_only", approved_provider_ids: [] });
  });
});

describe("a server that closes", () => {
  it("lets an answer under way end, and does not wait for those who only watch", async () => {
    const own = await startTestApi();
    await publishContract(own);
    const waiting = await upload(own, own.adminKey, { source_app: "default" }, { filename: "w.txt", bytes: "w" });
    const url = await own.listen();
    const watch = await fetch(`${url}/api/documents/${waiting.body.document_id}/events`, {
      headers: bearer(own.adminKey),
    });
    let release = () => {};
    own.model.gate = new Promise((resolve) => {
      release = resolve;
    });
    const answer = await fetch(`${url}/api/query`, {
      method: "POST",
      headers: { ...bearer(own.adminKey), "content-type": "application/json" },
      body: JSON.stringify({ query: question, stream: true }),
    });
    const closing = own.close();
    expect(await watch.text()).toContain('"state":"queued"');
    release();
    expect(parseEvents(await answer.text()).at(-1)?.event).toBe("done");
    await closing;
  });
});
