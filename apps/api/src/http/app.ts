import { Readable } from "node:stream";
import { requireAdministrator, requireAnyPermission, requirePermission } from "@aurora/auth";
import { errorStatus } from "@aurora/contracts";
import { negotiateLocale } from "@aurora/i18n";
import type { Clock } from "@aurora/kernel";
import { AppError } from "@aurora/kernel";
import { createRequestTracing, type Logger, type RequestTracing, silentTracer } from "@aurora/telemetry";
import multipart from "@fastify/multipart";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { ApiDeps } from "../deps.ts";
import type { Session } from "../use-cases/authenticate.ts";
import { refuseBrokenText } from "./broken-text.ts";
import {
  type FileReply,
  isSchema,
  type Route,
  type RouteContext,
  type RouteInput,
  type ServerEvent,
} from "./define-route.ts";
import { registerDocs } from "./docs.ts";
import { writeEvents } from "./event-stream.ts";
import { readForm } from "./form.ts";
import { createGuards, securityHeaders } from "./guards.ts";
import { createLiveRequests } from "./live-requests.ts";
import type { HttpOptions } from "./options.ts";
import { errorText, toProblem, toPublicError } from "./problem.ts";

declare module "fastify" {
  interface FastifyRequest {
    session: Session | null;
  }
  interface FastifyContextConfig {
    route?: Route;
  }
}

/** JSON bodies: the largest honest one is a list of 500 permissions. Files travel as multipart or to the object store. */
export const maxJsonBytes = 64 * 1024;

/** Event streams one caller may have open: a person's tabs, or the people behind an application's key. */
export const maxStreams = { user: 8, key: 64 } as const;

const untraced = createRequestTracing(silentTracer);

