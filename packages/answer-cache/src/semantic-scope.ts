import { canonicalJson, sha256Hex } from "@aurora/kernel";
import { type ExactKeyParts, ignoredBodyFields } from "./exact-key.ts";

/** Raised whenever the meaning of a scope, or how questions are read, changes: older entries are then never found. */
export const semanticScopeVersion = 1;

/** Everything that changes an answer, but the question and the evidence: both are compared by themselves. */
export interface SemanticScopeParts
  extends Omit<ExactKeyParts, "evidence" | "question" | "body" | "endpoint" | "language"> {
  readonly language: string;
  readonly embedderId: string;
  /** What the messages hold besides question and evidence (system prompt, template, history), hashed by who made them. */
  readonly messagesHash: string;
  /** The body without its messages: every parameter counts but those that cannot change the text. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** SHA-256 hex. A look-up finds entries of its own hash and no other: a filter before any vector is looked at. */
export function semanticScopeHash(parts: SemanticScopeParts): string {
  const ignored = ignoredBodyFields["chat/completions"];
  const parameters = Object.fromEntries(
    Object.entries(parts.parameters).filter(
      ([field]) => !ignored.has(field) && field !== "messages" && field !== "aurora",
    ),
  );
  return sha256Hex(canonicalJson({ ...parts, parameters, semanticScopeVersion }));
}

export interface AnswerEvidence {
  /** What the model was given, best first. */
  readonly chunks: readonly string[];
  readonly corpusEpoch: number;
}
/** How a chunk is named in the evidence of an entry: a changed text is another chunk. */
export const evidenceKey = (chunk: { readonly chunk_id: string; readonly content_hash: string }): string =>
  `${chunk.chunk_id}:${chunk.content_hash.slice(0, 32)}`;

/**
 * May an answer drawn from one evidence stand for a question that found another? When both found the same chunks; or, in
 * the same state of the corpus, the same best chunk and everything the answer cites. So a document that is new, changed or
 * gone drops the answers it bears on, and no other.
 */
export function evidenceAgrees(
  entry: AnswerEvidence & { readonly cited: readonly string[] },
  question: AnswerEvidence,
): boolean {
  const found = new Set(question.chunks);
  const isSame = entry.chunks.length === found.size && entry.chunks.every((chunk) => found.has(chunk));
  if (isSame) return true;
  const [best] = entry.chunks;
  return (
    entry.corpusEpoch === question.corpusEpoch &&
    best !== undefined &&
    best === question.chunks[0] &&
    entry.cited.length > 0 &&
    entry.cited.every((chunk) => found.has(chunk))
  );
}
