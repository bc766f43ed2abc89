import type { Readable } from "node:stream";
import {
  type CacheInfo,
  cacheAgeHeader,
  cacheSimilarityHeader,
  cacheStatusHeader,
  inputPriceHeader,
  modelAnswerLimits,
  outputPriceHeader,
} from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import type { ChatModel, ChatModelEvent } from "../chat.ts";
import { type GatewayAnswer, type GatewayConnection, postSigned } from "./internal-call.ts";

interface Chunk {
  readonly model?: string;
  readonly choices?: readonly {
    readonly delta?: { readonly content?: string | null };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null;
  readonly error?: { readonly code?: string | null } | null;
}

/** Every model behind the Gateway. Always streams, so that a caller who leaves stops the provider at once. */
export function createGatewayClient(connection: GatewayConnection): ChatModel {
  return {
    async *ask(scope, request, signal) {
      const { aurora, callerApp, evidenceSourceApps, maxTokens, messages, model, temperature = 0 } = request;
      const body = {
        model,
        messages,
        temperature,
        ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
        stream: true,
        stream_options: { include_usage: true },
        aurora,
      };
      const claims = {
        purpose: "corpus" as const,
        tenant_id: scope.tenantId,
        user_id: aurora.user_id,
        caller_app: callerApp,
        permission_scope_hash: aurora.permission_scope_hash,
        source_app: aurora.source_app,
        evidence_source_apps: [...evidenceSourceApps],
        embedded_document_ids: [],
        pack_id: aurora.pack_id,
        evidence: aurora.evidence.map(({ chunk_id, content_hash }) => ({ chunk_id, content_hash })),
        prompt_version: aurora.prompt_version,
        corpus_epoch: aurora.corpus_epoch,
        query_id: aurora.query_id,
      };
      const answer = await postSigned(connection, "/v1/chat/completions", body, claims, signal);
      try {
        yield* events(answer, model);
      } catch (error) {
        signal.throwIfAborted();
        throw AppError.is(error) ? error : brokenOff(error);
      } finally {
        answer.body.destroy(); // a reader who stops early closes the connection, and with it the provider's
      }
    },
  };
}

async function* events(answer: GatewayAnswer, requestedModel: string): AsyncGenerator<ChatModelEvent> {
  let model = requestedModel;
  let finishReason: string | null = null;
  let usage = { prompt_tokens: 0, completion_tokens: 0 };
  for await (const data of dataLines(answer.body)) {
    if (data === "[DONE]") {
      yield {
        kind: "end",
        model,
        finishReason,
        usage: { ...usage, cost_usd: costOf(answer, usage) },
        cache: cacheOf(answer),
      };
      return;
    }
    const chunk = JSON.parse(data) as Chunk;
    if (chunk.error) throw asAppError(chunk.error.code ?? null);
    model = requestedModel.startsWith("aurora/") ? requestedModel : (chunk.model ?? model);
    const [choice] = chunk.choices ?? [];
    finishReason = choice?.finish_reason ?? finishReason;
    if (chunk.usage)
      usage = { prompt_tokens: chunk.usage.prompt_tokens ?? 0, completion_tokens: chunk.usage.completion_tokens ?? 0 };
    const text = choice?.delta?.content ?? "";
    if (text !== "") yield { kind: "delta", text };
  }
  throw brokenOff(null);
}

/**
 * The `data:` payloads of a stream. The Gateway ends lines with LF; what it forwards may end them with CRLF.
 * @throws AppError `upstream_failed` for a stream or a line beyond `modelAnswerLimits`.
 */
async function* dataLines(body: Readable): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let line: string[] = [];
  let lineChars = 0;
  let totalBytes = 0;
  for await (const part of body as AsyncIterable<Uint8Array>) {
    totalBytes += part.length;
    if (totalBytes > modelAnswerLimits.maxAnswerBytes) throw brokenOff(null);
    for (const [index, piece] of decoder.decode(part, { stream: true }).split("\n").entries()) {
      if (index > 0) {
        const whole = line.join("");
        line = [];
        lineChars = 0;
        if (whole.startsWith("data:")) yield whole.slice(5).trim();
      }
      line.push(piece);
      lineChars += piece.length;
      if (lineChars > modelAnswerLimits.maxEventBytes) throw brokenOff(null);
    }
  }
}

function costOf(answer: GatewayAnswer, usage: { prompt_tokens: number; completion_tokens: number }): number | null {
  const input = answer.header(inputPriceHeader);
  const output = answer.header(outputPriceHeader);
  if (input === null || output === null) return null;
  return Number((usage.prompt_tokens * Number(input) + usage.completion_tokens * Number(output)).toFixed(12));
}

function cacheOf(answer: GatewayAnswer): CacheInfo {
  const age = answer.header(cacheAgeHeader);
  const status = answer.header(cacheStatusHeader);
  const similarity = answer.header(cacheSimilarityHeader);
  return {
    status: status === "exact" || status === "semantic" ? status : "miss",
    similarity: similarity === null ? null : Number(similarity),
    age_s: age === null ? null : Number(age),
  };
}

const brokenOff = (cause: unknown): AppError =>
  new AppError("upstream_failed", "The model's answer broke off.", cause === null ? {} : { cause });
const asAppError = (code: string | null): AppError =>
  code === "upstream_timeout"
    ? new AppError("upstream_timeout", "The model did not answer in time.")
    : new AppError("upstream_failed", "The model's provider failed.", { internal: { code } });
