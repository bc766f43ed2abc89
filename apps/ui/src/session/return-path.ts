/** Where to go after sign-in: a path of this site, else the assistant. Anything that could leave the site is dropped. */
export function safeReturnPath(wanted: string | null, locale: string): string {
  const home = `/${locale}/assistant`;
  if (!wanted?.startsWith(`/${locale}/`)) return home;
  const base = "https://site.invalid";
  const url = new URL(wanted, base);
  return url.origin === base ? `${url.pathname}${url.search}` : home;
}
