import { apiFields, callerNamed } from "./words/api-fields.ts";

type Change = (text: string, key: string) => string;
type CheckName = (name: string) => void;

/** Fields that hold no text of people: what a provider needs to the letter. */
const structural = new Set([
  ...["model", "role", "type", "object", "id", "tool_call_id", "call_id", "item_id", "previous_response_id"],
  ...["encoding_format", "finish_reason", "service_tier", "system_fingerprint", "reasoning_effort"],
]);
/** Of no part in the answer: walked last, so that what they hold moves no number of a placeholder. */
const late = new Set(["user", "metadata", "safety_identifier", "prompt_cache_key"]);
/** Pictures, sounds, files: the whole value, at the places the API gives them (RFC 2397). */
const dataUrl = /^data:[a-z]+\/[\w.+-]+;base64,[A-Za-z0-9+/]*={0,2}$/;
const dataUrlFields = new Set(["url", "image_url", "file_data", "data"]);
/** Fields, with the one around them, that hold base64 alone: sounds of a chat, numbers of an embedding. */
const base64 = /^[A-Za-z0-9+/]{256,}={0,2}$/;
const base64Fields = new Set(["input_audio.data", "audio.data", "data.embedding"]);
const maxDepth = 64;

/**
 * The same JSON value with every text changed; what is not changed stays the same object.
 * @param checkName Told of the names of fields that the API does not give.
 * @throws Error for a value nested deeper than 64: what cannot be walked cannot be checked.
 */
export function changeTexts<Value>(value: Value, change: Change, checkName: CheckName = () => {}): Value {
  function walk(item: unknown, key: string, around: string, depth: number): unknown {
    if (typeof item === "string") return isBinary(item, key, around) ? item : change(item, key);
    if (typeof item !== "object" || item === null) return item;
    if (depth >= maxDepth) throw new Error("the body is nested too deeply to be checked");
    if (Array.isArray(item)) {
      const changed = item.map((one) => walk(one, key, around, depth + 1));
      return changed.some((one, index) => one !== item[index]) ? changed : item;
    }
    const entries = Object.entries(item);
    const results = new Map<string, unknown>();
    for (const isLate of [false, true])
      for (const [name, field] of entries) {
        if ((depth === 0 && late.has(name)) !== isLate) continue;
        const isOfCaller = callerNamed.has(key);
        if (isOfCaller || !apiFields.has(name)) checkName(name);
        const isKept = structural.has(name) && !isOfCaller && typeof field === "string";
        results.set(name, isKept ? field : walk(field, name, key, depth + 1));
      }
    return entries.some(([name, field]) => results.get(name) !== field)
      ? Object.fromEntries(entries.map(([name]) => [name, results.get(name)]))
      : item;
  }
  return walk(value, "", "", 0) as Value;
}

const isBinary = (text: string, key: string, around: string): boolean =>
  (dataUrlFields.has(key) && dataUrl.test(text)) || (base64Fields.has(`${around}.${key}`) && base64.test(text));
