import { isIP, type LookupFunction } from "node:net";
import { AppError } from "@aurora/kernel";
import { Agent, type Dispatcher, ProxyAgent } from "undici";
import { limitedBody } from "./body.ts";
import { filenameOf } from "./filename.ts";
import { isProxyException, type OutboundProxy } from "./outbound-proxy.ts";
import {
  failed,
  parseRedirect,
  parseTarget,
  type Resolver,
  resolveTarget,
  systemResolver,
  type TargetRules,
} from "./target.ts";

export interface OutboundLimits {
  /** Of the body, decoded and as it travels. */
  readonly maxBytes: number;
  readonly connectTimeoutMs: number;
  /** Until the status line, and between two pieces of the body. */
  readonly idleTimeoutMs: number;
  /** Of everything: names, redirects, the body to its end. */
  readonly totalTimeoutMs: number;
}

export interface OutboundOptions extends TargetRules {
  readonly limits: OutboundLimits;
  /** For public hosts; the names it is asked for are then the proxy's to judge, literal addresses ours. */
  readonly proxy?: OutboundProxy | null;
  /** The system's when absent. */
  readonly resolver?: Resolver;
}

export interface FetchedFile {
  /** After redirects, without fragment. */
  readonly finalUrl: string;
  /** As the server names it, else after the address; never empty, no path in it. */
  readonly filename: string;
  /** Lower case, without parameters; null when the server does not say. */
  readonly contentType: string | null;
  /**
   * Read it to its end or leave the loop: both close the connection.
   * @throws AppError `payload_too_large` {max_bytes}, `url_failed` {reason}; the reason of `signal` when that aborts.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface Outbound {
  /**
   * One file by GET, from a host that is allowed, over connections to addresses that were checked: at each redirect
   * everything is judged again. No cookie, no credential and no header of the caller goes out.
   * @throws AppError `url_refused` {reason}: `url`, `scheme`, `credentials`, `host_not_allowed`, `private_address`,
   *   `own_port`, `downgrade`; `url_failed` {reason}: `dns`, `connection`, `timeout`, `tls`, `redirects`, `encoding`, or
   *   {reason: "status", status}; `payload_too_large` {max_bytes}; the reason of `signal` when that aborts.
   */
  fetchFile(url: string, options: { signal: AbortSignal }): Promise<FetchedFile>;
}

const maxRedirects = 5;
const maxHeaderBytes = 16_384;
const redirectStatuses: readonly number[] = [301, 302, 303, 307, 308];

/**
 * The client for addresses that users name: ingestion by URL. To wire it: `allowedHosts` = `config.ingestUrl.allowlist`,
 * `privateHosts` = `config.ingestUrl.privateHosts`, `ownPorts` = `config.providerAddresses.ownPorts`, `proxy` =
 * `config.outboundProxy`, `limits.maxBytes` = `config.ingestUrl.maxBytes`, `limits.totalTimeoutMs` =
 * `config.ingestUrl.timeoutMs`.
 */
export function createOutbound(options: OutboundOptions): Outbound {
  const { limits, proxy = null, resolver = systemResolver } = options;
  const tooLarge = () =>
    new AppError("payload_too_large", "The file is larger than allowed.", { params: { max_bytes: limits.maxBytes } });

  /** One connection of its own, to the addresses checked a moment ago and to nothing else. */
  async function dispatcherFor(url: URL, isPrivate: boolean, signal: AbortSignal): Promise<Dispatcher> {
    const common = {
      connections: 1,
      headersTimeout: limits.idleTimeoutMs,
      bodyTimeout: limits.idleTimeoutMs,
      maxHeaderSize: maxHeaderBytes,
    };
    const timeout = limits.connectTimeoutMs;
    if (proxy !== null && !isPrivate && !isProxyException(url, proxy.exceptions))
      return new ProxyAgent({
        ...common,
        uri: proxy.url,
        proxyTunnel: url.protocol === "https:",
        proxyTls: { timeout },
        requestTls: { timeout },
      });
    const addresses = await unlessAborted(resolveTarget({ url, isPrivate }, resolver), signal);
    return new Agent({ ...common, connect: { timeout, lookup: pinnedTo(addresses) } });
  }

  return {
    async fetchFile(text, { signal }) {
      const total = AbortSignal.timeout(limits.totalTimeoutMs);
      const either = AbortSignal.any([signal, total]);
      /** Who ended it: the caller, a limit, or the other side. */
      const explain = (error: unknown): unknown => {
        if (signal.aborted) return signal.reason;
        if (AppError.is(error)) return error;
        return failed(total.aborted ? "timeout" : causeOf(error), error);
      };

      let target = parseTarget(text, options);
      for (let redirects = 0; ; redirects++) {
        let dispatcher: Dispatcher | null = null;
        try {
          either.throwIfAborted();
          const { url } = target;
          dispatcher = await dispatcherFor(url, target.isPrivate, either);
          const answer = await dispatcher.request({
            origin: url.origin,
            path: url.pathname + url.search,
            method: "GET",
            headers: { accept: "*/*", "accept-encoding": "identity", "user-agent": "AuroraNexus" },
            signal: either,
          });
          answer.body.on("error", () => {}); // told to whoever reads it; nobody may
          if (redirectStatuses.includes(answer.statusCode)) {
            if (redirects >= maxRedirects) throw failed("redirects");
            target = parseRedirect(single(answer.headers.location), url, options);
            await dispatcher.destroy();
            continue;
          }
          if (answer.statusCode !== 200)
            throw new AppError("url_failed", "The address answered with an error.", {
              params: { reason: "status", status: answer.statusCode },
            });
          if (Number(single(answer.headers["content-length"]) ?? 0) > limits.maxBytes) throw tooLarge();
          const contentType = single(answer.headers["content-type"])?.split(";")[0]?.trim().toLowerCase() || null;
          const used = dispatcher;
          return {
            finalUrl: url.href,
            filename: filenameOf(single(answer.headers["content-disposition"]), url, contentType),
            contentType,
            body: limitedBody(answer.body, {
              encoding: single(answer.headers["content-encoding"]),
              maxBytes: limits.maxBytes,
              tooLarge,
              explain,
              close: () => used.destroy(),
            }),
          };
        } catch (error) {
          await dispatcher?.destroy().catch(() => {}); // the failure that counts is under way
          throw explain(error);
        }
      }
    },
  };
}

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);

/** Whatever name is asked, the answer is what was checked; the name itself stays in `Host` and in TLS. */
function pinnedTo(addresses: readonly string[]): LookupFunction {
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_hostname, options, callback) => {
    if (options.all) return callback(null, found);
    const [first] = found;
    callback(null, first?.address ?? "", first?.family ?? 4);
  };
}

/** A resolver knows no signal: its answer is waited for no longer than that. */
function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

/** Our word for what broke: the other side's own is never shown. */
function causeOf(error: unknown): string {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = "code" in cause ? String(cause.code) : "";
    if (/^UND_ERR_(?:CONNECT|HEADERS|BODY)_TIMEOUT$|^ETIMEDOUT$/.test(code)) return "timeout";
    if (code.startsWith("Z_") || code.startsWith("ERR__ERROR_FORMAT")) return "encoding";
    if (/^ERR_TLS|^ERR_SSL|CERT|^EPROTO$|SELF_SIGNED|UNABLE_TO_/.test(code)) return "tls";
  }
  return "connection";
}
