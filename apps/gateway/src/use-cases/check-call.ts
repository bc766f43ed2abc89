import type { AuroraField } from "@aurora/contracts";
import { AppError, sha256Hex } from "@aurora/kernel";
import type { CallContext } from "./call-context.ts";

/**
 * The `aurora` field says what its signed context says, and its texts are the ones that were signed.
 * @throws AppError `invalid_input` naming the first field that differs.
 */
export function assertAuroraMatches(aurora: AuroraField, context: CallContext): void {
  const isSigned = ({ chunk_id, content_hash }: AuroraField["evidence"][number], index: number) =>
    context.evidence[index]?.chunk_id === chunk_id && context.evidence[index].content_hash === content_hash;
  if (aurora.evidence.length !== context.evidence.length || !aurora.evidence.every(isSigned))
    throw mismatch("evidence");
  if (aurora.evidence.some(({ text, content_hash }) => sha256Hex(text) !== content_hash))
    throw mismatch("evidence/text");
  for (const field of [
    "permission_scope_hash",
    "prompt_version",
    "corpus_epoch",
    "source_app",
    "pack_id",
    "user_id",
    "query_id",
  ] as const)
    if (aurora[field] !== context[field]) throw mismatch(field);
}

const mismatch = (field: string): AppError =>
  new AppError("invalid_input", "The aurora field does not match its signed context.", {
    errors: [{ pointer: `/aurora/${field}`, code: "context_mismatch" }],
  });
