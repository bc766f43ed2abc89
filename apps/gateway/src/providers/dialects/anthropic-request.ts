import { AppError } from "@aurora/kernel";
import { isObject, parseObject } from "../completion.ts";
import type { UpstreamTarget } from "../upstream.ts";
import { anthropicContent, type Block, textBlock, textOf } from "./anthropic-content.ts";
import { type DialectCall, unsupportedParameter } from "./dialect.ts";

export const anthropicHeaders = { "anthropic-version": "2023-06-01" };

/** Anthropic wants a limit: this one where neither the caller nor the catalogue has one. Every model of theirs allows it. */
const standardMaxTokens = 4_096;

type Body = Readonly<Record<string, unknown>>;

/**
 * OpenAI's chat request as Anthropic's Messages request (Messages API reference; parameters without a counterpart as in
 * "OpenAI SDK compatibility": sampling hints are dropped, what changes the shape of the answer is refused).
 * @throws AppError `invalid_input` naming the field.
 */
export function anthropicRequest(body: Body, target: UpstreamTarget): DialectCall {
  refuseUnspeakable(body);
  const { messages, system } = splitMessages(body.messages);
  const format = outputFormat(body.response_format);
  const tools = toolsOf(body.tools);
  const request = {
    model: body.model,
    max_tokens: body.max_completion_tokens ?? body.max_tokens ?? target.maxOutputTokens ?? standardMaxTokens,
    messages,
    ...systemField(format === "json_object" ? [...system, textBlock(onlyJson)] : system),
    ...(typeof body.temperature === "number" ? { temperature: Math.min(1, body.temperature) } : {}),
    ...present("top_p", body.top_p),
    ...present("top_k", body.top_k),
    ...present("thinking", body.thinking),
    ...stopField(body.stop),
    ...(body.stream === true ? { stream: true } : {}),
    ...(tools === null ? {} : { tools }),
    ...(tools === null ? {} : toolChoice(body.tool_choice, body.parallel_tool_calls)),
    ...(isObject(format) ? { output_config: { format } } : {}),
    ...userField(body.safety_identifier ?? body.user),
  };
  return { path: "/messages", headers: anthropicHeaders, body: JSON.stringify(request) };
}

const onlyJson = "Answer with one JSON object and nothing else: no code fence, no words around it.";

const present = (name: string, value: unknown) => (value === undefined || value === null ? {} : { [name]: value });
const userField = (user: unknown) => (typeof user === "string" && user !== "" ? { metadata: { user_id: user } } : {});

function refuseUnspeakable(body: Body): void {
  if (typeof body.n === "number" && body.n !== 1) throw unsupportedParameter("/n");
  if (body.logprobs === true) throw unsupportedParameter("/logprobs");
  if (isObject(body.audio)) throw unsupportedParameter("/audio");
  if (Array.isArray(body.modalities) && body.modalities.some((one) => one !== "text"))
    throw unsupportedParameter("/modalities");
  for (const name of ["functions", "function_call", "web_search_options"] as const)
    if (body[name] !== undefined && body[name] !== null) throw unsupportedParameter(`/${name}`);
}

function stopField(stop: unknown) {
  const sequences = (Array.isArray(stop) ? stop : [stop]).filter(
    (one): one is string => typeof one === "string" && one !== "",
  );
  return sequences.length > 0 ? { stop_sequences: sequences } : {};
}

function outputFormat(format: unknown): "json_object" | { type: "json_schema"; schema: unknown } | null {
  if (!isObject(format) || format.type === "text") return null;
  if (format.type === "json_object") return "json_object";
  const { json_schema: named } = format;
  if (format.type !== "json_schema" || !isObject(named) || !isObject(named.schema))
    throw unsupportedParameter("/response_format");
  return { type: "json_schema", schema: named.schema };
}

interface Message {
  readonly role: "user" | "assistant";
  content: Block[];
}

