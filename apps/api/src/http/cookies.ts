export interface CookieSettings {
  readonly name: string;
  readonly isSecure: boolean;
  readonly sameSite: "lax" | "strict" | "none";
}

/** The first cookie of that name (RFC 6265 §5.4), or null. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? "").split(";")) {
    const at = pair.indexOf("=");
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim();
  }
  return null;
}

/** `Set-Cookie` of a session token: base64url and dots, so nothing needs encoding. `maxAgeSeconds` 0 removes it. */
export function sessionCookie(settings: CookieSettings, token: string, maxAgeSeconds: number): string {
  const sameSite = `${settings.sameSite.charAt(0).toUpperCase()}${settings.sameSite.slice(1)}`;
  const parts = [`${settings.name}=${token}`, "Path=/", "HttpOnly", `SameSite=${sameSite}`, `Max-Age=${maxAgeSeconds}`];
  if (settings.isSecure) parts.push("Secure");
  return parts.join("; ");
}
