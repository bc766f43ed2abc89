import { decide, readForCache, staticThreshold } from "@aurora/answer-cache";
import type { Embedder } from "@aurora/llm";
import { z } from "zod";

const Row = z.object({
  id: z.unknown().optional(),
  a: z.string().trim().min(1),
  b: z.string().trim().min(1),
  lang: z.string().min(1),
});

export type RowAnswer =
  | { readonly id?: unknown; readonly hit: boolean; readonly similarity: number; readonly reason: string }
  | {
      readonly id?: unknown;
      readonly error: { readonly code: string; readonly message: string; readonly line: number };
    };

/** One line of the door. @param number From 1. @returns null for an empty line. */
export async function checkRow(line: string, number: number, embedder: Embedder): Promise<RowAnswer | null> {
  if (line.trim() === "") return null;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { error: { code: "invalid_json", message: "The line is no JSON.", line: number } };
  }
  const given = typeof value === "object" && value !== null && "id" in value ? { id: value.id } : {};
  const row = Row.safeParse(value);
  if (!row.success) {
    const [issue] = row.error.issues;
    const message = `${issue?.path.join(".") || "row"}: ${issue?.message ?? "not as expected"}`;
    return { ...given, error: { code: "invalid_row", message, line: number } };
  }
  const { a, b, lang } = row.data;
  const [one, other] = await embedder.embed([a, b], "query");
  const similarity = one && other ? Math.max(-1, Math.min(1, dot(one, other))) : 0;
  const decision = decide(readForCache(a, lang), readForCache(b, lang), similarity, staticThreshold);
  return { ...given, ...decision, similarity: Math.round(similarity * 10_000) / 10_000 };
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0);
