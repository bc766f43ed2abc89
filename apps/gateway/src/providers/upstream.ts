import type { Readable } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import { type AddressRules, guardUrl, isPrivateHost } from "@aurora/auth";
import { AppError } from "@aurora/kernel";
import { isProxyException, type OutboundProxy } from "@aurora/outbound";
import { type Dispatcher, Pool, ProxyAgent } from "undici";

export interface Timeouts {
  readonly connectMs: number;
  /** Until the first byte of the provider's answer: its status line may come long before. */
  readonly firstByteMs: number;
  /** Between two chunks of its body. */
  readonly idleMs: number;
  readonly totalMs: number;
}
export interface UpstreamTarget {
  readonly id: string;
  readonly baseUrl: string;
  readonly apiKey: string | null;
  /** The header the key travels in; absent = `authorization: Bearer`. */
  readonly keyHeader?: "api-key" | "x-api-key";
  /** Of Azure's API. */
  readonly apiVersion?: string | null;
  /** Longest answer of the model, in tokens: what is asked for where the provider wants a limit and the caller names none. */
  readonly maxOutputTokens?: number | null;
}
/** What a route says besides its address. */
export interface UpstreamOptions {
  /** Beside or instead of the usual ones; lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What is left out is the installation's. */
  readonly timeouts?: Partial<Timeouts>;
}
export interface UpstreamAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Decoded. Destroying it closes the provider's connection. */
  readonly body: Readable;
}

/** Why a call to a provider ended without an answer. `client_closed` is nobody's fault and is not reported to anyone. */
export type UpstreamFault = "client_closed" | "upstream_timeout" | "upstream_failed" | "egress_refused";

export interface Upstream {
  /**
   * @param signal Aborting it closes the connection to the provider at once, before or after the first byte.
   * @throws what `faultOf` explains.
   */
  post(
    target: UpstreamTarget,
    path: string,
    body: string,
    signal: AbortSignal,
    options?: UpstreamOptions,
  ): Promise<UpstreamAnswer>;
  /** The same, without a body. */
  get(target: UpstreamTarget, path: string, signal: AbortSignal, options?: UpstreamOptions): Promise<UpstreamAnswer>;
  /** Open connections by provider id; those through a proxy are not counted. */
  connections(): ReadonlyMap<string, number>;
  close(): Promise<void>;
}

const maxConnectionsPerProvider = 128;

/**
 * One connection pool a provider address; nothing of the caller's request but the body goes out.
 * @param proxy For external addresses. What is private or ours is refused before it is asked; the names it resolves
 *   itself are the proxy's to judge. The operator's private hosts are never called through it.
 */
