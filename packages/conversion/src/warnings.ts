import { type ErrorParams, type JobFailure, lineOf } from "@aurora/contracts";

/** An archive may hold thousands of parts nobody can read: what is shown of them, and kept with each version, is bounded. */
const maxWarnings = 200;
const maxTextChars = 200;

/**
 * What a conversion tells of parts it could not read. Their names are whatever the file says: shown on one line, and such
 * that every store can hold them (no NUL, no half of a surrogate pair).
 */
export function createWarnings() {
  const kept: JobFailure[] = [];
  let left = 0;
  return {
    add({ code, params }: JobFailure): void {
      if (kept.length < maxWarnings) kept.push({ code, params: storable(params) });
      else left++;
    },
    /** The last one stands for those that are not listed, and says how many they are. */
    list: (): JobFailure[] =>
      left === 0
        ? kept
        : [...kept, { code: "document_part_failed", params: { name: `… +${left}`, reason: "document_too_complex" } }],
  };
}

const storable = (params: ErrorParams): ErrorParams =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === "string" ? shown(value) : value]),
  );

const shown = (text: string): string => lineOf(text.slice(0, maxTextChars).replace(/\p{Surrogate}/gu, "\ufffd")) || "?";
