import { signContext } from "@aurora/auth";
import { internalSecretHeader, type SignedContext, signedContextHeader } from "@aurora/contracts";
import { type Clock, sha256Hex } from "@aurora/kernel";

export const internalSecret = "integration-secret-of-32-characters!";

const id = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
export const evidenceText = "Un salarié à temps plein peut prendre deux jours de télétravail par semaine.";
export const question = "Combien de jours de télétravail par semaine ?";

export interface CallOptions {
  readonly path?: string;
  readonly body?: Record<string, unknown>;
  /** Changes to the signed context. */
  readonly context?: Partial<SignedContext>;
  readonly headers?: Record<string, string | undefined>;
  /** Sent instead of the body that was signed. */
  readonly sentBody?: string;
  readonly signal?: AbortSignal;
}

/** The body of one question about one chunk, and the context that goes with it. */
export function chatBody(model: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    model,
    temperature: 0,
    messages: [{ role: "user", content: question }],
    aurora: {
      question,
      language: "fr",
      evidence: [
        {
          chunk_id: id(1),
          content_hash: sha256Hex(evidenceText),
          document_id: id(2),
          title: "Guide du télétravail",
          headings: ["Règles"],
          page: 3,
          language: "fr",
          text: evidenceText,
        },
      ],
      permission_scope_hash: sha256Hex("scope"),
      prompt_version: "answer-1",
      corpus_epoch: 1,
      source_app: "rh",
      pack_id: null,
      user_id: "u1",
      query_id: id(3),
    },
    ...more,
  };
}
export const evidenceDocumentId = id(2);

/** Calls a listening Gateway as the API does. */
export function createCaller(baseUrl: string, tenantId: string, clock: Clock) {
  return (options: CallOptions = {}): Promise<Response> => {
    const { path = "/v1/chat/completions", body } = options;
    const bytes = body === undefined ? "" : JSON.stringify(body);
    const context: SignedContext = {
      version: 1,
      purpose: "corpus",
      tenant_id: tenantId,
      user_id: "u1",
      caller_app: "unknown",
      permission_scope_hash: sha256Hex("scope"),
      source_app: "rh",
      evidence_source_apps: ["rh"],
      embedded_document_ids: [],
      pack_id: null,
      evidence: body?.aurora ? [{ chunk_id: id(1), content_hash: sha256Hex(evidenceText) }] : [],
      prompt_version: "answer-1",
      corpus_epoch: 1,
      query_id: id(3),
      body_sha256: sha256Hex(bytes),
      issued_at_ms: clock.nowMs(),
      ...options.context,
    };
    const headers: Record<string, string> = {};
    const all = {
      "content-type": body === undefined ? undefined : "application/json",
      [internalSecretHeader]: internalSecret,
      [signedContextHeader]: signContext(internalSecret, context),
      ...options.headers,
    };
    for (const [name, value] of Object.entries(all)) if (value !== undefined) headers[name] = value;
    return fetch(`${baseUrl}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers,
      ...(body === undefined ? {} : { body: options.sentBody ?? bytes }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  };
}

/** The `data:` payloads of a stream, `[DONE]` included. */
export const dataOf = (text: string): string[] =>
  text.split(/\r?\n/).flatMap((line) => (line.startsWith("data:") ? [line.slice(5).trim()] : []));
export const contentOf = (text: string): string =>
  dataOf(text)
    .filter((data) => data !== "[DONE]")
    .map(
      (data) =>
        (JSON.parse(data) as { choices?: { delta?: { content?: string } }[] }).choices?.[0]?.delta?.content ?? "",
    )
    .join("");