/** System and developer messages go before all others, wherever they stood; neighbours of one role become one message. */
function splitMessages(given: unknown): { system: Block[]; messages: { role: string; content: Block[] | string }[] } {
  const system: Block[] = [];
  const messages: Message[] = [];
  const add = (role: Message["role"], blocks: readonly Block[]) => {
    const last = messages.at(-1);
    if (last?.role === role) last.content.push(...blocks);
    else if (blocks.length > 0) messages.push({ role, content: [...blocks] });
  };
  for (const [index, message] of (Array.isArray(given) ? given : []).entries()) {
    const at = `/messages/${index}`;
    if (!isObject(message)) throw unsupportedParameter(at);
    const { content, role } = message;
    if (role === "system" || role === "developer") system.push(...anthropicContent(content, `${at}/content`, "text"));
    else if (role === "user") add("user", anthropicContent(content, `${at}/content`, "any"));
    else if (role === "tool") add("user", [toolResult(message, at)]);
    else if (role === "assistant")
      add("assistant", [...anthropicContent(content, `${at}/content`, "text"), ...toolUses(message.tool_calls, at)]);
    else throw unsupportedParameter(`${at}/role`);
  }
  trimPrefill(messages.at(-1));
  return { system, messages: messages.map(({ content, role }) => ({ role, content: plainest(content) })) };
}

/** An answer the model is to go on with may not end in white space. */
function trimPrefill(last: Message | undefined): void {
  const block = last?.role === "assistant" ? last.content.at(-1) : undefined;
  if (last && typeof block?.text === "string")
    last.content[last.content.length - 1] = { ...block, text: block.text.trimEnd() };
}

const plainest = (blocks: Block[]): Block[] | string => textOf(blocks) ?? blocks;
function systemField(blocks: Block[]) {
  return blocks.length > 0 ? { system: plainest(blocks) } : {};
}

function toolUses(calls: unknown, at: string): Block[] {
  if (calls === undefined || calls === null) return [];
  if (!Array.isArray(calls)) throw unsupportedParameter(`${at}/tool_calls`);
  return calls.map((call, index) => {
    const place = `${at}/tool_calls/${index}`;
    if (!isObject(call) || !isObject(call.function)) throw unsupportedParameter(place);
    const { arguments: text, name } = call.function;
    const input = text === undefined || text === "" ? {} : parseObject(String(text));
    if (input === null)
      throw new AppError("invalid_input", "The arguments of a tool call are no JSON object.", {
        errors: [{ pointer: `${place}/function/arguments`, code: "invalid_json" }],
      });
    return { type: "tool_use", id: call.id, name, input };
  });
}

function toolResult(message: Readonly<Record<string, unknown>>, at: string): Block {
  const blocks = anthropicContent(message.content, `${at}/content`, "any");
  const content = plainest(blocks);
  return { type: "tool_result", tool_use_id: message.tool_call_id, ...(blocks.length > 0 ? { content } : {}) };
}

function toolsOf(tools: unknown): Record<string, unknown>[] | null {
  if (!Array.isArray(tools) || tools.length === 0) return null;
  return tools.map((tool, index) => {
    if (!isObject(tool) || tool.type !== "function" || !isObject(tool.function))
      throw unsupportedParameter(`/tools/${index}`);
    const { description, name, parameters, strict } = tool.function;
    return {
      name,
      ...present("description", description),
      input_schema: isObject(parameters) ? parameters : { type: "object", properties: {} },
      ...(strict === true ? { strict } : {}),
    };
  });
}

function toolChoice(choice: unknown, parallel: unknown) {
  const single = parallel === false ? { disable_parallel_tool_use: true } : {};
  if (choice === "none") return { tool_choice: { type: "none" } };
  if (choice === "required") return { tool_choice: { type: "any", ...single } };
  if (isObject(choice) && choice.type === "function" && isObject(choice.function))
    return { tool_choice: { type: "tool", name: choice.function.name, ...single } };
  if (isObject(choice)) throw unsupportedParameter("/tool_choice");
  return parallel === false ? { tool_choice: { type: "auto", ...single } } : {};
}
