import { canonicalJson, sha256Hex } from "@aurora/kernel";

/** Raised whenever the meaning of a key changes: older entries are then never found. */
export const keySchemaVersion = 1;

/** Everything that can change an answer (reference: gateway rules 35 and 36). */
export interface ExactKeyParts {
  readonly tenantId: string;
  readonly packId: string | null;
  readonly sourceApp: string | null;
  readonly permissionScopeHash: string;
  readonly provider: { readonly accountId: string; readonly baseUrl: string };
  readonly endpoint: "chat/completions" | "embeddings";
  /** As the provider calls it, after routing. */
  readonly resolvedModel: string;
  readonly promptVersion: string;
  readonly evidence: readonly { readonly chunk_id: string; readonly content_hash: string }[];
  /** What engines that read the signed evidence are asked, beside the messages. */
  readonly question: string | null;
  readonly language: string | null;
  /** The whole body as it is forwarded: unknown fields count. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** The only fields that cannot change the text of an answer. A deny-list, since allow-lists forget new fields. */
export const ignoredBodyFields: Readonly<Record<ExactKeyParts["endpoint"], ReadonlySet<string>>> = {
  "chat/completions": new Set([
    "stream",
    "stream_options",
    "user",
    "metadata",
    "store",
    "safety_identifier",
    "prompt_cache_key",
    "prompt_cache_retention",
    "prompt_cache_options",
  ]),
  embeddings: new Set(["user", "encoding_format"]),
};

/** SHA-256 hex over canonical JSON: the order of object keys never matters, that of arrays always does. */
export function exactCacheKey(parts: ExactKeyParts): string {
  const ignored = ignoredBodyFields[parts.endpoint];
  const body = Object.fromEntries(Object.entries(parts.body).filter(([field]) => !ignored.has(field)));
  const evidence = parts.evidence.map(({ chunk_id, content_hash }) => ({ chunk_id, content_hash }));
  return sha256Hex(canonicalJson({ ...parts, body, evidence, keySchemaVersion }));
}