/** The HTTP face of the API: routes of the table, and nothing else, behind the guards every request passes. */
export async function createApp(
  deps: ApiDeps,
  routes: readonly Route[],
  options: HttpOptions,
  { clock, logger, tracing = untraced }: { clock: Clock; logger: Logger; tracing?: RequestTracing },
): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: maxJsonBytes,
    trustProxy: options.trustedProxies.length > 0 ? [...options.trustedProxies] : false,
    genReqId: () => deps.ids.uuid(),
    exposeHeadRoutes: false,
    forceCloseConnections: "idle",
    logger: false,
    // An address the router cannot read: no hook has run.
    frameworkErrors: (error, request, reply) => {
      reply.headers({ ...securityHeaders, "x-request-id": request.id });
      sendProblem(error, request as FastifyRequest, reply as FastifyReply);
    },
  });
  const live = createLiveRequests(app.server);
  app.addHook("preClose", async () => live.drain());
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser("text/plain");
  const parseJson = app.getDefaultJsonParser("error", "error");
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body: string, done) => {
    // Clients that always send the header may have nothing to say: then the schema decides.
    if (body === "") done(null, undefined);
    else parseJson(request, body, done);
  });
  await app.register(multipart);
  app.decorateRequest("session", null);

  const guards = createGuards(deps, options, clock);
  app.addHook("onRequest", guards.onRequest);
  app.addHook("preValidation", async (request) => {
    const route = request.routeOptions.config.route;
    if (route?.body && request.isMultipart())
      throw new AppError("unsupported_media_type", "This route takes application/json.");
    if (route?.multipart && !request.isMultipart())
      throw new AppError("unsupported_media_type", "This route takes multipart/form-data.");
    refuseBrokenText(request.body, "");
    refuseBrokenText(request.query, "?");
  });
  app.addHook("onResponse", async (request, reply) => {
    logger.info(
      {
        request_id: request.id,
        method: request.method,
        route: request.routeOptions.url ?? null, // the pattern: a path may hold an id, a query string never is logged
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime),
        principal: request.session?.scope.principal.id ?? null,
      },
      "request",
    );
  });
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
  app.setNotFoundHandler((request, reply) => sendProblem(missing(routes, request, reply), request, reply));

  function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply) {
    const problem = toPublicError(error);
    if (!problem.isExpected) logger.error({ err: error, request_id: request.id }, "unexpected failure");
    else if (AppError.is(error) && (error.cause !== undefined || Object.keys(error.internal).length > 0))
      logger.warn({ err: error.cause, ...error.internal, request_id: request.id, code: error.code }, "refused");
    const body = toProblem(problem, negotiateLocale(request.headers["accept-language"]), request.id);
    if (body.status === 401) reply.header("www-authenticate", "Bearer");
    // `frameworkErrors` hands in a request without the plug-ins' methods.
    const isBodyLeft = body.status === 413 || (request.isMultipart?.() && !request.raw.readableEnded);
    if (isBodyLeft) reply.header("connection", "close"); // the rest of the body is not read
    if (typeof problem.params.retry_after_s === "number") reply.header("retry-after", problem.params.retry_after_s);
    return reply
      .code(body.status)
      .header("content-type", "application/problem+json; charset=utf-8")
      .header("content-language", negotiateLocale(request.headers["accept-language"]))
      .serializer((payload: unknown) => JSON.stringify(payload))
      .send(body);
  }

  app.addHook("onRoute", (route) => {
    // Documentation pages are the one thing a plugin may add; all else is in the table.
    if (!route.config?.route && !route.url.startsWith("/api/docs"))
      throw new Error(`${route.url} was not made by defineRoute`);
  });
  for (const route of routes) addRoute(app, route);
  await registerDocs(app, routes);

  function addRoute(server: FastifyInstance, route: Route): void {
    server.route({
      method: route.method,
      url: route.path,
      config: { route },
      schema: {
        params: route.params,
        querystring: route.query,
        ...(route.body && { body: route.body }),
        ...(isSchema(route.reply) && { response: { [route.status]: route.reply } }),
      },
      preHandler: (request) => authorise(route, request),
      handler: async (request, reply) => {
        const { draining, signal } = live.track(reply.raw);
        if (route.multipart || route.fetchesFile) live.countIntake(reply.raw, sessionOf(request).scope.tenantId);
        const { headers, session } = request;
        return tracing.run(
          { method: route.method, route: route.path, headers, tenantId: session?.scope.tenantId ?? null },
          async () => {
            const result = await route.handle(contextOf(route, request, reply, signal, draining));
            return sendResult(route, request, reply, result, signal);
          },
          (error) => (error === undefined ? reply.statusCode : errorStatus[toPublicError(error).code]),
        );
      },
    });
  }

  /** @throws AppError when the session does not have the right the route needs. */
  async function authorise(route: Route, request: FastifyRequest): Promise<void> {
    if (route.needs === "public" || route.needs === "authenticated") return;
    const { scope } = sessionOf(request);
    if (route.needs === "admin") return requireAdministrator(scope);
    const target = route.needs.on(inputOf(request));
    if (target === "any") requireAnyPermission(scope, route.needs.permission);
    else requirePermission(scope, route.needs.permission, await deps.findSourceApp(scope, target));
  }

  const contextOf = (
    route: Route,
    request: FastifyRequest,
    reply: FastifyReply,
    signal: AbortSignal,
    draining: AbortSignal,
  ): RouteContext<unknown, unknown, unknown, unknown> => ({
    ...inputOf(request),
    scope: request.session?.scope as never,
    session: request.session as never,
    deps,
    signal,
    draining,
    request: {
      id: request.id,
      address: request.ip,
      locale: negotiateLocale(request.headers["accept-language"]),
      range: request.headers.range ?? null,
      ifRange: single(request.headers["if-range"]),
    },
    async recheck() {
      request.session = await guards.authenticate(request, route);
      await authorise(route, request);
    },
    setHeader: (name, value) => void reply.header(name, value),
    form: (limits) => readForm(request, limits.maxFileBytes),
  });

  function sendFile(route: Route, request: FastifyRequest, reply: FastifyReply, file: FileReply, signal: AbortSignal) {
    const { range, sizeBytes } = file;
    const body = Readable.from(file.body, { objectMode: false });
    body.once("error", (error) => {
      if (!signal.aborted) logger.error({ err: error, request_id: request.id }, "a file broke off");
    });
    return reply
      .code(range ? 206 : route.status)
      .headers({ "cache-control": "private, no-store", ...file.headers, "content-type": file.contentType })
      .headers({
        ...(range !== undefined && { "accept-ranges": "bytes" }),
        ...(range && { "content-range": `bytes ${range.start}-${range.end}/${sizeBytes}` }),
        ...(range && { "content-length": range.end - range.start + 1 }),
        ...(!range && sizeBytes !== null && { "content-length": sizeBytes }),
      })
      .send(body);
  }

  async function sendResult(
    route: Route,
    request: FastifyRequest,
    reply: FastifyReply,
    result: unknown,
    signal: AbortSignal,
  ): Promise<unknown> {
    if (isSchema(route.reply)) return reply.code(route.status).send(result);
    if (route.reply.kind === "empty") return reply.code(route.status).send();
    if (route.reply.kind === "file") return sendFile(route, request, reply, result as FileReply, signal);
    if (!isEvents(result)) {
      if (!route.reply.json) throw new Error(`${route.path} answered neither events nor JSON`);
      return reply
        .code(route.status)
        .header("content-type", "application/json; charset=utf-8")
        .serializer((payload: unknown) => JSON.stringify(payload))
        .send(route.reply.json.parse(result));
    }
    const { id, kind } = sessionOf(request).scope.principal;
    live.countStream(reply.raw, id, kind === "key" ? maxStreams.key : maxStreams.user);
    const events = result[Symbol.asyncIterator]();
    const first = await events.next();
    reply.hijack();
    const headers = Object.fromEntries(
      Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, String(value)]],
      ),
    );
    await writeEvents(reply.raw, headers, first, events, signal, (error) => {
      const { code, params, isExpected } = toPublicError(error);
      if (!isExpected) logger.error({ err: error, request_id: request.id }, "unexpected failure in a stream");
      const detail = errorText(negotiateLocale(request.headers["accept-language"]), code, params);
      return { event: "error", id: "", data: { code, detail, request_id: request.id } };
    });
    return reply;
  }

  return app;
}

const single = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header[0] : header) ?? null;

const inputOf = (request: FastifyRequest): RouteInput<unknown, unknown, unknown> => ({
  params: request.params,
  query: request.query,
  body: request.body,
});

function sessionOf(request: FastifyRequest): Session {
  if (!request.session) throw new AppError("unauthenticated", "Authentication is required.");
  return request.session;
}

const isEvents = (result: unknown): result is AsyncIterable<ServerEvent> =>
  typeof result === "object" && result !== null && Symbol.asyncIterator in result;

/** 404, or 405 with `Allow` where the path exists for another method. */
function missing(routes: readonly Route[], request: FastifyRequest, reply: FastifyReply): AppError {
  const path = request.url.split("?")[0] ?? "";
  const allowed = routes.filter((route) => patternOf(route).test(path)).map((route) => route.method);
  if (allowed.length === 0) return new AppError("not_found", "Not found.");
  reply.header("allow", [...new Set(allowed)].join(", "));
  return new AppError("method_not_allowed", "This method is not allowed here.");
}

const patternOf = (route: Route): RegExp =>
  new RegExp(`^${route.path.replace(/[.]/g, "\\.").replace(/:[a-zA-Z_]+/g, "[^/]+")}$`);
