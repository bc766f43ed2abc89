import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import { AppError, isPublicAddress } from "@aurora/kernel";

/** Every address of a name. Throws when it has none. */
export type Resolver = (hostname: string) => Promise<readonly string[]>;

export interface TargetRules {
  /**
   * Hosts that may be called: `docs.example.org`, `*.example.org` (all below it, not itself) or `*` (every public
   * host), each on the port of its scheme unless the entry names one (`:8443`). Empty allows none.
   */
  readonly allowedHosts: readonly string[];
  /** `host:port` of servers on private addresses that may be called all the same, exactly as listed. */
  readonly privateHosts: readonly string[];
  /** Ports our own stores and services listen on: never called on a private host, whatever is listed. */
  readonly ownPorts: readonly number[];
}

/** Why an address may not be called; `params.reason` of the refusal. */
export type UrlRefusal =
  | "url"
  | "scheme"
  | "credentials"
  | "host_not_allowed"
  | "private_address"
  | "own_port"
  | "downgrade";

export interface Target {
  readonly url: URL;
  readonly isPrivate: boolean;
}

export const refused = (reason: UrlRefusal): AppError =>
  new AppError("url_refused", "This address may not be fetched.", { params: { reason } });
export const failed = (reason: string, cause?: unknown): AppError =>
  new AppError("url_failed", "The address could not be fetched.", { params: { reason }, cause });

/**
 * Judges an address by its text alone; names are judged again by what they resolve to (`resolveTarget`). The URL parser
 * has already turned `0x7f.1`, `2130706433` and `0177.0.0.1` into 127.0.0.1, and refused zones.
 * @throws AppError `url_refused`.
 */
export function parseTarget(text: string, rules: TargetRules): Target {
  if (!URL.canParse(text)) throw refused("url");
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") throw refused("scheme");
  if (url.username !== "" || url.password !== "") throw refused("credentials");
  url.hash = "";
  const host = url.hostname.toLowerCase().replace(/\.$/, ""); // a dot at the end names the same host
  const standardPort = url.protocol === "https:" ? 443 : 80;
  const port = Number(url.port || standardPort);
  if (rules.privateHosts.includes(`${host}:${port}`)) {
    if (rules.ownPorts.includes(port)) throw refused("own_port");
    return { url, isPrivate: true };
  }
  const literal = host.replace(/^\[|\]$/g, "");
  const isOfThisMachine = host === "localhost" || host.endsWith(".localhost"); // RFC 6761, 6.3
  if (isOfThisMachine || (isIP(literal) !== 0 && !isPublicAddress(literal))) throw refused("private_address");
  if (!rules.allowedHosts.some((entry) => matches(entry, host, port, standardPort))) throw refused("host_not_allowed");
  return { url, isPrivate: false };
}

/** Where a redirect leads, judged like any other address. @throws AppError `url_refused`; `url_failed` for no place. */
export function parseRedirect(location: string | undefined, from: URL, rules: TargetRules): Target {
  if (location === undefined || !URL.canParse(location, from.href)) throw failed("redirects");
  const target = parseTarget(new URL(location, from.href).href, rules);
  if (from.protocol === "https:" && target.url.protocol === "http:") throw refused("downgrade");
  return target;
}

function matches(entry: string, host: string, port: number, standardPort: number): boolean {
  const [, name = "", entryPort] = /^(.*?)(?::(\d{1,5}))?$/.exec(entry.toLowerCase()) ?? [];
  if (port !== (entryPort === undefined ? standardPort : Number(entryPort))) return false;
  if (name === "*") return true;
  if (name.startsWith("[")) return host === name;
  return name.startsWith("*.") ? host.endsWith(`.${domainToASCII(name.slice(2))}`) : host === domainToASCII(name);
}

export const systemResolver: Resolver = async (hostname) =>
  (await lookup(hostname, { all: true, order: "verbatim" })).map(({ address }) => address);

/**
 * The addresses to connect to, asked for once: whatever the name says a moment later, the connection goes to these.
 * @throws AppError `url_refused` where one of them is private (one among public ones is how rebinding begins);
 *   `url_failed` {reason: "dns"} where the name has none.
 */
export async function resolveTarget({ url, isPrivate }: Target, resolve: Resolver): Promise<readonly string[]> {
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  const addresses =
    isIP(literal) !== 0
      ? [literal]
      : await resolve(literal).catch((error: unknown) => {
          throw failed("dns", error);
        });
  if (addresses.length === 0) throw failed("dns");
  if (!isPrivate && !addresses.every(isPublicAddress)) throw refused("private_address");
  return addresses;
}
