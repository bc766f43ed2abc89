import { AppError } from "@aurora/kernel";

/** Deeper than any request means, and shallow enough for every recursive reader after this one. */
const maxDepth = 64;
const maxItems = 100_000;
const maxMessages = 10_000;

/**
 * Looks a body over before its schema does: a schema tells each of a million wrong elements by itself.
 * @throws AppError `invalid_input` for what is nested too deep, for lists too long, and for the first element of `messages`
 *   or `input` that is of no kind they have.
 */
export function assertBounded(body: unknown): void {
  if (typeof body !== "object" || body === null) return;
  if (isTooDeep(body, maxDepth)) throw refused("", "too_deep");
  const { input, messages } = body as { input?: unknown; messages?: unknown };
  if (Array.isArray(messages)) {
    if (messages.length > maxMessages) throw refused("/messages", "too_long");
    const wrong = messages.findIndex((item) => typeof item !== "object" || item === null);
    if (wrong >= 0) throw refused(`/messages/${wrong}`, "invalid_type");
  }
  if (Array.isArray(input)) {
    const wrong = input.findIndex((item) => typeof item !== typeof input[0] || item === null);
    if (wrong >= 0) throw refused(`/input/${wrong}`, "invalid_type");
  }
  for (const [field, value] of Object.entries(body))
    if (Array.isArray(value) && value.length > maxItems) throw refused(`/${field}`, "too_long");
}

const refused = (pointer: string, code: string): AppError =>
  new AppError("invalid_input", "The request does not fit the schema.", { errors: [{ pointer, code }] });

function isTooDeep(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (left === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isTooDeep(item, left - 1));
  for (const key in value) if (isTooDeep((value as Record<string, unknown>)[key], left - 1)) return true;
  return false;
}
