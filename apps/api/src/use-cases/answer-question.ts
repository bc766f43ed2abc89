import { type CacheInfo, offlineModel, type QueryResponse, type queryEvents } from "@aurora/contracts";
import { parseSuivi } from "@aurora/follow-up";
import { AppError, type Clock, canonicalJson, type Ids, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { ChatModel, ChatModelEvent, ChatModelRequest } from "@aurora/llm";
import {
  buildCitations,
  buildPrompt,
  createAnswerStream,
  deliverableSubject,
  detectLanguage,
  isRefusal,
  languageNotices,
  type RetrievalResult,
  type RetrievedPassage,
  type Retriever,
  refusalText,
} from "@aurora/rag";
import type { z } from "zod";
import { type LogPrivacy, logRow, type QueryRow } from "./log-question.ts";
import { type Question, type QuestionTrace, timingsOf } from "./question-trace.ts";
import { type CorpusDeps, passageUrl, readingScope, retrievalRequest } from "./search.ts";

export interface AnswerQuestionDeps extends CorpusDeps {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly retriever: Retriever;
  /** The way to every model: the Gateway. */
  readonly model: ChatModel;
  /** Name the Gateway knows the tenant's default model by; null = the offline engine. */
  readonly defaultModel: (scope: TenantScope) => Promise<string | null>;
  readonly log: { insertQuery(scope: TenantScope, row: QueryRow): Promise<void> };
  readonly privacy: LogPrivacy;
  /** Of answers to questions whose language cannot be told. */
  readonly defaultLanguage: string;
}

export type AnswerEvent = {
  [Name in Exclude<keyof typeof queryEvents, "error">]: {
    readonly event: Name;
    readonly data: z.output<(typeof queryEvents)[Name]>;
  };
}[Exclude<keyof typeof queryEvents, "error">];

/** A summary draws on many sections, where one fact stands in one place: more passages, and less alike. */
const deliverableBreadth = (question: Question) => ({
  k: question.k ?? 24,
  fetchK: question.fetch_k ?? 100,
  mmrLambda: question.mmr_lambda ?? 0.6,
});

const noUsage = { prompt_tokens: 0, completion_tokens: 0, cost_usd: null };
const noCache: CacheInfo = { status: "miss", similarity: null, age_s: null };

/**
 * One question: rights, retrieval, refusal or model, citations, one row of the log – also when it fails or the client
 * leaves. Facts come from the documents alone: where nothing good enough was found, no model is asked.
 */
export function createAnswerQuestion(deps: AnswerQuestionDeps) {
  const { clock, ids } = deps;

  /** @throws AppError of rights, retrieval and the Gateway, before or between events. */
  async function* answer(scope: TenantScope, question: Question, signal: AbortSignal): AsyncGenerator<AnswerEvent> {
    const trace: QuestionTrace = {
      queryId: ids.uuid(),
      language: question.language ?? detectLanguage(question.query) ?? deps.defaultLanguage,
      startedAtMs: clock.nowMs(),
      retrieval: null,
      response: null,
      modelMs: null,
    };
    let isLogged = false;
    const log = async (error: unknown) => {
      isLogged = true;
      const row = logRow(scope, question, trace, { error, isAborted: signal.aborted }, deps.privacy, clock.nowMs());
      await deps.log.insertQuery(scope, row);
    };
    try {
      const reading = await readingScope(deps, scope, question.document_ids);
      const subject = deliverableSubject(question.query, trace.language);
      const request = retrievalRequest(question, signal);
      const retrieval = await deps.retriever.retrieve(
        reading,
        subject === null ? request : { ...request, ...deliverableBreadth(question), query: subject },
      );
      trace.retrieval = retrieval;
      const { candidates, documents, timings_ms } = retrieval.diagnostics;
      yield { event: "retrieval", data: { query_id: trace.queryId, candidates, documents, ms: timings_ms.total } };
      const isAnswerable = retrieval.answerable.isAnswerable && retrieval.hits.length > 0;
      const response = isAnswerable ? yield* askModel(reading, question, trace, retrieval, signal) : refusal(trace);
      trace.response = { ...response, timings_ms: timingsOf(trace, clock.nowMs()) };
      await log(null);
      for (const citation of response.citations) yield { event: "citation", data: citation };
      yield { event: "done", data: trace.response };
    } catch (error) {
      if (!isLogged) await log(error);
      throw signal.aborted ? new AppError("unavailable", "The request was aborted.", { cause: error }) : error;
    } finally {
      if (!isLogged) await log(new Error("the reader left"));
    }
  }

  async function* askModel(
    reading: TenantScope,
    question: Question,
    trace: QuestionTrace,
    { diagnostics, hits }: RetrievalResult,
    signal: AbortSignal,
  ): AsyncGenerator<AnswerEvent, QueryResponse> {
    const evidence = hits.map(evidenceOf);
    const prompt = buildPrompt({ question: question.query, language: trace.language, evidence });
    const request: ChatModelRequest = {
      model: question.model ?? (await deps.defaultModel(reading)) ?? offlineModel,
      messages: prompt.messages,
      aurora: {
        question: question.query,
        evidence,
        permission_scope_hash: sha256Hex(canonicalJson(reading.grants)),
        prompt_version: prompt.promptVersion,
        corpus_epoch: diagnostics.corpus_epoch,
        language: trace.language,
        source_app: question.source_app ?? null,
        pack_id: question.pack_id ?? null,
        user_id: reading.principal.id,
        query_id: trace.queryId,
      },
      callerApp: question.caller_app,
      evidenceSourceApps: [...new Set(hits.map(({ passage }) => passage.sourceApp))].sort(),
    };
    const startedAtMs = clock.nowMs();
    const shown = createAnswerStream(hits.length);
    let body = "";
    let end: Extract<ChatModelEvent, { kind: "end" }> | null = null;
    for await (const event of deps.model.ask(reading, request, signal)) {
      if (event.kind === "end") {
        end = event;
        continue;
      }
      const text = shown.push(event.text);
      body += text;
      if (text !== "") yield { event: "delta", data: { text } };
    }
    if (!end) throw new AppError("upstream_failed", "The model's answer broke off.");
    const { block, text: rest } = shown.end();
    body += rest;
    const { sections } = parseSuivi(block ?? "");
    const showsBlock = block !== null && (question.include_suivi_block ?? question.caller_app !== "aurora_nexus_ui");
    const tail = `${rest}${showsBlock ? `\n\n${block}` : ""}`;
    if (tail !== "") yield { event: "delta", data: { text: tail } };
    trace.modelMs = clock.nowMs() - startedAtMs;

    const passages = inOrderOfMention(hits, shown.sources()).map(({ passage, score }) => ({ ...passage, score }));
    const cited = buildCitations({
      answer: body,
      passages,
      urlOf: (passage, page) => passageUrl(passage.documentId, page, passage.chunkId, trace.queryId),
    });
    return {
      query_id: trace.queryId,
      answer: showsBlock ? `${cited.answer}\n\n${block}` : cited.answer,
      language: trace.language,
      status: isRefusal(cited.answer) ? "no_sources" : "answered",
      citations: cited.citations,
      followup: null,
      outline: sections ? [...sections] : null,
      support: cited.support,
      notices: languageNotices(trace.language, cited.citations, passages),
      model: end.model,
      usage: end.usage,
      cache: end.cache,
      timings_ms: {},
    };
  }

  return {
    async whole(scope: TenantScope, question: Question, signal: AbortSignal): Promise<QueryResponse> {
      for await (const { event, data } of answer(scope, question, signal)) if (event === "done") return data;
      throw new Error("a question ended without an answer");
    },
    /** The same, as it is made. */
    streamed: answer,
  };
}

/** What `[1]`, `[2]`… of the shown answer stand for; what it does not cite follows, to judge its sentences by. */
function inOrderOfMention(hits: readonly RetrievedPassage[], sources: readonly number[]): RetrievedPassage[] {
  const cited = sources.flatMap((number) => hits[number - 1] ?? []);
  return [...cited, ...hits.filter((hit) => !cited.includes(hit))];
}

const evidenceOf = ({ passage }: RetrievedPassage) => ({
  chunk_id: passage.chunkId,
  content_hash: passage.contentHash,
  document_id: passage.documentId,
  title: passage.title,
  headings: [...passage.headingPath],
  page: passage.pageStart,
  language: passage.language,
  text: passage.text,
});

const refusal = ({ language, queryId }: QuestionTrace): QueryResponse => ({
  query_id: queryId,
  answer: refusalText(language),
  language,
  status: "no_sources",
  citations: [],
  followup: null,
  outline: null,
  support: [],
  notices: [],
  model: null,
  usage: noUsage,
  cache: noCache,
  timings_ms: {},
});
