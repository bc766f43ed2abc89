import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateUploadResponse, DocumentDetail, QueryResponse } from "@aurora/contracts";
import type { z } from "zod";
import { UserError } from "../terminal.ts";

/** The product as an outside application sees it: HTTP and an API key, nothing else. */
export interface NexusClient {
  /** Presigned upload, completion, and the wait until it is published. @throws UserError when it ends otherwise. */
  ingest(
    filename: string,
    bytes: Uint8Array,
    fields?: { readonly external_id?: string; readonly source_app?: string },
  ): Promise<string>;
  query(question: string, language: string): Promise<QueryResponse>;
  document(id: string): Promise<z.infer<typeof DocumentDetail>>;
  call(method: string, path: string, body?: object): Promise<unknown>;
}

const ingestLimitMs = 180_000;

export function createNexusClient(apiUrl: string, apiKey: string, callerApp = "unknown"): NexusClient {
  async function call(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${apiKey}`, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new UserError(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
    return text === "" ? null : JSON.parse(text);
  }
  const document = async (id: string) => DocumentDetail.parse(await call("GET", `/api/documents/${id}`));
  return {
    call,
    document,
    async ingest(filename, bytes, fields = {}) {
      const created = CreateUploadResponse.parse(
        await call("POST", "/api/documents/uploads", {
          filename,
          size_bytes: bytes.length,
          sha256: createHash("sha256").update(bytes).digest("hex"),
          source_app: "default",
          caller_app: callerApp,
          ...fields,
        }),
      );
      const { url, method, headers } = created.upload;
      const put = await fetch(url, { method, headers, body: Buffer.from(bytes) });
      if (!put.ok)
        throw new UserError(`The upload of ${filename} answered ${put.status}: ${(await put.text()).slice(0, 500)}`);
      await call("POST", `/api/documents/${created.document_id}/complete`, {});
      const deadline = Date.now() + ingestLimitMs;
      for (;;) {
        const { status, failure } = await document(created.document_id);
        if (status === "success") return created.document_id;
        if (status === "failed" || status === "cancelled")
          throw new UserError(`${filename} ended ${status}: ${JSON.stringify(failure)}`);
        if (Date.now() > deadline)
          throw new UserError(`${filename} is still ${status} after ${ingestLimitMs / 1000} s`);
        await sleep(100);
      }
    },
    query: async (query, language) =>
      QueryResponse.parse(await call("POST", "/api/query", { query, language, caller_app: callerApp })),
  };
}
