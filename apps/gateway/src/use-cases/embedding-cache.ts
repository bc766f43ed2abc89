import type { AnswerCipher } from "@aurora/auth";
import { type Clock, canonicalJson, jobScope, sha256Hex, type TenantScope } from "@aurora/kernel";
import type { Logger } from "@aurora/telemetry";
import type { Route } from "../providers/directory.ts";
import type { CallContext } from "./call-context.ts";
import { bytesOfVector, type EmbeddingInput, vectorOfBytes } from "./embedding-vectors.ts";
import { byTenant, createWriteBehind } from "./write-behind.ts";

/** What the cache needs of the database. */
export interface EmbeddingRows {
  findEmbeddings(scope: TenantScope, keyHashes: readonly string[], now: Date): Promise<ReadonlyMap<string, string>>;
  storeEmbeddings(
    scope: TenantScope,
    entries: readonly {
      readonly keyHash: string;
      readonly sealed: string;
      readonly createdAt: Date;
      readonly expiresAt: Date;
    }[],
  ): Promise<void>;
}

export interface EmbeddingCache {
  /** False for texts of documents: ingestion keeps those itself, and erases them with their document. */
  covers(context: CallContext): boolean;
  /** Of what is known of these keys. A slow or failing database knows nothing. */
  read(scope: TenantScope, keyHashes: readonly string[]): Promise<ReadonlyMap<string, Float32Array>>;
  /** Written after the caller has the answer. */
  keep(tenantId: string, entries: ReadonlyMap<string, Float32Array>): void;
  close(): Promise<void>;
}

/** Fields of a request that cannot change a vector. */
const ignoredFields = new Set(["input", "model", "user", "encoding_format"]);

/**
 * Everything that decides the vector of one text. The permission hash keeps a virtual key's entries to itself unless its
 * owner shares its cache; every field nobody has heard of counts.
 */
export function embeddingKeys(
  context: Pick<CallContext, "tenant_id" | "permission_scope_hash">,
  route: Pick<Route, "target" | "model">,
  request: Readonly<Record<string, unknown>>,
  inputs: readonly EmbeddingInput[],
): string[] {
  const fields = Object.fromEntries(Object.entries(request).filter(([name]) => !ignoredFields.has(name)));
  const { baseUrl, id } = route.target;
  const { permission_scope_hash: scopeHash, tenant_id: tenantId } = context;
  const common = sha256Hex(canonicalJson({ version: 1, tenantId, scopeHash, id, baseUrl, model: route.model, fields }));
  return inputs.map((input) =>
    sha256Hex(`${common} ${typeof input === "string" ? `text ${input}` : `tokens ${input}`}`),
  );
}

/** A slower cache costs about as much as the provider. */
const slowestLookUpMs = 200;

/** Vectors of single texts in Postgres, sealed like cached answers: a vector gives away much of its text. */
export function createEmbeddingCache(options: {
  readonly rows: EmbeddingRows;
  readonly cipher: AnswerCipher;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 = keep nothing. */
  readonly ttlSeconds: number;
}): EmbeddingCache {
  const { cipher, clock, logger, rows, ttlSeconds } = options;
  const writer = createWriteBehind<{ tenantId: string; keyHash: string; vector: Float32Array }>({
    name: "embedding cache",
    maxItems: 4_096, // of some kilobytes each
    maxBatch: 256,
    intervalMs: 50,
    logger,
    async write(batch) {
      const now = clock.nowMs();
      for (const [tenantId, own] of byTenant(batch))
        await rows.storeEmbeddings(
          jobScope(tenantId, "gateway.cache"),
          own.map(({ keyHash, vector }) => ({
            keyHash,
            sealed: cipher.seal({ tenantId, keyHash }, bytesOfVector(vector).toString("base64")),
            createdAt: new Date(now),
            expiresAt: new Date(now + ttlSeconds * 1_000),
          })),
        );
    },
  });

  function opened(tenantId: string, found: ReadonlyMap<string, string>): ReadonlyMap<string, Float32Array> {
    const vectors = new Map<string, Float32Array>();
    for (const [keyHash, sealed] of found) {
      const text = cipher.open({ tenantId, keyHash }, sealed);
      const vector = text === null ? null : vectorOfBytes(Buffer.from(text, "base64"));
      if (vector) vectors.set(keyHash, vector);
    }
    return vectors;
  }

  return {
    covers: (context) => ttlSeconds > 0 && context.embedded_document_ids.length === 0,
    async read(scope, keyHashes) {
      const nothing: ReadonlyMap<string, string> = new Map();
      let timer: NodeJS.Timeout | undefined;
      const slow = new Promise<typeof nothing>((resolve) => {
        timer = setTimeout(() => resolve(nothing), slowestLookUpMs);
      });
      const found = rows.findEmbeddings(scope, keyHashes, new Date(clock.nowMs())).catch((error: unknown) => {
        logger.warn({ err: error }, "embedding cache look-up failed");
        return nothing;
      });
      const first = await Promise.race([found, slow]);
      clearTimeout(timer);
      return opened(scope.tenantId, first);
    },
    keep(tenantId, entries) {
      for (const [keyHash, vector] of entries) writer.add({ tenantId, keyHash, vector });
    },
    close: () => writer.close(),
  };
}
