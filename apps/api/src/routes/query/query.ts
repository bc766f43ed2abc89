import {
  QueryLogEntry,
  QueryRequest,
  QueryResponse,
  queryEvents,
  SearchRequest,
  SearchResponse,
  Uuid,
} from "@aurora/contracts";
import { z } from "zod";
import { defineRoute, numbered, type Target } from "../../http/define-route.ts";

const tag = "questions";
const onCorpus = ({ body }: { body: { source_app?: string | null | undefined } }): Target =>
  body.source_app ? { sourceApp: body.source_app } : "any";

export const queryRoutes = [
  defineRoute({
    method: "POST",
    path: "/api/query",
    summary: "Answers a question from the documents the caller may read, with citations; streams when asked to.",
    tag,
    body: QueryRequest,
    reply: { kind: "events", events: queryEvents, json: QueryResponse },
    needs: { permission: "read", on: onCorpus },
    handle: async ({ body, deps, scope, session, signal }) => {
      const callerApp = await deps.callerApps.resolve(session, body.caller_app);
      const question = { ...body, caller_app: callerApp };
      if (!body.stream) return deps.answerQuestion.whole(scope, question, signal);
      return numbered(deps.answerQuestion.streamed(scope, question, signal));
    },
  }),
  defineRoute({
    method: "POST",
    path: "/api/search",
    summary: "The passages a question would be answered from; no model is asked.",
    tag,
    body: SearchRequest,
    reply: SearchResponse,
    needs: { permission: "read", on: onCorpus },
    handle: async ({ body, deps, scope, session, signal }) => {
      await deps.callerApps.resolve(session, body.caller_app);
      return deps.search(scope, body, signal);
    },
  }),
  defineRoute({
    method: "GET",
    path: "/api/query/:id",
    summary: "What the log keeps of one question: the caller's own, or any of the tenant for an administrator.",
    tag,
    params: z.strictObject({ id: Uuid }),
    reply: QueryLogEntry,
    needs: "authenticated",
    handle: ({ deps, params, scope }) => deps.readQuery(scope, params.id),
  }),
];
