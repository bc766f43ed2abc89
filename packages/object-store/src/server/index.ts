import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Clock, systemClock } from "@aurora/kernel";
import { authenticate, type Credentials } from "./authenticate.ts";
import { corsHeaders, preflightHeaders } from "./cors.ts";
import { openFileStorage } from "./file-storage.ts";
import { type RequestHead, readHead } from "./http-request.ts";
import { routeOf } from "./route.ts";
import { asS3Error, S3Error } from "./s3-error.ts";
import { errorXml } from "./xml.ts";

/**
 * One line a request: id, method, bucket, status, S3's code, ms. No key, query or header: they hold tenants, file names
 * and signatures. Structurally the logger of @aurora/telemetry.
 */
export interface S3Log {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface S3ServerOptions extends Credentials {
  readonly host: "127.0.0.1" | "::1" | "0.0.0.0";
  /** 0 takes a free one. */
  readonly port: number;
  /** Owned by this process alone. */
  readonly folder: string;
  readonly buckets: readonly string[];
  /** Origins of pages that may send presigned requests, as browsers write them: `https://nexus.example`. */
  readonly corsOrigins: readonly string[];
  readonly limits: {
    readonly maxObjectBytes: number;
    /** Of every part of a multipart upload but its last; S3's 5 MiB when absent. */
    readonly minPartBytes?: number;
    /** Of one whole request, slow uploads included. */
    readonly requestTimeoutMs: number;
    readonly maxConnections: number;
  };
  readonly log: S3Log;
  readonly clock?: Clock;
}

export interface S3Server {
  readonly port: number;
  /** Takes no more connections, lets running requests end for `drainMs`, then cuts them. */
  close(drainMs: number): Promise<void>;
}

const maxHeaderBytes = 16_384;
const headersTimeoutMs = 20_000;
/** Rules of S3 for bucket names, so that one is always a safe folder name too. */
const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const maxKeyBytes = 1_024;
const maxDrainedBytes = 8 * 1_048_576;
const standardMinPartBytes = 5 * 1_048_576;
/** A multipart upload lives a day, as a bucket's lifecycle rule would have it; looked for at the start and each hour. */
const abandonedAfterMs = 24 * 3_600_000;
const sweepIntervalMs = 3_600_000;

/**
 * The embedded object store: the part of S3 that Nexus uses, over a folder. Path-style addresses, SigV4 only, no
 * anonymous request, no console; presigned requests may touch one object with GET, HEAD or PUT. Multipart uploads
 * nobody completed are removed after a day.
 * @throws Error when the port is taken (`EADDRINUSE`) or the folder cannot be written.
 */
export async function startS3Server(options: S3ServerOptions): Promise<S3Server> {
  const badBucket = options.buckets.find((bucket) => !bucketPattern.test(bucket) || bucket.includes(".."));
  if (badBucket !== undefined) throw new Error(`startS3Server: "${badBucket}" is not a bucket name`);
  const clock = options.clock ?? systemClock;
  const origins = new Set(options.corsOrigins);
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: headersTimeoutMs,
    requestTimeout: options.limits.requestTimeoutMs,
  });
  server.maxConnections = options.limits.maxConnections;
  // the port first: whoever holds it may still be writing into the folder
  const opened = listen(server, options).then(() => openFileStorage(options.folder, options.buckets));

  async function answer(request: IncomingMessage, response: ServerResponse, mayContinue: boolean): Promise<void> {
    const startedMs = clock.nowMs();
    const requestId = randomUUID();
    const method = request.method ?? "";
    let head: RequestHead | undefined;
    let bucket: string | null = null;
    let failure: S3Error | null = null;
    response.setHeader("x-amz-request-id", requestId);
    try {
      head = readHead(request);
      if (method === "OPTIONS") {
        response.writeHead(204, preflightHeaders(head, origins)).end();
      } else {
        for (const [name, value] of Object.entries(corsHeaders(head, origins))) response.setHeader(name, value);
        const auth = authenticate(head, options, clock.nowMs());
        const address = readAddress(head.path);
        const run = routeOf(head, auth, address.key);
        if (!options.buckets.includes(address.bucket))
          throw new S3Error("NoSuchBucket", "The specified bucket does not exist.");
        bucket = address.bucket;
        if (mayContinue) response.writeContinue();
        const deps = {
          storage: await opened,
          buckets: options.buckets,
          maxObjectBytes: options.limits.maxObjectBytes,
          minPartBytes: options.limits.minPartBytes ?? standardMinPartBytes,
          nowMs: () => clock.nowMs(),
        };
        await run(deps, { request, response, head, auth, ...address });
      }
    } catch (error) {
      failure = asS3Error(error);
      sendFailure(request, response, failure, head?.path ?? "", requestId);
    }
    const line = {
      request_id: requestId,
      method,
      bucket,
      status: response.statusCode,
      code: failure?.code ?? null,
      ms: clock.nowMs() - startedMs,
    };
    // a client that asks for too much is no trouble of ours
    if (failure !== null && failure.status >= 500 && failure.code !== "NotImplemented")
      options.log.error({ ...line, err: failure }, "s3 request failed");
    else options.log.info(line, "s3 request");
  }

  server.on("request", (request, response) => void answer(request, response, false));
  // the head is judged before the client is told to send its body
  server.on("checkContinue", (request, response) => void answer(request, response, true));
  const sweep = async (): Promise<void> => {
    try {
      const removed = await (await opened).sweep(clock.nowMs() - abandonedAfterMs);
      if (removed > 0) options.log.info({ removed }, "s3 abandoned uploads removed");
    } catch (error) {
      options.log.error({ err: error }, "s3 sweep failed");
    }
  };
  try {
    await opened;
  } catch (error) {
    server.close();
    throw error;
  }
  await sweep();
  const sweeping = setInterval(() => void sweep(), sweepIntervalMs).unref();

  return {
    port: (server.address() as AddressInfo).port,
    close: (drainMs) =>
      new Promise((resolve) => {
        clearInterval(sweeping);
        const cut = setTimeout(() => server.closeAllConnections(), drainMs);
        server.close(() => {
          clearTimeout(cut);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

function listen(server: Server, { host, port }: S3ServerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** `/bucket/key` → both; the key may hold anything but NUL. */
function readAddress(path: string): { bucket: string; key: string } {
  const slash = path.indexOf("/", 1);
  const bucket = slash < 0 ? path.slice(1) : path.slice(1, slash);
  const key = slash < 0 ? "" : path.slice(slash + 1);
  if (bucket === "") throw new S3Error("NotImplemented", "This operation is not served.");
  if (Buffer.byteLength(key) > maxKeyBytes) throw new S3Error("KeyTooLongError", "Your key is too long.");
  if (key.includes("\0")) throw new S3Error("InvalidArgument", "A key must not contain NUL.");
  return { bucket, key };
}

function sendFailure(
  request: IncomingMessage,
  response: ServerResponse,
  failure: S3Error,
  path: string,
  requestId: string,
): void {
  if (response.headersSent) return void response.destroy(); // a body was under way: a cut connection is the only honest sign
  const xml = request.method === "HEAD" ? "" : errorXml(failure, path, requestId);
  if (!request.complete) {
    // read on, so that a client still sending gets to see the answer; not for ever
    request.resume();
    if (Number(request.headers["content-length"] ?? 0) > maxDrainedBytes) response.setHeader("connection", "close");
  }
  response
    .writeHead(failure.status, { "content-type": "application/xml", "content-length": Buffer.byteLength(xml) })
    .end(xml);
}
