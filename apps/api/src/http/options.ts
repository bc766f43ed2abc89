import type { CookieSettings } from "./cookies.ts";

export interface HttpOptions {
  /** Host names this server answers under, lower case, no port. */
  readonly allowedHosts: ReadonlySet<string>;
  /** The UI's origin and the API's own: their pages may change things with the cookie. */
  readonly ownOrigins: ReadonlySet<string>;
  /** CORS_ALLOW_ORIGINS: the same right, and cross-origin reading. */
  readonly corsOrigins: ReadonlySet<string>;
  readonly trustedProxies: readonly string[];
  readonly cookie: CookieSettings;
  readonly rateLimits: { readonly ipPerMinute: number; readonly userPerMinute: number; readonly keyPerMinute: number };
}
