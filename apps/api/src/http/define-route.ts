import type { Permission } from "@aurora/contracts";
import type { Locale } from "@aurora/i18n";
import type { TenantScope } from "@aurora/kernel";
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import type { Session } from "../use-cases/authenticate.ts";
import type { ByteRange, RangeRequest } from "../use-cases/byte-range.ts";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE";

/** What a permission is asked on. `any` = at least one source_app of the caller; the use-case filters by the rest. */
export type Target = "any" | { readonly sourceApp: string } | { readonly document: string } | { readonly job: string };

export type Needs<Input> =
  | "public"
  | "authenticated"
  | "admin"
  | { readonly permission: Permission; readonly on: (input: Input) => Target };

/** One part of a multipart form, in the order sent. A file must be read before the next part is asked for. */
export type FormPart =
  | { readonly kind: "field"; readonly name: string; readonly value: string }
  | {
      readonly kind: "file";
      readonly name: string;
      readonly filename: string;
      readonly bytes: AsyncIterable<Uint8Array>;
    };

/** An answer that is not JSON: read as fast as the client takes it, and never held whole. */
export interface FileReply {
  readonly contentType: string;
  /** Of the whole file; null = not known before its end, and no range may be asked. */
  readonly sizeBytes: number | null;
  readonly body: AsyncIterable<Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
  /** `body` is those bytes of it, answered with 206; null = the whole, of which ranges may be asked. Absent: they may not. */
  readonly range?: ByteRange | null;
}
/** One Server-Sent Event; `id` counts from 1 within a stream. */
export interface ServerEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

export type Reply =
  | z.ZodType
  | { readonly kind: "empty" }
  | { readonly kind: "file"; readonly mediaTypes: readonly string[] }
  | {
      readonly kind: "events";
      readonly events: Readonly<Record<string, z.ZodType>>;
      /** Given when the same route also answers plain JSON. */
      readonly json?: z.ZodType;
    };

type Nothing = ReturnType<() => void>;
type Result<R extends Reply> = R extends z.ZodType
  ? z.output<R>
  : R extends { kind: "empty" }
    ? Nothing
    : R extends { kind: "file" }
      ? FileReply
      : R extends { kind: "events"; json: infer J extends z.ZodType }
        ? AsyncIterable<ServerEvent> | z.output<J>
        : AsyncIterable<ServerEvent>;

export interface RouteInput<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

export interface RouteContext<Params, Query, Body, N> extends RouteInput<Params, Query, Body> {
  readonly scope: N extends "public" ? null : TenantScope;
  readonly session: N extends "public" ? null : Session;
  readonly deps: ApiDeps;
  /** Aborted when the client leaves, and for those still here some seconds after the server began to close. */
  readonly signal: AbortSignal;
  /** Aborted also as soon as the server begins to close: for answers that only watch. */
  readonly draining: AbortSignal;
  readonly request: { readonly id: string; readonly address: string; readonly locale: Locale } & RangeRequest;
  /** For answers that last: that the credential still is good and still has the right. @throws AppError when not. */
  recheck(): Promise<void>;
  setHeader(name: string, value: string): void;
  /** The parts of a `multipart/form-data` body; only on routes with `multipart`. */
  form(limits: { maxFileBytes: number }): AsyncIterable<FormPart>;
}

const nothing = z.strictObject({});
const noBody = nothing.nullish();

interface RouteDefinition<
  Params extends z.ZodType,
  Query extends z.ZodType,
  Body extends z.ZodType,
  R extends Reply,
  N extends Needs<RouteInput<z.output<Params>, z.output<Query>, z.output<Body>>>,
> {
  readonly method: Method;
  /** Starts with `/api/`; parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** The body is `multipart/form-data`; its fields are documented by this schema and read by the use-case. */
  readonly multipart?: z.ZodObject;
  /** It fetches a whole file for the caller: counted with those that are sent one (`multipart`). */
  readonly fetchesFile?: true;
  readonly reply: R;
  /** Status of a success. Default 200, 204 for an empty reply. */
  readonly status?: 200 | 201 | 202;
  readonly needs: N;
  /** Also for a person who has to change the password first. */
  readonly isOpenBeforePasswordChange?: true;
  handle(context: RouteContext<z.output<Params>, z.output<Query>, z.output<Body>, N>): Promise<Result<R>>;
}

/** A route as the server, the OpenAPI document and the isolation test see it. */
export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly summary: string;
  readonly tag: string;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType | null;
  readonly multipart: z.ZodObject | null;
  readonly fetchesFile?: true;
  readonly reply: Reply;
  readonly status: number;
  readonly needs: Needs<RouteInput<unknown, unknown, unknown>>;
  readonly isOpenBeforePasswordChange?: true;
  handle(context: RouteContext<unknown, unknown, unknown, unknown>): Promise<unknown>;
}

/** The only way to add a route. What it declares is checked before `handle` runs: credential, right, input, output. */
export function defineRoute<
  Params extends z.ZodType = typeof nothing,
  Query extends z.ZodType = typeof nothing,
  Body extends z.ZodType = typeof noBody,
  R extends Reply = Reply,
  const N extends Needs<RouteInput<z.output<Params>, z.output<Query>, z.output<Body>>> = "authenticated",
>(route: RouteDefinition<Params, Query, Body, R, N>): Route {
  const isEmpty = "kind" in route.reply && route.reply.kind === "empty";
  const erased = {
    ...route,
    params: route.params ?? nothing,
    query: route.query ?? nothing,
    body: route.method === "GET" || route.method === "HEAD" || route.multipart ? null : (route.body ?? noBody),
    multipart: route.multipart ?? null,
    status: route.status ?? (isEmpty ? 204 : 200),
  };
  return erased as unknown as Route; // the schemas above guarantee what `handle` is given
}

export const isSchema = (reply: Reply): reply is z.ZodType => reply instanceof z.ZodType;

/** Gives the events of a stream their ids. */
export async function* numbered(events: AsyncIterable<{ event: string; data: unknown }>): AsyncIterable<ServerEvent> {
  let id = 0;
  for await (const event of events) yield { ...event, id: String(++id) };
}
