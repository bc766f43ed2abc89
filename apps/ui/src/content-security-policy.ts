import type { Environment } from "./environment.ts";

/**
 * The page's policy (CSP level 3). Scripts run by nonce only; nothing inline, no eval, no remote image or font.
 * The browser may speak to this origin, to the object store for presigned uploads and, when configured, to the API.
 */
export function contentSecurityPolicy(nonce: string, environment: Environment, isDevelopment: boolean): string {
  const api = environment.publicApiUrl ? [new URL(environment.publicApiUrl).origin] : [];
  const directives: Record<string, readonly string[]> = {
    "default-src": ["'self'"],
    "script-src": ["'self'", `'nonce-${nonce}'`, "'strict-dynamic'", ...(isDevelopment ? ["'unsafe-eval'"] : [])],
    "style-src": isDevelopment ? ["'self'", "'unsafe-inline'"] : ["'self'", `'nonce-${nonce}'`],
    "img-src": ["'self'", "data:", "blob:", ...api],
    "font-src": ["'self'"],
    "connect-src": ["'self'", environment.s3PublicOrigin, ...api, ...(isDevelopment ? ["ws:"] : [])],
    "object-src": ["'none'"],
    "frame-src": ["'none'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
    "form-action": ["'self'"],
  };
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(" ")}`)
    .join("; ");
}
