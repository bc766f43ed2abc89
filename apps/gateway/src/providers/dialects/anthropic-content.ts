import { isObject } from "../completion.ts";
import { unsupportedParameter } from "./dialect.ts";

/** A content block of Anthropic's Messages API. */
export type Block = Record<string, unknown>;

export const textBlock = (text: string): Block => ({ type: "text", text });

/** The text of blocks that are one plain text; null when they are more than that. */
export function textOf(blocks: readonly Block[]): string | null {
  const [only] = blocks;
  const isPlain = blocks.length === 1 && only?.type === "text" && Object.keys(only).length === 2;
  return isPlain && typeof only.text === "string" ? only.text : null;
}

/**
 * The content of one message: a text, or OpenAI's list of parts. Empty texts are left out: Anthropic refuses them.
 * @param allowed `text`: where Anthropic takes nothing else.
 * @throws AppError `invalid_input` for a part that has no counterpart.
 */
export function anthropicContent(content: unknown, pointer: string, allowed: "text" | "any"): Block[] {
  if (content === undefined || content === null || content === "") return [];
  if (typeof content === "string") return [textBlock(content)];
  if (!Array.isArray(content)) throw unsupportedParameter(pointer);
  return content.flatMap((part, index) => {
    const block = isObject(part) ? blockOf(part, allowed) : null;
    if (block === null) throw unsupportedParameter(`${pointer}/${index}`);
    if (block.type === "text" && block.text === "") return [];
    return [isObject(part) && isObject(part.cache_control) ? { ...block, cache_control: part.cache_control } : block];
  });
}

function blockOf(part: Readonly<Record<string, unknown>>, allowed: "text" | "any"): Block | null {
  if (part.type === "text" && typeof part.text === "string") return textBlock(part.text);
  if (part.type === "refusal" && typeof part.refusal === "string") return textBlock(part.refusal);
  if (allowed === "text") return null;
  if (part.type === "image_url" && isObject(part.image_url)) return imageBlock(part.image_url.url);
  if (part.type === "file" && isObject(part.file)) return documentBlock(part.file);
  return null;
}

const imageTypes = new Set(["image/jpeg", "image/png", "image/gif", "image/webp"]);

function imageBlock(url: unknown): Block | null {
  if (typeof url !== "string") return null;
  const inline = dataUri(url);
  if (inline) {
    if (!imageTypes.has(inline.type)) return null;
    return { type: "image", source: { type: "base64", media_type: inline.type, data: inline.data } };
  }
  return url.startsWith("https://") ? { type: "image", source: { type: "url", url } } : null;
}

function documentBlock({ file_data: data, filename }: Readonly<Record<string, unknown>>): Block | null {
  const inline = typeof data === "string" ? dataUri(data) : null;
  if (inline?.type !== "application/pdf") return null;
  return {
    type: "document",
    source: { type: "base64", media_type: inline.type, data: inline.data },
    ...(typeof filename === "string" && filename !== "" ? { title: filename } : {}),
  };
}

/** RFC 2397, base64 only. Cut at the comma rather than matched: the data may be megabytes. */
function dataUri(url: string): { type: string; data: string } | null {
  const comma = url.indexOf(",");
  const head = comma > 0 && comma < 200 ? url.slice(0, comma) : "";
  const [, type] = /^data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.-]+)*;base64$/i.exec(head) ?? [];
  return type === undefined ? null : { type: type.toLowerCase(), data: url.slice(comma + 1) };
}
