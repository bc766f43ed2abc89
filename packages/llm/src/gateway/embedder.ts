import { AppError, derivedUuid, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { Embedder } from "../embedder.ts";
import { type GatewayConnection, postSigned } from "./internal-call.ts";

export interface GatewayEmbedderOptions {
  /** As the Gateway knows it: `provider/model`. */
  readonly model: string;
  readonly dimensions: number;
  /** Asked of the provider too (`dimensions`); models that cannot shorten their vectors refuse it. */
  readonly asksDimensions?: boolean;
  readonly location: "local" | "external";
  /** The corpora whose text is embedded: the Gateway judges egress on them. */
  readonly sourceApps: readonly string[];
  readonly maxTokensPerText?: number;
  readonly maxTextsPerCall?: number;
  /** Put before a question and before a passage, e.g. `query: ` and `passage: ` for the e5 models. */
  readonly prefixes?: { readonly query: string; readonly passage: string };
}

/** An embedding model behind `/v1/embeddings`. Made for one scope, since its texts leave the process. */
export function createGatewayEmbedder(
  connection: GatewayConnection,
  scope: TenantScope,
  options: GatewayEmbedderOptions,
): Embedder {
  const { dimensions, maxTextsPerCall = 64, model, prefixes = { query: "", passage: "" } } = options;

  async function embedBatch(texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    const body = { model, input: texts, encoding_format: "float", ...(options.asksDimensions ? { dimensions } : {}) };
    const answer = await postSigned(
      connection,
      "/v1/embeddings",
      body,
      {
        tenant_id: scope.tenantId,
        user_id: scope.principal.id,
        permission_scope_hash: sha256Hex("embeddings"),
        source_app: null,
        evidence_source_apps: [...options.sourceApps],
        pack_id: null,
        evidence: [],
        prompt_version: "embeddings",
        corpus_epoch: 0,
        query_id: derivedUuid("embeddings", scope.tenantId, model, sha256Hex(texts.join("\n"))),
      },
      signal,
    );
    const parts: Buffer[] = [];
    for await (const part of answer.body) parts.push(part as Buffer);
    return vectorsOf(Buffer.concat(parts).toString("utf8"), texts.length, dimensions);
  }

  return {
    id: `${model}@${dimensions}`,
    dimensions,
    weak: false,
    maxTokensPerText: options.maxTokensPerText ?? 512,
    maxTextsPerCall,
    location: options.location,
    async embed(texts, purpose, signal) {
      if (texts.some((text) => text.trim() === "")) throw new AppError("invalid_input", "A text to embed is empty.");
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += maxTextsPerCall) {
        signal?.throwIfAborted();
        const batch = texts.slice(at, at + maxTextsPerCall).map((text) => prefixes[purpose] + text);
        vectors.push(...(await embedBatch(batch, signal)));
      }
      return vectors;
    },
  };
}

/** In the order of the texts, whatever the order of the answer. */
function vectorsOf(json: string, count: number, dimensions: number): Float32Array[] {
  const { data } = readJson(json);
  const vectors: (Float32Array | undefined)[] = Array.from({ length: count });
  for (const [place, item] of (data ?? []).entries()) {
    const values = item.embedding;
    if (!Array.isArray(values) || values.length !== dimensions) throw wrong("width");
    vectors[item.index ?? place] = normalised(Float32Array.from(values));
  }
  const complete = vectors.filter((vector) => vector !== undefined);
  if (complete.length !== count || vectors.length !== count) throw wrong("count");
  return complete;
}

function readJson(json: string): { data?: readonly { index?: number; embedding?: unknown }[] } {
  try {
    return JSON.parse(json) as { data?: readonly { index?: number; embedding?: unknown }[] };
  } catch {
    throw wrong("json");
  }
}

function normalised(vector: Float32Array): Float32Array {
  const length = Math.hypot(...vector);
  return length === 0 ? vector : vector.map((value) => value / length);
}

const wrong = (what: string): AppError =>
  new AppError("upstream_failed", "The embedding model's answer is not usable.", { internal: { what } });
