import { assertContextCovers } from "@aurora/auth";
import { gatewayErrorHeader, internalSecretHeader, type SignedContext } from "@aurora/contracts";
import { AppError, type Clock, type Ids, sha256Hex } from "@aurora/kernel";
import type { Logger } from "@aurora/telemetry";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { z } from "zod";
import type { KeyAuthentication, VirtualKeyCaller } from "../callers/key-authentication.ts";
import { refuseAuroraField } from "../callers/key-scope.ts";
import { LimitRefused } from "../limits/describe-limits.ts";
import { type CallContext, contextOfKey } from "../use-cases/call-context.ts";
import { ClientClosed, createPresence, type Presence } from "../use-cases/presence.ts";
import { assertBounded } from "./body-bounds.ts";
import { createInternalAuth } from "./internal-auth.ts";
import { toOpenAIError } from "./openai-error.ts";

/** Room for the context of a question and a few pictures; more is answered 413 before any provider is called. */
export const maxBodyBytes = 8 * 1024 * 1024;

/** Who calls: the product itself, or another application by its virtual key. */
type Caller =
  | { readonly kind: "internal"; readonly context: SignedContext }
  | { readonly kind: "key"; readonly key: VirtualKeyCaller };

export interface ServerOptions {
  readonly internalSecret: string;
  readonly authenticateKey: KeyAuthentication["authenticateKey"];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

declare module "fastify" {
  interface FastifyRequest {
    /** Set before any handler of `/v1/*` runs. */
    caller: Caller | null;
  }
}

/** `/v1/*` is authenticated by headers before a body is read; every failure has OpenAI's shape. */
export function createServer({ authenticateKey, internalSecret, clock, ids, logger }: ServerOptions): FastifyInstance {
  const server = Fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    genReqId: () => ids.uuid(),
    forceCloseConnections: "idle",
  });
  const authenticate = createInternalAuth(internalSecret, clock);
  server.decorateRequest("caller", null);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  server.addHook("onRequest", async (request) => {
    if (!request.url.startsWith("/v1/")) return;
    const { headers } = request;
    if (headers[internalSecretHeader] !== undefined) {
      request.caller = { kind: "internal", context: authenticate(headers) };
      return;
    }
    request.caller = { kind: "key", key: await authenticateKey(headers) };
  });
  server.setNotFoundHandler(() => {
    throw new AppError("not_found", "There is no such endpoint.");
  });
  server.setErrorHandler((error, request, reply) => {
    if (error instanceof ClientClosed) return reply.code(499).send();
    const known = asAppError(error);
    const { status, code, body } = toOpenAIError(known);
    const fields = {
      request_id: request.id,
      code,
      path: request.routeOptions.url,
      internal: AppError.is(known) && known.internal,
    };
    if (status >= 500) logger.error({ ...fields, err: error }, "call failed");
    else logger.info(fields, "call refused");
    if (error instanceof LimitRefused) reply.headers(error.headers);
    return reply.code(status).header(gatewayErrorHeader, code).send(body);
  });
  return server;
}

/** Fastify's own refusals, in our words. */
function asAppError(error: unknown): unknown {
  const code = error instanceof Error && "code" in error ? error.code : null;
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE")
    return new AppError("payload_too_large", "The request is too large.", { params: { max_bytes: maxBodyBytes } });
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE")
    return new AppError("unsupported_media_type", "The request must be application/json.");
  if (code === "FST_ERR_CTP_EMPTY_JSON_BODY" || code === "FST_ERR_CTP_INVALID_CONTENT_LENGTH")
    return new AppError("invalid_input", "The request has no valid body.");
  return error;
}

const maxShownIssues = 20;

export interface CheckedCall<Body> {
  readonly context: CallContext;
  readonly body: Body;
  readonly presence: Presence;
}

/** Who calls, the signed context covering these very bytes, and the body by its schema. */
export function readCall<Body>(
  request: FastifyRequest,
  reply: FastifyReply,
  schema: z.ZodType<Body>,
): CheckedCall<Body> {
  const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const context = contextOf(request, bytes);
  const json = parseJson(bytes);
  assertBounded(json);
  if (context.key && typeof json === "object" && json !== null) refuseAuroraField(json);
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const errors = parsed.error.issues
      .slice(0, maxShownIssues)
      .map((issue) => ({ pointer: `/${issue.path.join("/")}`, code: issue.code }));
    throw new AppError("invalid_input", "The request does not fit the schema.", { errors });
  }
  const { leave, presence } = createPresence();
  reply.raw.once("close", () => {
    if (!reply.raw.writableFinished) leave();
  });
  return { context, body: parsed.data, presence };
}

export function contextOf({ caller, headers }: FastifyRequest, bytes: Buffer): CallContext {
  if (caller === null) throw new AppError("unauthenticated", "The call is not authenticated.");
  if (caller.kind === "key") return contextOfKey(caller.key, headers);
  assertContextCovers(caller.context, sha256Hex(bytes));
  return { ...caller.context, trace: headers, key: null };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    throw new AppError("invalid_input", "The request is not JSON.");
  }
}
