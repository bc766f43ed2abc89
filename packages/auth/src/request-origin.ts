export interface MutationHeaders {
  readonly origin: string | undefined;
  readonly secFetchSite: string | undefined;
}

/**
 * May a request that a browser authenticates by itself (cookie) change anything? Judged by what page scripts cannot
 * forge: `Origin`, else `Sec-Fetch-Site` (Fetch Metadata). With neither it is no browser of ours: refused.
 * @param allowedOrigins The UI's, the API's own and CORS_ALLOW_ORIGINS: scheme, host and port, no trailing slash.
 */
export function isMutationOriginAllowed(headers: MutationHeaders, allowedOrigins: ReadonlySet<string>): boolean {
  if (headers.origin !== undefined) return allowedOrigins.has(headers.origin);
  return headers.secFetchSite === "same-origin";
}

/** `application/json`, with any parameters: a plain HTML form cannot send it. */
export const isJsonContentType = (contentType: string | undefined): boolean =>
  /^application\/json\s*(?:;|$)/i.test(contentType?.trim() ?? "");

/**
 * Guards against DNS rebinding: the name the browser believes it talks to must be one of ours.
 * @param allowedHosts Host names in lower case, without port; `[::1]` in brackets.
 */
export function isHostAllowed(host: string | undefined, allowedHosts: ReadonlySet<string>): boolean {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?$/i.exec(host ?? "");
  return match?.[1] !== undefined && allowedHosts.has(match[1].toLowerCase());
}
