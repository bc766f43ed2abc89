import { isObject } from "../providers/completion.ts";

/** Turns the stream of a second provider into the rest of an answer that a first one began. */
export interface Continuation {
  /** The chunk as the caller may see it; null = nothing of it is to be shown. */
  next(chunk: Record<string, unknown>): Record<string, unknown> | null;
}

const continueWords =
  "The answer above was cut off. Continue it from exactly where it stops: do not repeat anything, do not comment.";

/** The same question with what was already said, for the provider that takes over. */
export const continuedBody = (body: Record<string, unknown>, prefix: string): Record<string, unknown> => ({
  ...body,
  messages: [
    ...(Array.isArray(body.messages) ? body.messages : []),
    { role: "assistant", content: prefix },
    { role: "user", content: continueWords },
  ],
});

/** Text that repeats this many characters of the end is taken for a repetition, not for chance. */
const shortestOverlap = 8;
/** Characters held back at most, unless the whole beginning is being repeated. */
const longestHeld = 200;

/**
 * Keeps the envelope (`id`, `created`, `model`) of the chunks the caller has, and leaves out what the second provider
 * says again: the whole beginning, or the last words. Text is held back only while it may still be such a repetition.
 * @param prefix What the caller has already read, as one choice's content; empty = nothing yet.
 */
export function createContinuation(envelope: Record<string, unknown> | null, prefix: string): Continuation {
  let held: string | null = prefix === "" ? null : ""; // null = past the seam
  const kept = envelope && { id: envelope.id, created: envelope.created, model: envelope.model };
  return {
    next(chunk) {
      const choices = Array.isArray(chunk.choices) ? chunk.choices.filter(isObject) : [];
      const [choice] = choices;
      const shown = kept ? { ...chunk, ...kept } : chunk;
      if (choice === undefined || held === null) return shown;
      const delta = isObject(choice.delta) ? choice.delta : {};
      held += typeof delta.content === "string" ? delta.content : "";
      const isLast = typeof choice.finish_reason === "string";
      if (!isLast && mayRepeat(prefix, held)) return null;
      const content = withoutRepetition(prefix, held);
      held = null;
      const { role: _role, ...rest } = delta;
      return { ...shown, choices: [{ ...choice, delta: { ...rest, content } }] };
    },
  };
}

const mayRepeat = (prefix: string, text: string): boolean =>
  prefix.startsWith(text) || (text.length < longestHeld && prefix.slice(-2 * longestHeld).includes(text));

function withoutRepetition(prefix: string, text: string): string {
  if (text.startsWith(prefix)) return text.slice(prefix.length);
  const overlap = longestOverlap(prefix, text);
  return overlap >= shortestOverlap ? text.slice(overlap) : text;
}

/** Length of the longest end of `prefix` that `text` begins with. */
function longestOverlap(prefix: string, text: string): number {
  for (let length = Math.min(prefix.length, text.length, 2 * longestHeld); length > 0; length -= 1)
    if (prefix.endsWith(text.slice(0, length))) return length;
  return 0;
}
