import { AppError } from "@aurora/kernel";
import { isObject } from "../providers/completion.ts";

export type EmbeddingFormat = "float" | "base64";

/** One text, or its tokens. */
export type EmbeddingInput = string | readonly number[];

type AnyInput = string | readonly string[] | readonly number[] | readonly (readonly number[])[];

/** OpenAI's four forms of `input` as a list. */
export function listOf(input: AnyInput): readonly EmbeddingInput[] {
  if (typeof input === "string") return [input];
  const isTokens = input.length > 0 && typeof input[0] === "number";
  return isTokens ? [input as readonly number[]] : (input as readonly EmbeddingInput[]);
}

/** The same. @throws AppError `invalid_input` naming an empty place. */
export function inputsOf(input: AnyInput): readonly EmbeddingInput[] {
  const inputs = listOf(input);
  const empty = inputs.findIndex((one) => one.length === 0);
  if (inputs.length > 0 && empty === -1) return inputs;
  const pointer = inputs.length > 0 && typeof input !== "string" ? `/input/${empty}` : "/input";
  throw new AppError("invalid_input", "There is nothing to embed.", { errors: [{ pointer, code: "too_small" }] });
}

/**
 * The vectors of one answer, in the order of what was sent, whatever the order of the answer and the form of its numbers.
 * @returns null when it does not hold exactly one usable vector for each of `count` texts, all of one width.
 */
export function vectorsOf(answer: Record<string, unknown>, count: number): Float32Array[] | null {
  if (!Array.isArray(answer.data) || answer.data.length !== count) return null;
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const [place, item] of answer.data.entries()) {
    const index = isObject(item) && typeof item.index === "number" ? item.index : place;
    const vector = isObject(item) ? vectorOf(item.embedding) : null;
    if (vector === null || !Number.isInteger(index) || index < 0 || index >= count || vectors[index]) return null;
    vectors[index] = vector;
  }
  const width = vectors[0]?.length;
  return vectors.every((vector) => vector?.length === width) ? (vectors as Float32Array[]) : null;
}

function vectorOf(value: unknown): Float32Array | null {
  if (typeof value === "string") return vectorOfBytes(Buffer.from(value, "base64"));
  if (!Array.isArray(value) || value.length === 0 || !value.every(Number.isFinite)) return null;
  return Float32Array.from(value as number[]);
}

/** Little-endian 32-bit floats, as OpenAI's `base64` holds them. */
export function vectorOfBytes(bytes: Buffer): Float32Array | null {
  if (bytes.length === 0 || bytes.length % 4 !== 0) return null;
  const vector = new Float32Array(bytes.length / 4);
  for (let at = 0; at < vector.length; at += 1) vector[at] = bytes.readFloatLE(4 * at);
  return vector;
}
export function bytesOfVector(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * vector.length);
  for (let at = 0; at < vector.length; at += 1) bytes.writeFloatLE(vector[at] ?? 0, 4 * at);
  return bytes;
}

/** Nine significant digits tell every 32-bit float from its neighbours: both forms decode to the same vector. */
const shown = (vector: Float32Array): number[] => Array.from(vector, (value) => Number(value.toPrecision(9)));

/** Whether an answer has the form that was asked for already: then its bytes can pass as they are. */
export const isInFormat = (answer: Record<string, unknown>, format: EmbeddingFormat): boolean =>
  Array.isArray(answer.data) &&
  answer.data.every((item) => isObject(item) && (typeof item.embedding === "string") === (format === "base64"));

/** OpenAI's answer. `usage` counts what was sent to the provider, and nothing for what was known. */
export function embeddingsAnswer(
  model: unknown,
  vectors: readonly Float32Array[],
  format: EmbeddingFormat,
  promptTokens: number,
): Record<string, unknown> {
  return {
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: format === "base64" ? bytesOfVector(vector).toString("base64") : shown(vector),
    })),
    model,
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
}