export function createUpstream(rules: AddressRules, timeouts: Timeouts, proxy: OutboundProxy | null): Upstream {
  interface Opened {
    readonly pool: Dispatcher;
    readonly origin: string;
    readonly path: string;
    readonly targetId: string;
  }
  const pools = new Map<string, Opened>();

  function poolFor(target: UpstreamTarget, timeout: number): Opened {
    const key = `${target.id} ${timeout} ${target.baseUrl}`; // the rules are fixed: an address judged once is judged
    const known = pools.get(key);
    if (known) return known;
    const { url, lookup } = guardUrl(target.baseUrl, rules);
    const options = { connections: maxConnectionsPerProvider };
    const isProxied =
      proxy !== null && !isPrivateHost(target.baseUrl, rules) && !isProxyException(url, proxy.exceptions);
    const pool = isProxied
      ? new ProxyAgent({ ...options, uri: proxy.url, proxyTls: { timeout }, requestTls: { timeout } })
      : new Pool(url.origin, { ...options, connect: { timeout, lookup } });
    const opened = { pool, origin: url.origin, path: url.pathname.replace(/\/+$/, ""), targetId: target.id };
    pools.set(key, opened);
    return opened;
  }

  async function request(
    method: "GET" | "POST",
    target: UpstreamTarget,
    path: string,
    body: string | null,
    signal: AbortSignal,
    options: UpstreamOptions,
  ): Promise<UpstreamAnswer> {
    const limits = { ...timeouts, ...options.timeouts };
    const { origin, path: prefix, pool } = poolFor(target, limits.connectMs);
    const total = new AbortController();
    const onAbort = () => total.abort(signal.reason);
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    const timer = setTimeout(() => total.abort(new WaitedTooLong()), limits.totalMs);
    const sentAt = performance.now();
    let firstByte: NodeJS.Timeout | undefined;
    const done = () => {
      clearTimeout(timer);
      clearTimeout(firstByte);
      signal.removeEventListener("abort", onAbort);
    };
    try {
      const answer = await pool.request({
        origin,
        method,
        path: `${prefix}${path}`,
        headers: {
          ...(body === null ? {} : { "content-type": "application/json" }),
          accept: "application/json, text/event-stream",
          "accept-encoding": "identity",
          ...keyHeaders(target),
          ...options.headers,
        },
        body,
        signal: total.signal,
        headersTimeout: limits.firstByteMs,
        bodyTimeout: limits.idleMs,
      });
      const { body: bytes } = answer;
      bytes.once("close", done);
      bytes.on("error", () => undefined); // whoever reads it is told; a body nobody reads any more must not end the process
      firstByte = setTimeout(
        () => {
          if (!bytes.readableDidRead && bytes.readableLength === 0) bytes.destroy(new WaitedTooLong());
        },
        Math.max(0, limits.firstByteMs - (performance.now() - sentAt)),
      );
      return { status: answer.statusCode, headers: answer.headers, body: decoded(answer.body, answer.headers) };
    } catch (error) {
      done();
      throw error;
    }
  }

  return {
    post: (target, path, body, signal, options = {}) => request("POST", target, path, body, signal, options),
    get: (target, path, signal, options = {}) => request("GET", target, path, null, signal, options),
    connections() {
      const counts = new Map<string, number>();
      for (const { pool, targetId } of pools.values())
        if (pool instanceof Pool) counts.set(targetId, (counts.get(targetId) ?? 0) + pool.stats.connected);
      return counts;
    },
    async close() {
      await Promise.all([...pools.values()].map(({ pool }) => pool.destroy()));
    },
  };
}

function keyHeaders({ apiKey, keyHeader }: UpstreamTarget): Record<string, string> {
  if (apiKey === null) return {};
  return keyHeader === undefined ? { authorization: `Bearer ${apiKey}` } : { [keyHeader]: apiKey };
}

/** A limit of ours, which the transport does not know. */
class WaitedTooLong extends Error {
  override readonly name = "WaitedTooLong";
}

/** A provider that encodes although it was asked not to. */
function decoded(body: Readable, headers: Readonly<Record<string, string | string[] | undefined>>): Readable {
  const encoding = String(headers["content-encoding"] ?? "identity").toLowerCase();
  const decoder =
    encoding === "gzip"
      ? createGunzip()
      : encoding === "br"
        ? createBrotliDecompress()
        : encoding === "deflate"
          ? createInflate()
          : null;
  if (decoder === null) return body;
  body.on("error", (error) => decoder.destroy(error));
  decoder.on("close", () => body.destroy());
  return body.pipe(decoder);
}

const timeoutCodes = new Set(["UND_ERR_CONNECT_TIMEOUT", "UND_ERR_HEADERS_TIMEOUT", "UND_ERR_BODY_TIMEOUT"]);

/** Who ended a call: the client, a time limit, our address rules, or the provider. */
export function faultOf(error: unknown, clientSignal: AbortSignal): UpstreamFault {
  if (clientSignal.aborted) return "client_closed";
  if (AppError.is(error) && error.code === "egress_refused") return "egress_refused";
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = "code" in cause ? String(cause.code) : "";
    if (cause instanceof WaitedTooLong || timeoutCodes.has(code)) return "upstream_timeout";
    if (code === "EGRESS_REFUSED") return "egress_refused";
  }
  return "upstream_failed";
}

/** What the caller is told; the provider's own words are never in it. */
export const faultError = (fault: Exclude<UpstreamFault, "client_closed">, cause: unknown): AppError =>
  AppError.is(cause)
    ? cause
    : new AppError(
        fault,
        fault === "upstream_timeout"
          ? "The provider did not answer in time."
          : fault === "egress_refused"
            ? "The provider's address may not be called."
            : "The provider could not be reached or broke off.",
        { cause },
      );
