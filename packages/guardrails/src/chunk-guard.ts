import type { TextChannel } from "./text-channel.ts";

type Json = Record<string, unknown>;

/** The chunks of one streamed chat answer, in OpenAI's shape. */
export interface ChunkGuard {
  /** The chunk as the caller may see it. Held text of a choice leaves with the chunk that names its finish reason. */
  push(chunk: Json): Json;
  /** What a stream that ended without a finish reason still held: chunks to be sent before its end. */
  end(): readonly Json[];
}

const textFields = ["content", "refusal", "reasoning_content", "reasoning"] as const;

interface Open {
  readonly channel: TextChannel;
  /** Puts more text into a delta at the channel's place. */
  place(delta: Json, text: string): void;
}

/** @param open Makes the channel of a text; `isJson`: it is the text of a JSON value (arguments of a tool). */
export function createChunkGuard(open: (isJson: boolean) => TextChannel): ChunkGuard {
  const choices = new Map<number, Map<string, Open>>();
  let last: Json | null = null;

  function channel(index: number, key: string, isJson: boolean, place: Open["place"]): TextChannel {
    const own = choices.get(index) ?? new Map<string, Open>();
    choices.set(index, own);
    const known = own.get(key) ?? { channel: open(isJson), place };
    own.set(key, known);
    return known.channel;
  }

  function guardDelta(index: number, delta: Json): void {
    for (const field of textFields) {
      const text = delta[field];
      if (typeof text === "string")
        delta[field] = channel(index, field, false, (to, more) => append(to, field, more)).push(text);
    }
    if (Array.isArray(delta.tool_calls))
      delta.tool_calls = delta.tool_calls.map((call: unknown, position) => {
        if (!isObject(call) || !isObject(call.function) || typeof call.function.arguments !== "string") return call;
        const at = typeof call.index === "number" ? call.index : position;
        const place: Open["place"] = (to, more) => {
          const calls = Array.isArray(to.tool_calls) ? to.tool_calls : [];
          to.tool_calls = [...calls, { index: at, function: { arguments: more } }];
        };
        const text = channel(index, `tool ${at}`, true, place).push(call.function.arguments);
        return { ...call, function: { ...call.function, arguments: text } };
      });
    if (isObject(delta.function_call) && typeof delta.function_call.arguments === "string") {
      const place: Open["place"] = (to, more) => {
        const call: Json = { ...(isObject(to.function_call) ? to.function_call : {}) };
        append(call, "arguments", more);
        to.function_call = call;
      };
      const text = channel(index, "function", true, place).push(delta.function_call.arguments);
      delta.function_call = { ...delta.function_call, arguments: text };
    }
  }

  function flush(index: number, delta: Json): boolean {
    let isChanged = false;
    for (const { channel: own, place } of choices.get(index)?.values() ?? []) {
      const rest = own.end();
      if (rest === "") continue;
      place(delta, rest);
      isChanged = true;
    }
    choices.delete(index);
    return isChanged;
  }

  return {
    push(chunk) {
      if (!Array.isArray(chunk.choices)) return chunk;
      last = chunk;
      return {
        ...chunk,
        choices: chunk.choices.map((choice: unknown) => {
          if (!isObject(choice)) return choice;
          const index = typeof choice.index === "number" ? choice.index : 0;
          const delta: Json = isObject(choice.delta) ? { ...choice.delta } : {};
          guardDelta(index, delta);
          if (typeof choice.finish_reason === "string") flush(index, delta);
          return { ...choice, delta };
        }),
      };
    },
    end() {
      return [...choices.keys()].flatMap((index) => {
        const delta: Json = {};
        if (!flush(index, delta)) return [];
        const { usage: _usage, ...envelope } = last ?? {};
        return [{ ...envelope, choices: [{ index, delta, logprobs: null, finish_reason: null }] }];
      });
    },
  };
}

const append = (to: Json, field: string, text: string): void => {
  to[field] = `${typeof to[field] === "string" ? to[field] : ""}${text}`;
};
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
