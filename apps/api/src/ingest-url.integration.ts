import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createOutbound } from "@aurora/outbound";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, refusal, send } from "./testing/client.ts";
import { startTestApi, type TestApi, testLimits } from "./testing/start-test-api.ts";

let server: Server;
let origin: string;
let api: TestApi;
let text = "Le texte de la page.";
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url?.startsWith("/moved")) return response.writeHead(302, { location: "/files/guide.md" }).end();
    if (request.url === "/inside") return response.writeHead(302, { location: "http://169.254.169.254/" }).end();
    if (request.url === "/large") return response.end(Buffer.alloc(testLimits.maxUploadBytes + 1));
    if (request.url === "/named")
      return response
        .writeHead(200, { "content-disposition": "attachment; filename*=UTF-8''..%2Fa%E2%80%AEb%0A.txt" })
        .end("n");
    if (request.url?.startsWith("/files/")) return response.end(text);
    return response.writeHead(404).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  const limits = {
    maxBytes: testLimits.maxUploadBytes,
    connectTimeoutMs: 2_000,
    idleTimeoutMs: 2_000,
    totalTimeoutMs: 5_000,
  };
  api = await startTestApi({
    outbound: createOutbound({ allowedHosts: ["docs.example.org"], privateHosts: [host], ownPorts: [], limits }),
  });
});
afterAll(async () => {
  await api?.close();
  server?.close();
});

const ingest = (url: string, extra: object = {}) =>
  send(api, {
    method: "POST",
    url: "/api/documents/url",
    headers: bearer(api.adminKey),
    payload: { url, source_app: "default", ...extra },
  });
const documentOf = async (reply: Awaited<ReturnType<typeof ingest>>) =>
  (await send(api, { url: `/api/documents/${reply.body.document_id}`, headers: bearer(api.adminKey) })).body;

describe("ingestion by address", () => {
  it("takes the file in under the name of where it was found, and the same address again as its next version", async () => {
    const url = `${origin}/moved?token=secret`;
    const first = await ingest(url);
    expect(first.status).toBe(202);
    const document = await documentOf(first);
    expect(document).toMatchObject({ filename: "guide.md", status: "queued", size_bytes: Buffer.byteLength(text) });
    expect(JSON.stringify(document)).not.toContain("secret");
    expect((await ingest(url)).body).toEqual(first.body); // the same bytes
    text = "Un autre texte.";
    const second = await ingest(url);
    expect(second.body.document_id).toBe(first.body.document_id);
    expect(second.body.job_id).not.toBe(first.body.job_id);
    const other = await ingest(`${origin}/files/guide.md`);
    expect(other.body.document_id).not.toBe(first.body.document_id); // of the same name, from another address
    expect(api.logged.join("")).not.toContain("secret");
  });

  it("lets the server choose no path and no sign that turns the name around", async () => {
    const { filename } = await documentOf(await ingest(`${origin}/named`));
    expect(filename).toBe("ab.txt");
  });

  it.each([
    ["http://127.0.0.1:1/", 422, "url_refused"],
    ["http://localhost:9000/uploads", 422, "url_refused"],
    ["https://elsewhere.example.com/a.pdf", 422, "url_refused"],
    ["file:///etc/passwd", 422, "url_refused"],
  ])("refuses %s", async (url, status, code) => expect(refusal(await ingest(url))).toEqual({ status, code }));

  it("refuses a redirect into the network, a file that is not there, and one larger than allowed", async () => {
    expect(refusal(await ingest(`${origin}/inside`))).toEqual({ status: 422, code: "url_refused" });
    const absent = await ingest(`${origin}/absent`);
    expect(refusal(absent)).toEqual({ status: 422, code: "url_failed" });
    expect(absent.body.params).toMatchObject({ reason: "status", status: 404 });
    expect(refusal(await ingest(`${origin}/large`))).toEqual({ status: 413, code: "payload_too_large" });
    const rows = await api.database.admin.query("select 1 from document_versions where upload_expires_at is not null");
    expect(rows.rowCount).toBe(0);
  });
});
