import { createHmac } from "node:crypto";
import { bearer, createSignedInUser, type Reply, send } from "../client.ts";
import { publishContract, upload } from "../publish.ts";
import type { TestApi } from "../start-test-api.ts";

/** What every bad request is sent into: one published document, one reader, the administrator's key. */
export interface BadInputWorld {
  readonly api: TestApi;
  readonly documentId: string;
  readonly jobId: string;
  readonly tenantId: string;
  readonly userToken: string;
  get(url: string, headers?: Record<string, string>): Promise<Reply>;
  post(url: string, payload?: object | string, headers?: Record<string, string>): Promise<Reply>;
  query(fields: object): Promise<Reply>;
  form(fields: Record<string, string>, bytes?: Buffer | string): Promise<Reply>;
  /** The reader's own claims under another header, secret or expiry. */
  forged(header: object, secret: string, change?: object, hash?: string): string;
}

export interface BadRequest {
  readonly name: string;
  readonly send: (world: BadInputWorld) => Promise<Reply>;
  readonly status: number;
  readonly code: string;
  /** Pointer and code of the first faulty place, where one is named. */
  readonly at?: readonly [pointer: string, code: string];
}

export const json = { "content-type": "application/json" };
export const hs256 = { alg: "HS256", typ: "JWT" };
export const nowhere = "00000000-0000-7000-8000-00000000dead";
export const anyUpload = { filename: "a.txt", size_bytes: 1, sha256: "0".repeat(64), source_app: "default" };
export const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

export async function createBadInputWorld(api: TestApi): Promise<BadInputWorld> {
  const { documentId, jobId, tenantId } = await publishContract(api);
  const { token: userToken } = await createSignedInUser(api, "user@example.org", { default: ["read"] });
  const admin = bearer(api.adminKey);
  const post: BadInputWorld["post"] = (url, payload = {}, headers = {}) =>
    send(api, { method: "POST", url, headers: { ...admin, ...headers }, payload });
  return {
    api,
    documentId,
    jobId,
    tenantId,
    userToken,
    get: (url, headers = admin) => send(api, { url, headers }),
    post,
    query: (fields) => post("/api/query", { query: "x", ...fields }),
    form: (fields, bytes = "x") => upload(api, api.adminKey, fields, { filename: "a.txt", bytes }),
    forged(header, secret, change = {}, hash = "sha256") {
      const claims = JSON.parse(Buffer.from(userToken.split(".")[1] ?? "", "base64url").toString());
      const input = `${encode(header)}.${encode({ ...claims, ...change })}`;
      return `${input}.${createHmac(hash, secret).update(input).digest("base64url")}`;
    },
  };
}
