type Change = (text: string, key: string) => string;

/** Fields that hold no text of people: what a provider needs to the letter. */
const structural = new Set([
  ...["model", "role", "type", "object", "id", "tool_call_id", "call_id", "item_id", "previous_response_id"],
  ...["encoding_format", "finish_reason", "service_tier", "system_fingerprint", "reasoning_effort", "aurora"],
]);
/** Of no part in the answer: walked last, so that what they hold moves no number of a placeholder. */
const late = new Set(["user", "metadata", "safety_identifier", "prompt_cache_key"]);
/** Pictures, sounds, files. */
const binary = /^(?:data:[\w/+.-]+;base64,|[A-Za-z0-9+/_-]{256,}={0,2}$)/;
const maxDepth = 64;

/**
 * The same JSON value with every text changed; what is not changed stays the same object. Keys of objects are not text.
 * @throws Error for a value nested deeper than 64: what cannot be walked cannot be checked.
 */
export function changeTexts<Value>(value: Value, change: Change): Value {
  return walk(value, "", change, 0) as Value;
}

function walk(value: unknown, key: string, change: Change, depth: number): unknown {
  if (typeof value === "string") return binary.test(value) ? value : change(value, key);
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDepth) throw new Error("the body is nested too deeply to be checked");
  if (Array.isArray(value)) {
    const changed = value.map((item) => walk(item, key, change, depth + 1));
    return changed.some((item, index) => item !== value[index]) ? changed : value;
  }
  const entries = Object.entries(value);
  const results = new Map<string, unknown>();
  for (const isLate of [false, true])
    for (const [name, item] of entries)
      if ((depth === 0 && late.has(name)) === isLate)
        results.set(
          name,
          structural.has(name) && typeof item === "string" ? item : walkField(name, item, change, depth),
        );
  return entries.some(([name, item]) => results.get(name) !== item)
    ? Object.fromEntries(entries.map(([name]) => [name, results.get(name)]))
    : value;
}

const walkField = (name: string, item: unknown, change: Change, depth: number): unknown =>
  name === "aurora" ? item : walk(item, name, change, depth + 1);
