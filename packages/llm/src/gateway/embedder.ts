import { modelAnswerLimits } from "@aurora/contracts";
import { AppError, derivedUuid, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { Embedder, EmbedderSource } from "../embedder.ts";
import { type GatewayAnswer, type GatewayConnection, postSigned } from "./internal-call.ts";

export interface GatewayEmbedderOptions {
  /** As the Gateway knows it: `provider/model`. */
  readonly model: string;
  readonly dimensions: number;
  /** The corpora whose text is embedded, or asked about: the Gateway judges egress on them. */
  readonly sourceApps: readonly string[];
  /** Whose text is embedded: the Gateway logs what went where. */
  readonly documentIds?: readonly string[];
  readonly maxTextsPerCall?: number;
}

/** As the Gateway knows it (`provider/model`), and the width of its vectors. */
export interface RemoteModel {
  readonly model: string;
  readonly dimensions: number;
}

/** One embedding model behind `/v1/embeddings` for every tenant: each calls the provider it has under the model's name. */
export function createGatewayEmbedderSource(connection: GatewayConnection, model: RemoteModel): EmbedderSource {
  return {
    id: embedderId(model),
    dimensions: model.dimensions,
    embedderFor: (scope, sourceApps, documentIds = []) =>
      createGatewayEmbedder(connection, scope, { ...model, sourceApps, documentIds }),
  };
}

const embedderId = (options: RemoteModel): string => `${options.model}@${options.dimensions}`;

/** Which model an embedder's id stands for; null for one that is not behind the Gateway. */
export function remoteModelOf(id: string): RemoteModel | null {
  const [, model, dimensions] = /^(.+\/.+)@(\d+)$/.exec(id) ?? [];
  return model ? { model, dimensions: Number(dimensions) } : null;
}

/** An embedding model behind `/v1/embeddings`. Made for one scope, since its texts leave the process. */
export function createGatewayEmbedder(
  connection: GatewayConnection,
  scope: TenantScope,
  options: GatewayEmbedderOptions,
): Embedder {
  const { dimensions, maxTextsPerCall = 64, model } = options;

  async function embedBatch(texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]> {
    const claims = {
      purpose: "corpus" as const,
      tenant_id: scope.tenantId,
      user_id: scope.principal.id,
      caller_app: "unknown",
      permission_scope_hash: sha256Hex("embeddings"),
      source_app: null,
      evidence_source_apps: [...options.sourceApps],
      embedded_document_ids: [...(options.documentIds ?? [])],
      pack_id: null,
      evidence: [],
      prompt_version: "embeddings",
      corpus_epoch: 0,
      query_id: derivedUuid("embeddings", scope.tenantId, model, sha256Hex(texts.join("\n"))),
    };
    const body = { model, input: texts, encoding_format: "float" };
    let answer: GatewayAnswer;
    try {
      answer = await postSigned(connection, "/v1/embeddings", body, claims, signal);
    } catch (error) {
      throw asEmbedderError(error, model);
    }
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of answer.body as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > modelAnswerLimits.maxAnswerBytes) throw wrong("size");
      parts.push(part);
    }
    return vectorsOf(Buffer.concat(parts).toString("utf8"), texts.length, dimensions);
  }

  return {
    id: embedderId(options),
    dimensions,
    weak: false,
    maxTokensPerText: 512,
    maxTextsPerCall,
    async embed(texts, _purpose, signal) {
      if (texts.some((text) => text.trim() === "")) throw new AppError("invalid_input", "A text to embed is empty.");
      const vectors: Float32Array[] = [];
      for (let at = 0; at < texts.length; at += maxTextsPerCall) {
        signal?.throwIfAborted();
        vectors.push(...(await embedBatch(texts.slice(at, at + maxTextsPerCall), signal)));
      }
      return vectors;
    },
  };
}

/** The caller chose no model: one that the tenant does not have is a fault of the installation, not of the request. */
function asEmbedderError(error: unknown, model: string): unknown {
  if (!AppError.is(error) || error.code !== "invalid_input") return error;
  return new AppError("upstream_failed", "The embedding model of this installation is not among the providers.", {
    cause: error,
    params: { model },
  });
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
