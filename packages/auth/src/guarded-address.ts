import { lookup as systemLookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { AppError, isPublicAddress } from "@aurora/kernel";

export interface AddressRules {
  /** `host:port` of private model servers that may be called, lower case. */
  readonly privateHosts: readonly string[];
  /** Ports our own stores and services listen on: no provider is ever there, whatever the list says. */
  readonly ownPorts: readonly number[];
}

/** Found in `internal.reason` of the refusal. */
export type AddressRefusal = "url" | "scheme" | "private_address" | "own_port";

export interface GuardedUrl {
  readonly url: URL;
  /** Resolves names for the very connection that is opened, so that nothing can change between check and use. */
  readonly lookup: LookupFunction;
}

/**
 * Decides whether a provider's address may be called: https to public addresses, or a listed private host.
 * @throws AppError `egress_refused` for anything else; the lookup fails the same way when a name leads to a private address.
 */
export function guardUrl(baseUrl: string, rules: AddressRules): GuardedUrl {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  if (url === null || url.username !== "" || url.password !== "") throw refused("url");
  const { host, port } = placeOf(url);
  const literal = host.replace(/^\[|\]$/g, "");
  if (rules.privateHosts.includes(`${host}:${port}`)) {
    if (rules.ownPorts.includes(port)) throw refused("own_port");
    if (url.protocol !== "https:" && url.protocol !== "http:") throw refused("scheme");
    return { url, lookup: systemLookup as LookupFunction };
  }
  if (url.protocol !== "https:") throw refused("scheme");
  const isOfThisMachine = host === "localhost" || host.endsWith(".localhost"); // RFC 6761, 6.3
  if (isOfThisMachine || (isIP(literal) !== 0 && !isPublicAddress(literal))) throw refused("private_address");
  return { url, lookup: publicLookup };
}

const placeOf = (url: URL) => ({
  host: url.hostname.toLowerCase(),
  port: Number(url.port || (url.protocol === "https:" ? 443 : 80)),
});

/** Whether an address is one of the operator's own model servers: only there does text stay in the house. */
export function isPrivateHost(baseUrl: string, rules: Pick<AddressRules, "privateHosts">): boolean {
  if (!URL.canParse(baseUrl)) return false;
  const { host, port } = placeOf(new URL(baseUrl));
  return rules.privateHosts.includes(`${host}:${port}`);
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  systemLookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, "", 4);
    const addresses = found.filter(({ address }) => isPublicAddress(address));
    const [first] = addresses;
    // One private address among public ones is how rebinding begins: the whole name is refused.
    if (first === undefined || addresses.length < found.length)
      return callback(
        Object.assign(new Error("the name leads to a private address"), { code: "EGRESS_REFUSED" }),
        "",
        4,
      );
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

const refused = (reason: AddressRefusal): AppError =>
  new AppError("egress_refused", "The provider's address may not be called.", { internal: { reason } });
