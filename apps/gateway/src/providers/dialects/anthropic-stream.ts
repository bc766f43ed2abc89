import { AppError } from "@aurora/kernel";
import { isObject, parseObject } from "../completion.ts";
import { sseData, sseDone } from "../sse.ts";
import { finishReasonOf, openaiError, openaiUsage } from "./anthropic-answer.ts";
import type { StreamTranslator } from "./dialect.ts";

const malformed = (what: string): AppError =>
  new AppError("upstream_failed", "The provider's stream cannot be read.", { internal: { what } });

/**
 * The events of a Messages stream as chunks of one `chat.completion.chunk` answer: one id, tool calls counted from 0 in
 * the order they begin, the reason it ended, the usage, then `[DONE]`, which only `message_stop` earns. Events and deltas
 * of kinds not known yet are passed over, as Anthropic's versioning rules ask of clients.
 */
export function anthropicStream(nowMs: number = Date.now()): StreamTranslator {
  const created = Math.floor(nowMs / 1_000);
  let message: Readonly<Record<string, unknown>> | null = null;
  let usage: Record<string, unknown> = {};
  let finishReason: string | null = null;
  /** Anthropic's block index → OpenAI's tool call index. */
  const toolIndexes = new Map<number, number>();

  const chunk = (more: object): Buffer =>
    sseData({ id: message?.id, object: "chat.completion.chunk", created, model: message?.model, ...more });
  const delta = (value: object, ended: string | null = null): Buffer =>
    chunk({ choices: [{ index: 0, delta: value, logprobs: null, finish_reason: ended }], usage: null });

  function start(event: Readonly<Record<string, unknown>>): Buffer[] {
    if (!isObject(event.message) || message !== null) throw malformed("message_start");
    ({ message } = event as { message: Record<string, unknown> });
    note(message.usage);
    return [delta({ role: "assistant", content: "", refusal: null })];
  }
  /** Counts are cumulative: each event's replace the ones before. */
  function note(counts: unknown): void {
    if (!isObject(counts)) return;
    for (const [name, value] of Object.entries(counts))
      if (typeof value === "number") usage = { ...usage, [name]: value };
  }
  function startBlock({ content_block: block, index }: Readonly<Record<string, unknown>>): Buffer[] {
    if (!isObject(block) || typeof index !== "number") throw malformed("content_block_start");
    if (block.type === "text")
      return typeof block.text === "string" && block.text !== "" ? [delta({ content: block.text })] : [];
    if (block.type !== "tool_use") return [];
    const at = toolIndexes.size;
    toolIndexes.set(index, at);
    // The input comes in pieces; a whole one given at once (older servers) is an object with something in it.
    const whole = isObject(block.input) && Object.keys(block.input).length > 0 ? JSON.stringify(block.input) : "";
    const call = { index: at, id: block.id, type: "function", function: { name: block.name, arguments: whole } };
    return [delta({ tool_calls: [call] })];
  }
  function continueBlock(event: Readonly<Record<string, unknown>>): Buffer[] {
    const part = event.delta;
    if (!isObject(part) || typeof event.index !== "number") throw malformed("content_block_delta");
    if (part.type === "text_delta") return [delta({ content: part.text })];
    if (part.type !== "input_json_delta" || part.partial_json === "") return [];
    const at = toolIndexes.get(event.index);
    if (at === undefined) throw malformed("input_json_delta of no tool");
    return [delta({ tool_calls: [{ index: at, function: { arguments: part.partial_json } }] })];
  }
  function end(): Buffer[] {
    if (finishReason === null) throw malformed("message_stop without a reason");
    return [delta({}, finishReason), chunk({ choices: [], usage: openaiUsage(usage) }), sseDone];
  }

  return {
    push({ data }) {
      if (data === null) return [];
      const event = parseObject(data);
      if (event === null) throw malformed("json");
      if (event.type === "error") return [sseData({ error: openaiError(event) })];
      if (event.type === "message_start") return start(event);
      if (event.type === "ping") return [];
      if (message === null) throw malformed("no message_start");
      switch (event.type) {
        case "content_block_start":
          return startBlock(event);
        case "content_block_delta":
          return continueBlock(event);
        case "message_delta":
          note(event.usage);
          if (isObject(event.delta) && typeof event.delta.stop_reason === "string")
            finishReason = finishReasonOf(event.delta.stop_reason);
          return [];
        case "message_stop":
          return end();
        default:
          return [];
      }
    },
    end: () => [],
  };
}
