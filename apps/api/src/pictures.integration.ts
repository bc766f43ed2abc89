import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bearer, send } from "./testing/client.ts";
import { contract, picturePath, publishContract, publishedPicture } from "./testing/publish.ts";
import { startTestApi, type TestApi } from "./testing/start-test-api.ts";

let api: TestApi;
let documentId: string;
beforeAll(async () => {
  api = await startTestApi();
  ({ documentId } = await publishContract(api));
});
afterAll(() => api.close());

const get = (url: string) => send(api, { url, headers: bearer(api.adminKey) });

describe("pictures of a document", () => {
  it("are served as what they are and nothing else, under the name the document gives them", async () => {
    const reply = await get(picturePath(documentId));
    expect([reply.status, reply.headers["content-type"]]).toEqual([200, "image/png"]);
    expect(reply.headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "content-security-policy": "sandbox; default-src 'none'",
      "cache-control": "private, max-age=60",
    });
  });

  it.each([
    ["of another kind", publishedPicture.name.replace(".png", ".jpg"), 404],
    ["nobody has", `${"0".repeat(64)}.png`, 404],
    ["that is none", "..%2Fdocument.json", 404],
    ["that is a program", publishedPicture.name.replace(".png", ".svg"), 404],
  ])("are not found by a name %s", async (_, name, status) => {
    expect((await get(`/api/documents/${documentId}/pictures/${name}`)).status).toBe(status);
  });

  it("go with the document, and the receipt finds nothing left", async () => {
    const other = await publishContract(api, "other.md");
    const headers = bearer(api.adminKey);
    const receipt = await send(api, { method: "DELETE", url: `/api/documents/${other.documentId}`, headers });
    expect(receipt.body).toMatchObject({ status: "clean", residue: [] });
    const stored = receipt.body.removed.find((entry: { store: string }) => entry.store === "artifacts");
    expect(stored).toMatchObject({ count: 5 });
    expect((await get(picturePath(other.documentId))).status).toBe(404);
  });
});

it("gives each passage its place in the text of the document", async () => {
  const text = (await get(`/api/documents/${documentId}/content?format=text`)).text;
  const { items } = (await get(`/api/documents/${documentId}/chunks`)).body;
  expect(items).toHaveLength(contract.paragraphs.length);
  for (const { char_end, char_spans, char_start, text: own } of items) {
    expect(text.slice(char_start, char_end)).toBe(own);
    expect(char_spans).toEqual([{ start: char_start, end: char_end }]);
  }
});

it("lists folders, and says whether addresses may be fetched", async () => {
  expect((await get("/api/documents/folders")).body).toEqual({ items: [] });
  expect((await get("/api/ingestion/options")).body).toEqual({ ingest_url: expect.any(Boolean) });
  expect((await get("/api/documents/folders?source_app=Not%20a%20slug")).status).toBe(400);
});
