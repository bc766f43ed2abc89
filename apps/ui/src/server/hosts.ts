/**
 * Whether a request is meant for this server. A page of another site can make its own name point here (DNS rebinding)
 * and then read this origin as its own: the name in `Host` gives it away. `x-forwarded-host` is a trusted proxy's word.
 */
export function isOwnHost(headers: Headers, hosts: ReadonlySet<string>): boolean {
  const forwarded = headers.get("x-forwarded-host");
  const isOwn = (host: string | null) => host !== null && hosts.has(host.toLowerCase());
  return isOwn(headers.get("host")) && (forwarded === null || isOwn(forwarded));
}

/** RFC 9110, 15.5.20. Plain words: whoever reads them is setting the server up, or is not a person. */
export const misdirected = (): Response =>
  new Response("421: this server does not answer to that name. Its public address is set with PUBLIC_BASE_URL.\n", {
    status: 421,
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    },
  });
