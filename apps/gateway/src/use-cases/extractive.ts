import type { AuroraField, ChatRequest } from "@aurora/contracts";
import { AppError, type Clock, type Ids } from "@aurora/kernel";
import type { WordVectors } from "@aurora/llm";
import { answerExtractively, type ExtractiveInput, extractiveInputFromPrompt } from "@aurora/rag";
import { estimateTokens, promptChars } from "./call-record.ts";

export interface EngineAnswer {
  readonly completion: Record<string, unknown>;
  /** The content sentence by sentence. */
  readonly pieces: readonly string[];
}

/**
 * Runs the built-in engine. Signed evidence is read when there is some, and messages never; without it the last user
 * message must be the delimited prompt.
 * @throws AppError `invalid_input` when there is neither.
 */
export function runExtractive(
  request: ChatRequest,
  aurora: AuroraField | null,
  deps: { readonly clock: Clock; readonly ids: Ids; readonly wordVectors: WordVectors | null },
): EngineAnswer {
  const input = aurora ?? promptOf(request);
  if (input === null)
    throw new AppError("invalid_input", "aurora/extractive needs evidence or the delimited prompt.", {
      errors: [{ pointer: "/messages", code: "not_a_prompt" }],
    });
  const { text, pieces, finishReason } = answerExtractively({
    question: input.question,
    language: input.language,
    evidence: input.evidence,
    wordVectors: deps.wordVectors,
  });
  const promptTokens = estimateTokens(promptChars(request.messages));
  const completionTokens = estimateTokens(text.length);
  const completion = {
    id: `chatcmpl-${deps.ids.uuid()}`,
    object: "chat.completion",
    created: Math.floor(deps.clock.nowMs() / 1_000),
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: text, refusal: null },
        logprobs: null,
        finish_reason: finishReason,
      },
    ],
    usage: {
      prompt_tokens: promptTokens,
      completion_tokens: completionTokens,
      total_tokens: promptTokens + completionTokens,
    },
  };
  return { completion, pieces };
}

function promptOf({ messages }: ChatRequest): ExtractiveInput | null {
  const last = messages.findLast(({ role }) => role === "user");
  return typeof last?.content === "string" ? extractiveInputFromPrompt(last.content) : null;
}
