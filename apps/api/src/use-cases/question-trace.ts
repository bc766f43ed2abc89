import type { QueryRequest, QueryResponse } from "@aurora/contracts";
import type { RetrievalResult } from "@aurora/rag";
import type { z } from "zod";

export type Question = z.output<typeof QueryRequest> & { readonly caller_app: string };
/** What is known of a question so far: the log row is made of it, however the question ends. */
export interface QuestionTrace {
  readonly queryId: string;
  readonly language: string;
  readonly startedAtMs: number;
  retrieval: RetrievalResult | null;
  response: QueryResponse | null;
  modelMs: number | null;
}

/** Milliseconds a step; `total` from the question's arrival. */
export function timingsOf({ modelMs, retrieval, startedAtMs }: QuestionTrace, nowMs: number): Record<string, number> {
  return {
    ...(retrieval && { retrieval: round(retrieval.diagnostics.timings_ms.total) }),
    ...(modelMs !== null && { model: round(modelMs) }),
    total: round(nowMs - startedAtMs),
  };
}
const round = (ms: number): number => Math.round(ms * 10) / 10;
