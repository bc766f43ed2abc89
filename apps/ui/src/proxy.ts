import { NextRequest, type NextResponse } from "next/server";
import createIntlMiddleware from "next-intl/middleware";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { readEnvironment } from "./environment.ts";
import { routing } from "./i18n/routing.ts";
import { pagePathHeader } from "./session/return-path.ts";

const chooseLocale = createIntlMiddleware(routing);

/** Pages only: picks the language, and gives each page a policy with a fresh nonce, which Next puts on its scripts. */
export function proxy(request: NextRequest): NextResponse {
  const nonce = btoa(crypto.randomUUID());
  const policy = contentSecurityPolicy(nonce, readEnvironment(), process.env.NODE_ENV === "development");
  const headers = new Headers(request.headers);
  headers.set("content-security-policy", policy);
  headers.set(pagePathHeader, `${request.nextUrl.pathname}${request.nextUrl.search}`);
  const response = chooseLocale(new NextRequest(request, { headers }));
  response.headers.set("content-security-policy", policy);
  return response;
}

// `/api/*` is left out: Next would read request bodies into memory before handing them on.
export const config = { matcher: ["/((?!api/|_next/|.*\\..*).*)"] };
