import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIPv6 } from "node:net";

/** What says for whom a request was forwarded; anybody can write them. */
const claims = [
  "forwarded",
  "x-real-ip",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
] as const;
const believed = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"] as const;

/** Carries this process's seal: headers without it were never screened, and nothing they claim is passed on. */
const sealHeader = "x-aurora-screened";
const sealKey = Symbol.for("aurora.screened");
const seals = globalThis as { [sealKey]?: string };

/**
 * Makes the step that every request passes before anything reads its headers.
 * From a peer that is not one of `trustedProxies`, whatever the request claims is dropped and the peer itself is named;
 * a trusted proxy's word is kept and the proxy added to it.
 * @throws when an entry is neither an address nor a CIDR.
 */
export function createScreening(trustedProxies: readonly string[]) {
  const trusted = new BlockList();
  for (const entry of trustedProxies) {
    const [address = "", prefix] = entry.split("/");
    const family = isIPv6(address) ? "ipv6" : "ipv4";
    if (prefix === undefined) trusted.addAddress(address, family);
    else trusted.addSubnet(address, Number(prefix), family);
  }
  const seal = crypto.randomUUID();
  seals[sealKey] = seal;
  return (headers: IncomingHttpHeaders, remoteAddress: string | undefined): void => {
    const peer = (remoteAddress ?? "").replace(/^::ffff:/, "");
    const isTrusted = peer !== "" && trusted.check(peer, isIPv6(peer) ? "ipv6" : "ipv4");
    const before = isTrusted ? headers["x-forwarded-for"] : undefined;
    for (const name of claims) if (!isTrusted || !believed.some((one) => one === name)) delete headers[name];
    if (peer) headers["x-forwarded-for"] = before ? `${before}, ${peer}` : peer;
    headers[sealHeader] = seal;
  };
}

/** The claims of a screened request that the API is told. */
export function forwardedHeaders(headers: Headers): Record<string, string> {
  const isScreened = seals[sealKey] !== undefined && headers.get(sealHeader) === seals[sealKey];
  const kept = isScreened
    ? believed.flatMap((name) => {
        const value = headers.get(name);
        return value === null ? [] : [[name, value] as const];
      })
    : [];
  return Object.fromEntries(kept);
}

/** Whether a header may only be written by `forwardedHeaders`. */
export const isForwardingClaim = (name: string): boolean => claims.some((claim) => claim === name);
