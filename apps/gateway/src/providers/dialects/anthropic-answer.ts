import { isObject } from "../completion.ts";

type Json = Readonly<Record<string, unknown>>;

/** Why an answer ended, in OpenAI's words; an unknown reason is a plain end. */
export function finishReasonOf(stopReason: unknown): string {
  switch (stopReason) {
    case "max_tokens":
    case "model_context_window_exceeded":
      return "length";
    case "tool_use":
      return "tool_calls";
    case "refusal":
      return "content_filter";
    default:
      return "stop"; // end_turn, stop_sequence, pause_turn
  }
}

const count = (value: unknown): number => (typeof value === "number" && value > 0 ? value : 0);

/**
 * Anthropic counts what its prompt cache gave and took beside `input_tokens`; OpenAI's `prompt_tokens` holds all of it.
 * @param usage Of a whole answer, or what a stream's events said of it one after another.
 */
export function openaiUsage(usage: Json): Record<string, unknown> {
  const cached = count(usage.cache_read_input_tokens);
  const written = count(usage.cache_creation_input_tokens);
  const prompt = count(usage.input_tokens) + cached + written;
  const completion = count(usage.output_tokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
  };
}

/**
 * A whole answer of the Messages API as a `chat.completion`; an error in OpenAI's shape. What the model thought is left
 * out, as OpenAI leaves it out.
 */
export function anthropicAnswer(status: number, json: Json, nowMs: number = Date.now()): Record<string, unknown> {
  if (status >= 400 || json.type === "error") return { error: openaiError(json) };
  const blocks = Array.isArray(json.content) ? json.content.filter(isObject) : [];
  const texts = blocks.flatMap(({ text, type }) => (type === "text" && typeof text === "string" ? [text] : []));
  const toolCalls = blocks
    .filter(({ type }) => type === "tool_use")
    .map(({ id, input, name }) => ({
      id,
      type: "function",
      function: { name, arguments: JSON.stringify(input ?? {}) },
    }));
  return {
    id: json.id,
    object: "chat.completion",
    created: Math.floor(nowMs / 1_000),
    model: json.model,
    choices: [
      {
        index: 0,
        message: {
          role: "assistant",
          content: texts.length > 0 || toolCalls.length === 0 ? texts.join("") : null,
          refusal: null,
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
        },
        logprobs: null,
        finish_reason: finishReasonOf(json.stop_reason),
      },
    ],
    usage: openaiUsage(isObject(json.usage) ? json.usage : {}),
  };
}

/** `{type: "error", error: {type, message}}`, in a body or in an event. */
export function openaiError(json: Json): Record<string, unknown> {
  const { message, type } = isObject(json.error) ? json.error : {};
  const kind = typeof type === "string" ? type : "api_error";
  return {
    message: typeof message === "string" ? message : "The provider failed.",
    type: kind,
    param: null,
    code: kind,
  };
}
