/** The parts of OpenAI's chat answers and chunks that the Gateway looks at; everything else passes through unread. */
export interface TokenUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt: read from the provider's own prompt cache; null = not said, which is not 0. */
  readonly cachedTokens: number | null;
  /** Of the prompt: written to that cache. */
  readonly cacheWriteTokens: number | null;
  /** Of the completion. */
  readonly reasoningTokens: number | null;
}
export interface SeenChoice {
  readonly finishReason: string | null;
  readonly content: string | null;
  readonly hasToolCalls: boolean;
  readonly hasRefusal: boolean;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const objects = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isObject) : []);

export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

export function usageOf(answer: Record<string, unknown>): TokenUsage | null {
  const { usage } = answer;
  if (!isObject(usage) || typeof usage.prompt_tokens !== "number") return null;
  const prompt = isObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const completion = isObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  return {
    promptTokens: numberOf(usage.prompt_tokens) ?? 0,
    completionTokens: numberOf(usage.completion_tokens) ?? 0,
    cachedTokens: numberOf(prompt.cached_tokens),
    cacheWriteTokens: numberOf(prompt.cache_write_tokens),
    reasoningTokens: numberOf(completion.reasoning_tokens),
  };
}
/** Providers are not believed: whole, not negative, and no more than the meter can hold. */
const mostTokens = 1_000_000_000;
const numberOf = (value: unknown): number | null =>
  typeof value === "number" && Number.isFinite(value) ? Math.min(mostTokens, Math.max(0, Math.round(value))) : null;

/** What is counted where a provider reports nothing. */
export const estimatedUsage = (promptTokens: number, completionTokens: number): TokenUsage => ({
  promptTokens,
  completionTokens,
  cachedTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
});

export const choicesOf = (answer: Record<string, unknown>): SeenChoice[] =>
  objects(answer.choices).map((choice) => {
    const message = isObject(choice.message) ? choice.message : {};
    return {
      finishReason: typeof choice.finish_reason === "string" ? choice.finish_reason : null,
      content: typeof message.content === "string" ? message.content : null,
      hasToolCalls: objects(message.tool_calls).length > 0 || isObject(message.function_call),
      hasRefusal: typeof message.refusal === "string" && message.refusal !== "",
    };
  });

interface GatheredChoice {
  content: string;
  refusal: string;
  finishReason: string | null;
  hasToolCalls: boolean;
  /** By `index`: pieces of parallel calls come interleaved. */
  toolCalls: Map<number, GatheredToolCall>;
  logprobs: unknown[] | null;
}
interface GatheredToolCall {
  id: unknown;
  type: unknown;
  name: string;
  arguments: string;
}

export interface ChunkGatherer {
  add(chunk: Record<string, unknown>): void;
  readonly usage: TokenUsage | null;
  readonly contentChars: number;
  /** The first chunk; null before it. */
  readonly envelope: Record<string, unknown> | null;
  /** Every choice that was asked for has said how it ended. */
  readonly isFinished: boolean;
  choices(): SeenChoice[];
  /** The answer the same call without `stream` would have had; null before the first chunk. */
  completion(): Record<string, unknown> | null;
}

