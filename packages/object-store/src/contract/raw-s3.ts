import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fixedClock } from "@aurora/kernel";
import { S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type S3Server, startS3Server } from "../server/index.ts";
import {
  canonicalRequest,
  createChunkSigner,
  type Pairs,
  sha256Hex,
  sign,
  signingKey,
  stringToSign,
  uriEncode,
} from "../server/signature.ts";

const credentials = { accessKeyId: "AKIA/TEST", secretAccessKey: "s3cr3t+/=", region: "eu-west-3" };
/** Near real time, which the SDK signs with. */
export const clock = fixedClock(Date.now());
export const uiOrigin = "https://nexus.example";
export const maxObjectBytes = 3_000_000;
export const minPartBytes = 1_000;
let server: S3Server;
let folder = "";
export let sdk: S3Client;
/** Presigns without the checksum the SDK would add by itself. */
export let signer: S3Client;
export const logged: string[] = [];

/** Starts one server for the file that calls this, with a clock that stands still within a test. */
export function useRawS3(): void {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nexus-s3-"));
    server = await startS3Server({
      ...credentials,
      host: "127.0.0.1",
      port: 0,
      folder,
      buckets: ["uploads", "artifacts"],
      corsOrigins: [uiOrigin],
      limits: { maxObjectBytes, minPartBytes, requestTimeoutMs: 30_000, maxConnections: 50 },
      log: {
        info: (fields) => void logged.push(JSON.stringify(fields)),
        error: (fields, message) => console.error(message, fields),
      },
      clock,
    });
    const client = {
      endpoint: origin(),
      region: credentials.region,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
    };
    sdk = new S3Client(client);
    signer = new S3Client({ ...client, requestChecksumCalculation: "WHEN_REQUIRED" });
  });
  beforeEach(() => clock.advance(1_000));
  afterAll(async () => {
    sdk.destroy();
    signer.destroy();
    await server.close(1_000);
    await rm(folder, { recursive: true, force: true });
  });
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A raw request: nothing normalises its path or adds to its headers. */
export function send(method: string, target: string, headers: Pairs = [], body: string | Buffer = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: "127.0.0.1",
      port: server.port,
      method,
      path: target,
      setHost: false,
      agent: false,
    });
    for (const name of new Set(headers.map(([each]) => each)))
      request.setHeader(
        name,
        headers.filter(([each]) => each === name).map(([, value]) => value),
      );
    request.on("response", (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(parts).toString() }),
      );
    });
    request.on("error", reject);
    request.end(body);
  });
}

export const host = () => ["host", `127.0.0.1:${server.port}`] as const;
export const timestampOf = (ms: number) => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, "");
export interface Signing {
  readonly secret?: string;
  readonly accessKeyId?: string;
  readonly region?: string;
  readonly service?: string;
  readonly atMs?: number;
  readonly payloadHash?: string;
  readonly unsigned?: Pairs;
}

/** Signs in the Authorization header, by AWS's rules and our own code (which the SDK's requests keep honest). */
export function signed(
  method: string,
  path: string,
  query: Pairs,
  headers: Pairs,
  body: string | Buffer,
  how: Signing = {},
) {
  const timestamp = timestampOf(how.atMs ?? clock.nowMs());
  const scope = { date: timestamp.slice(0, 8), region: how.region ?? credentials.region, service: how.service ?? "s3" };
  const payloadHash = how.payloadHash ?? sha256Hex(body);
  const all: Pairs = [host(), ["x-amz-date", timestamp], ["x-amz-content-sha256", payloadHash], ...headers];
  const signedHeaders = [...new Set(all.map(([name]) => name))].sort();
  const canonical = canonicalRequest({ method, path, query, headers: all, signedHeaders, payloadHash });
  const key = signingKey(how.secret ?? credentials.secretAccessKey, scope);
  const signature = sign(key, stringToSign(timestamp, scope, canonical));
  const credential = `${how.accessKeyId ?? credentials.accessKeyId}/${scope.date}/${scope.region}/${scope.service}/aws4_request`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${signedHeaders.join(";")}, Signature=${signature}`;
  const queryText = query.map(([name, value]) => `${uriEncode(name)}=${uriEncode(value)}`).join("&");
  const length: Pairs =
    method === "PUT" || method === "POST" ? [["content-length", String(Buffer.byteLength(body))]] : [];
  return {
    target: uriEncode(path, true) + (queryText === "" ? "" : `?${queryText}`),
    headers: [...all, ["authorization", authorization], ...length, ...(how.unsigned ?? [])] as Pairs,
    chunkSigner: createChunkSigner(key, timestamp, scope, signature),
  };
}
export async function call(
  method: string,
  path: string,
  query: Pairs = [],
  headers: Pairs = [],
  body: string | Buffer = "",
  how: Signing = {},
) {
  const request = signed(method, path, query, headers, body, how);
  return send(method, request.target, request.headers, body);
}
export const codeOf = (answer: Answer) => /<Code>(\w+)<\/Code>/.exec(answer.body)?.[1];
export const origin = () => `http://127.0.0.1:${server.port}`;
/** Options of `getSignedUrl` at the test's time, with these headers kept as headers and signed. */
export const signing = (expiresIn = 60, headers: readonly string[] = []) => ({
  expiresIn,
  signingDate: new Date(clock.nowMs()),
  signableHeaders: new Set(["host", ...headers]),
  unhoistableHeaders: new Set(headers),
});
export const targetOf = (url: string) => url.slice(new URL(url).origin.length);
export const base64Sha256 = (body: string) => createHash("sha256").update(body).digest("base64");
