import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@aurora/kernel";
import { afterAll, beforeAll, beforeEach, describe } from "vitest";
import { objectStoreContract, tenantA, tenantB } from "./contract/index.ts";
import { createMemoryObjectStore, type MemoryObjectStore } from "./memory/index.ts";
import type { PresignedRequest } from "./port.ts";
import { createS3ObjectStore, type S3ObjectStore, type S3ObjectStoreOptions } from "./s3/index.ts";
import { type S3Server, startS3Server } from "./server/index.ts";

const maxPutBytes = 1_048_576;

describe("memory", () => {
  let store: MemoryObjectStore;
  beforeEach(() => {
    store = createMemoryObjectStore({ clock: systemClock, maxPutBytes });
  });
  objectStoreContract("memory", () => ({ store, send: async (request, body) => store.send(request, body) }));
});

const common = {
  addressing: "path",
  maxPutBytes,
  requestTimeoutMs: 10_000,
  clock: systemClock,
} as const satisfies Partial<S3ObjectStoreOptions>;

describe("S3 driver on the embedded server", () => {
  let server: S3Server;
  let store: S3ObjectStore;
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nexus-s3-"));
    const credentials = { accessKeyId: "contract", secretAccessKey: "contract-secret", region: "eu-west-3" };
    server = await startS3Server({
      ...credentials,
      host: "127.0.0.1",
      port: 0,
      folder,
      buckets: ["uploads", "artifacts", "backups"],
      corsOrigins: [],
      limits: { maxObjectBytes: maxPutBytes, requestTimeoutMs: 30_000, maxConnections: 50 },
      log: { info: () => undefined, error: (fields, message) => console.error(message, fields) },
    });
    const endpoint = `http://127.0.0.1:${server.port}`;
    store = createS3ObjectStore({
      ...common,
      ...credentials,
      endpoint,
      publicEndpoint: endpoint,
      buckets: { uploads: "uploads", artifacts: "artifacts", backups: "backups" },
    });
  });
  beforeEach(() => clear(store));
  afterAll(async () => {
    store.close();
    await server.close(1_000);
    await rm(folder, { recursive: true, force: true });
  });
  objectStoreContract("s3 → embedded server", () => ({ store, send: sendByFetch }));
});

/** Any other S3, given as `http://KEY:SECRET@host:port/bucket?region=…`; the bucket is emptied of the test tenants. */
const other = process.env.S3_TEST_ENDPOINT;
if (other) describe("S3 driver on another S3", () => onAnotherS3(new URL(other)));
else console.info("S3 driver on another S3: not run, S3_TEST_ENDPOINT is not set");

function onAnotherS3(url: URL): void {
  const bucket = url.pathname.slice(1);
  const store = createS3ObjectStore({
    ...common,
    endpoint: url.origin,
    publicEndpoint: url.origin,
    region: url.searchParams.get("region") ?? "us-east-1",
    accessKeyId: decodeURIComponent(url.username),
    secretAccessKey: decodeURIComponent(url.password),
    // one bucket stands for the three: the suite uses no key in two of them
    buckets: { uploads: bucket, artifacts: bucket, backups: bucket },
  });
  beforeEach(() => clear(store));
  afterAll(() => store.close());
  objectStoreContract("s3 → S3_TEST_ENDPOINT", () => ({ store, send: sendByFetch }));
}

async function clear(store: S3ObjectStore): Promise<void> {
  for (const scope of [tenantA, tenantB])
    for (const bucket of ["uploads", "artifacts"] as const) await store.deletePrefix(scope, bucket, "");
}

async function sendByFetch(request: PresignedRequest, body?: Uint8Array) {
  const answer = await fetch(request.url, {
    method: request.method,
    headers: request.headers,
    ...(request.method === "PUT" ? { body: Buffer.from(body ?? []) } : {}),
  });
  return {
    status: answer.status,
    headers: Object.fromEntries(answer.headers),
    body: new Uint8Array(await answer.arrayBuffer()),
  };
}
