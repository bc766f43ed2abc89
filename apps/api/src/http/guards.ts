import { createRateLimiter, isHostAllowed, isJsonContentType, isMutationOriginAllowed } from "@aurora/auth";
import { AppError, type Clock } from "@aurora/kernel";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiDeps } from "../deps.ts";
import type { Session } from "../use-cases/authenticate.ts";
import { readCookie } from "./cookies.ts";
import type { Route } from "./define-route.ts";
import type { HttpOptions } from "./options.ts";

/** Of every answer. The API shows no page of its own but the documentation, which brings a policy that lets it run. */
export const securityHeaders = {
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-site",
  "cache-control": "no-store",
} as const;

/** The documentation runs its own scripts and styles, and calls this server. */
const docsPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const corsHeaders = {
  "access-control-allow-methods": "GET, HEAD, POST, PUT, DELETE",
  "access-control-allow-headers": "authorization, content-type, accept-language, last-event-id",
  "access-control-max-age": "600",
} as const;

const isMutation = (method: string): boolean => method !== "GET" && method !== "HEAD";

/** What every request passes before its body is read, in this order: name, origin, rate, credential. */
export function createGuards(deps: Pick<ApiDeps, "authenticate">, options: HttpOptions, clock: Clock) {
  const perAddress = createRateLimiter(options.rateLimits.ipPerMinute, clock);
  const perUser = createRateLimiter(options.rateLimits.userPerMinute, clock);
  const perKey = createRateLimiter(options.rateLimits.keyPerMinute, clock);
  const mutationOrigins = new Set([...options.ownOrigins, ...options.corsOrigins]);

  async function onRequest(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    reply.headers({ ...securityHeaders, "x-request-id": request.id });
    if (!isHostAllowed(request.headers.host, options.allowedHosts))
      throw new AppError("misdirected_host", "This server does not answer under this name.");
    if (allowCrossOrigin(request, reply)) return reply.code(204).send();
    limit(perAddress.take(request.ip));

    const route = request.routeOptions.config.route;
    if (!route) {
      // A documentation page, or nothing at all.
      if (request.url.startsWith("/api/docs")) reply.header("content-security-policy", docsPolicy);
      return undefined;
    }
    const mutates = isMutation(route.method);
    if (route.needs === "public") {
      if (mutates && hasBrowserOrigin(request)) requireOrigin(request);
      return undefined;
    }
    const session = await authenticate(request, route);
    request.session = session;
    const { id, kind } = session.scope.principal;
    limit((kind === "key" ? perKey : perUser).take(id));
    if (mutates && session.via === "cookie") {
      requireOrigin(request);
      if (hasBody(request) && !isJsonContentType(request.headers["content-type"]))
        throw new AppError("unsupported_media_type", "A request signed in by cookie must send application/json.");
    }
    return undefined;
  }

  /**
   * Who the request's credential belongs to at this moment.
   * @throws AppError `unauthenticated`, `token_expired` or `password_change_required`.
   */
  async function authenticate(request: FastifyRequest, route: Route): Promise<Session> {
    const credential = credentialOf(request);
    const session = await deps.authenticate(credential.value, credential.carrier);
    if (session.mustChangePassword && !route.isOpenBeforePasswordChange)
      throw new AppError("password_change_required", "The password has to be changed first.");
    return session;
  }

  /** @returns true for a preflight, which needs no more answer than its headers. */
  function allowCrossOrigin(request: FastifyRequest, reply: FastifyReply): boolean {
    const { origin } = request.headers;
    if (origin === undefined) return false;
    reply.header("vary", "Origin");
    if (!options.corsOrigins.has(origin)) return false;
    reply.headers({ "access-control-allow-origin": origin, "access-control-allow-credentials": "true" });
    const isPreflight = request.method === "OPTIONS" && request.headers["access-control-request-method"] !== undefined;
    if (isPreflight) reply.headers(corsHeaders);
    return isPreflight;
  }

  function credentialOf(request: FastifyRequest): { value: string; carrier: "cookie" | "bearer" } {
    const { authorization, cookie } = request.headers;
    if (authorization !== undefined) {
      const value = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization)?.[1];
      if (!value) throw new AppError("unauthenticated", "Authentication is required.");
      return { value, carrier: "bearer" };
    }
    const value = readCookie(cookie, options.cookie.name);
    if (!value) throw new AppError("unauthenticated", "Authentication is required.");
    return { value, carrier: "cookie" };
  }

  const originHeaders = (request: FastifyRequest) => {
    const site = request.headers["sec-fetch-site"];
    return { origin: request.headers.origin, secFetchSite: typeof site === "string" ? site : undefined };
  };
  const hasBrowserOrigin = (request: FastifyRequest): boolean =>
    Object.values(originHeaders(request)).some((value) => value !== undefined);
  function requireOrigin(request: FastifyRequest): void {
    if (!isMutationOriginAllowed(originHeaders(request), mutationOrigins))
      throw new AppError("origin_refused", "This origin may not change anything here.");
  }

  return { authenticate, onRequest };
}

const hasBody = (request: FastifyRequest): boolean =>
  request.headers["transfer-encoding"] !== undefined || Number(request.headers["content-length"] ?? 0) > 0;

function limit(retryAfterSeconds: number): void {
  if (retryAfterSeconds > 0)
    throw new AppError("rate_limited", "Too many requests.", { params: { retry_after_s: retryAfterSeconds } });
}