/** Puts the chunks of one stream together. Choices may come interleaved. */
/** @param expectedChoices `n` of the request. */
export function createChunkGatherer(expectedChoices = 1): ChunkGatherer {
  let first: Record<string, unknown> | null = null;
  let rawUsage: unknown = null;
  let usage: TokenUsage | null = null;
  const choices = new Map<number, GatheredChoice>();
  const sorted = () => [...choices].sort(([a], [b]) => a - b);
  return {
    add(chunk) {
      first ??= chunk;
      const found = usageOf(chunk);
      if (found) {
        usage = found;
        rawUsage = chunk.usage;
      }
      for (const part of objects(chunk.choices)) {
        const index = typeof part.index === "number" ? part.index : 0;
        const choice = choices.get(index) ?? emptyChoice();
        choices.set(index, choice);
        const delta = isObject(part.delta) ? part.delta : {};
        if (typeof delta.content === "string") choice.content += delta.content;
        if (typeof delta.refusal === "string") choice.refusal += delta.refusal;
        if (isObject(delta.function_call)) choice.hasToolCalls = true;
        for (const piece of objects(delta.tool_calls)) addToolCall(choice, piece);
        if (typeof part.finish_reason === "string") choice.finishReason = part.finish_reason;
        if (isObject(part.logprobs) && Array.isArray(part.logprobs.content)) {
          choice.logprobs ??= [];
          for (const logprob of part.logprobs.content) choice.logprobs.push(logprob);
        }
      }
    },
    get usage() {
      return usage;
    },
    get contentChars() {
      return sorted().reduce((sum, [, choice]) => sum + choice.content.length, 0);
    },
    get envelope() {
      return first;
    },
    get isFinished() {
      return (
        choices.size >= expectedChoices && [...choices.values()].every(({ finishReason }) => finishReason !== null)
      );
    },
    choices: () =>
      sorted().map(([, choice]) => ({
        finishReason: choice.finishReason,
        content: choice.content,
        hasToolCalls: choice.hasToolCalls,
        hasRefusal: choice.refusal !== "",
      })),
    completion: () =>
      first && {
        id: first.id,
        object: "chat.completion",
        created: first.created,
        model: first.model,
        ...(first.system_fingerprint === undefined ? {} : { system_fingerprint: first.system_fingerprint }),
        choices: sorted().map(([index, choice]) => ({
          index,
          message: {
            role: "assistant",
            content: choice.content === "" && choice.toolCalls.size > 0 ? null : choice.content,
            refusal: choice.refusal || null,
            ...(choice.toolCalls.size > 0 ? { tool_calls: toolCallsOf(choice) } : {}),
          },
          logprobs: choice.logprobs && { content: choice.logprobs, refusal: null },
          finish_reason: choice.finishReason,
        })),
        ...(rawUsage === null ? {} : { usage: rawUsage }),
      },
  };
}

const emptyChoice = (): GatheredChoice => ({
  content: "",
  refusal: "",
  finishReason: null,
  hasToolCalls: false,
  toolCalls: new Map(),
  logprobs: null,
});

/** `id`, `type` and `name` come with the first piece of a call only; the pieces of its arguments join to JSON. */
function addToolCall(choice: GatheredChoice, piece: Record<string, unknown>): void {
  choice.hasToolCalls = true;
  const index = numberOf(piece.index) ?? 0;
  const call = choice.toolCalls.get(index) ?? { id: null, type: "function", name: "", arguments: "" };
  choice.toolCalls.set(index, call);
  const part = isObject(piece.function) ? piece.function : {};
  call.id ??= piece.id ?? null;
  if (typeof piece.type === "string") call.type = piece.type;
  if (typeof part.name === "string") call.name += part.name;
  if (typeof part.arguments === "string") call.arguments += part.arguments;
}
const toolCallsOf = ({ toolCalls }: GatheredChoice) =>
  [...toolCalls].sort(([a], [b]) => a - b).map(([, { id, type, ...call }]) => ({ id, type, function: call }));

/** One chunk of an answer that is there as a whole. */
export function chunkOf(
  completion: Record<string, unknown>,
  delta: Record<string, unknown>,
  finishReason: string | null,
  includeUsage: boolean,
): Record<string, unknown> {
  return {
    ...envelope(completion),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
    ...(includeUsage ? { usage: null } : {}),
  };
}
const envelope = ({ id, created, model, system_fingerprint }: Record<string, unknown>) => ({
  id,
  object: "chat.completion.chunk",
  created,
  model,
  ...(system_fingerprint === undefined ? {} : { system_fingerprint }),
});

/**
 * A whole answer as the chunks of a stream: the role, the pieces, the end, and the usage when it is asked for.
 * @param pieces How the content of the one choice is cut; joined, they are the content.
 */
export function* chunksOf(
  completion: Record<string, unknown>,
  pieces: readonly string[],
  includeUsage: boolean,
): Generator<Record<string, unknown>> {
  const finishReason = choicesOf(completion)[0]?.finishReason ?? "stop";
  yield chunkOf(completion, { role: "assistant", content: "", refusal: null }, null, includeUsage);
  const message = objects(completion.choices)[0]?.message;
  const calls = isObject(message) ? objects(message.tool_calls) : [];
  if (calls.length > 0)
    yield chunkOf(completion, { tool_calls: calls.map((call, index) => ({ index, ...call })) }, null, includeUsage);
  for (const content of pieces.filter((piece) => piece !== ""))
    yield chunkOf(completion, { content }, null, includeUsage);
  yield chunkOf(completion, {}, finishReason, includeUsage);
  if (includeUsage) yield { ...envelope(completion), choices: [], usage: completion.usage ?? null };
}
