/** Set by the proxy on a page request for the server's own use: layouts are not told the path. */
export const pagePathHeader = "x-aurora-page-path";

export const signInPath = (locale: string, from: string | null): string =>
  `/${locale}/sign-in${from ? `?next=${encodeURIComponent(from)}` : ""}`;

/** Where to go after sign-in: a path of this site, else the assistant. Anything that could leave the site is dropped. */
export function safeReturnPath(wanted: string | null, locale: string): string {
  const home = `/${locale}/assistant`;
  if (!wanted?.startsWith(`/${locale}/`)) return home;
  const base = "https://site.invalid";
  const url = new URL(wanted, base);
  // Checked after parsing too: dots may climb to `//host`.
  return url.origin === base && url.pathname.startsWith(`/${locale}/`) ? `${url.pathname}${url.search}` : home;
}
