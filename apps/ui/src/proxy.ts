import { NextRequest } from "next/server";
import createIntlMiddleware from "next-intl/middleware";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { readEnvironment } from "./environment.ts";
import { routing } from "./i18n/routing.ts";
import { isOwnHost, misdirected } from "./server/hosts.ts";
import { pagePathHeader } from "./session/return-path.ts";

const chooseLocale = createIntlMiddleware(routing);

/** Pages only: picks the language, and gives each page a policy with a fresh nonce, which Next puts on its scripts. */
export function proxy(request: NextRequest): Response {
  const environment = readEnvironment();
  if (!isOwnHost(request.headers, environment.hosts)) return misdirected();
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce, environment, process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  headers.set(pagePathHeader, `${request.nextUrl.pathname}${request.nextUrl.search}`);
  const response = chooseLocale(new NextRequest(request, { headers }));
  response.headers.set("content-security-policy", policy);
  return response;
}

// `/api/*` is left out: Next would read request bodies into memory before handing them on. The rest are files.
export const config = { matcher: ["/((?!api/|_next/|icon\\.svg$).*)"] };
