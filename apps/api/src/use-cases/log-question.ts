import type { Citation, QueryResponse } from "@aurora/contracts";
import { AppError, type TenantScope } from "@aurora/kernel";
import { type Question, type QuestionTrace, timingsOf } from "./question-trace.ts";

/** QUERIES_LOG_*: what of a question may be kept. A limit of 0 characters is none. */
export interface LogPrivacy {
  readonly storeQuestion: boolean;
  readonly storeAnswer: boolean;
  readonly maxQuestionChars: number;
  readonly maxAnswerChars: number;
  readonly maxCitations: number;
}

export interface QueryRow {
  readonly id: string;
  readonly principalKind: string;
  readonly principalId: string;
  readonly callerApp: string;
  readonly threadId: string | null;
  readonly sourceApp: string | null;
  readonly workspace: string | null;
  readonly packId: string | null;
  readonly language: string;
  readonly status: QueryResponse["status"] | "failed" | "aborted";
  readonly errorCode: string | null;
  readonly question: string | null;
  readonly answer: string | null;
  readonly citations: readonly Record<string, unknown>[];
  readonly model: string | null;
  readonly cacheStatus: string;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly costUsd: number | null;
  readonly retrieval: Record<string, unknown>;
  readonly retrievalQueryFinal: string | null;
  readonly timingsMs: Record<string, number>;
  readonly totalMs: number;
  readonly createdAt: Date;
}

const kept = (isKept: boolean, text: string | null, maxChars: number): string | null => {
  if (!isKept || text === null) return null;
  return maxChars > 0 ? text.slice(0, maxChars) : text;
};

/** The fields of a citation a log may hold: where, never what was said there. */
const loggedCitation = ({ document_id, marker, page_end, page_start, score, title }: Citation) => ({
  marker,
  document_id,
  title,
  page_start,
  page_end,
  score,
});

/** The one row a question leaves, under the privacy switches. Pure. */
export function logRow(
  scope: TenantScope,
  question: Question,
  trace: QuestionTrace,
  end: { readonly error: unknown; readonly isAborted: boolean },
  privacy: LogPrivacy,
  nowMs: number,
): QueryRow {
  const { response, retrieval } = trace;
  const timingsMs = timingsOf(trace, nowMs);
  const failure = end.isAborted || !AppError.is(end.error) ? null : end.error.code;
  const text = kept(privacy.storeQuestion, question.query, privacy.maxQuestionChars);
  return {
    id: trace.queryId,
    principalKind: scope.principal.kind,
    principalId: scope.principal.id,
    callerApp: question.caller_app,
    threadId: question.thread_id ?? null,
    sourceApp: question.source_app ?? null,
    workspace: question.workspace ?? null,
    packId: question.pack_id ?? null,
    language: trace.language,
    status: response?.status ?? (end.isAborted ? "aborted" : "failed"),
    errorCode: response || end.isAborted ? null : (failure ?? "internal"),
    question: text,
    answer: kept(privacy.storeAnswer, response?.answer ?? null, privacy.maxAnswerChars),
    citations: (response?.citations ?? []).slice(0, privacy.maxCitations).map(loggedCitation),
    model: response?.model ?? null,
    cacheStatus: response?.cache.status ?? "miss",
    promptTokens: response?.usage.prompt_tokens ?? null,
    completionTokens: response?.usage.completion_tokens ?? null,
    costUsd: response?.usage.cost_usd ?? null,
    retrieval: retrieval
      ? {
          candidates: retrieval.diagnostics.candidates,
          kept: retrieval.hits.length,
          best_score: retrieval.diagnostics.best_score,
          answerable: retrieval.answerable.reason,
          document_ids: [...new Set(retrieval.hits.map(({ passage }) => passage.documentId))],
        }
      : {},
    retrievalQueryFinal: text,
    timingsMs,
    totalMs: timingsMs.total ?? 0,
    createdAt: new Date(trace.startedAtMs),
  };
}
