import {
  answersAgree,
  citedKeys,
  comparedLanguages,
  decideVerified,
  evidenceAgrees,
  evidenceKey,
  type ReadQuestion,
  readForCache,
  recheckProbability,
  renumberMarkers,
  type Verifier,
} from "@aurora/answer-cache";
import type { AnswerCipher } from "@aurora/auth";
import { type Clock, type Ids, jobScope } from "@aurora/kernel";
import type { Embedder } from "@aurora/llm";
import type { Logger } from "@aurora/telemetry";
import type { VectorStore } from "@aurora/vector-store";
import { byTenant, createWriteBehind } from "../use-cases/write-behind.ts";
import { answerText, withAnswerText } from "./completion-text.ts";
import type {
  FoundEntry,
  SemanticCache,
  SemanticEntry,
  SemanticEvent,
  SemanticHit,
  SemanticLookUp,
  SemanticMiss,
  SemanticQuestion,
  SemanticRows,
} from "./types.ts";

/** A slow cache is a miss: an answer is never kept waiting for it. */
const standardLimitMs = 50;
/** Comparisons of so many days count for what is known of a tenant. */
const evidenceDays = 30;
const collection = "llm_cache_semantic";
const sweepEveryMs = 60_000;
const sweepAtMost = 500;

export interface SemanticCacheOptions {
  readonly rows: SemanticRows;
  readonly vectors: Pick<VectorStore, "query" | "upsert" | "delete">;
  /** Of this process: a question waits for nothing else. */
  readonly embedder: Embedder;
  readonly cipher: AnswerCipher;
  readonly verifier: Verifier | null;
  readonly clock: Clock;
  readonly ids: Ids;
  /** From 0 to 1: which would-be hits are asked anew. */
  readonly random: () => number;
  /** Default 50. */
  readonly slowestLookUpMs?: number;
  readonly logger: Logger;
}

/**
 * Answers found by the likeness of questions. The vector store only proposes; the row in Postgres is the entry, so that
 * what a transaction deleted is found by no replica. Of the candidates within one scope hash, nearest first, one is a hit
 * when both questions say the same (`decide`), their evidence agrees, and the entry was never wrong at this similarity.
 */
export function createSemanticCache(options: SemanticCacheOptions): SemanticCache {
  const { cipher, clock, embedder, ids, logger, random, rows, vectors, verifier } = options;
  const slowestLookUpMs = options.slowestLookUpMs ?? standardLimitMs;
  for (const language of comparedLanguages) readForCache("?", language); // the rules are compiled now, not by the first question
  const scopeOf = (tenantId: string) => jobScope(tenantId, "gateway.semantic-cache");
  const sweptAtMs = new Map<string, number>();

  const events = createWriteBehind<SemanticEvent & { readonly tenantId: string }>({
    name: "semantic cache events",
    maxItems: 5_000,
    maxBatch: 256,
    intervalMs: 200,
    logger,
    write: async (batch) => {
      for (const [tenantId, own] of byTenant(batch)) await rows.recordEvents(scopeOf(tenantId), own);
      for (const tenantId of byTenant(batch).keys()) await sweepWhenDue(tenantId);
    },
  });
  const entries = createWriteBehind<{
    readonly tenantId: string;
    readonly entry: SemanticEntry;
    readonly text: string;
  }>({
    name: "semantic cache",
    maxItems: 500,
    maxBatch: 32,
    intervalMs: 20,
    logger,
    write: async (batch) => {
      for (const [tenantId, own] of byTenant(batch)) {
        const scope = scopeOf(tenantId);
        const dense = await embedder.embed(
          own.map(({ text }) => text),
          "query",
        );
        // the row first: a point without one is nothing, a row without a point is never found
        const kept = new Set(
          await rows.insertEntries(
            scope,
            own.map(({ entry }) => entry),
          ),
        );
        const points = own.flatMap(({ entry }, index) => {
          const vector = dense[index];
          if (!vector || !kept.has(entry.id)) return [];
          return [{ id: entry.id, dense: vector, sparse: null, payload: payloadOf(entry) }];
        });
        if (points.length > 0) await vectors.upsert(scope, collection, points);
      }
    },
  });
  const payloadOf = ({ scopeHash, language, documentIds, corpusEpoch, expiresAt, id }: SemanticEntry) => ({
    ...{ scope_hash: scopeHash, language, entry_id: id, document_ids: documentIds, corpus_epoch: corpusEpoch },
    ...{ expires_at: expiresAt.toISOString() },
  });

  /** Takes out of the vector store what is gone from the table; each replica may, for the tenants it serves. */
  async function sweepWhenDue(tenantId: string): Promise<void> {
    const now = clock.nowMs();
    if (now - (sweptAtMs.get(tenantId) ?? 0) < sweepEveryMs) return;
    sweptAtMs.set(tenantId, now);
    const scope = scopeOf(tenantId);
    await rows.deleteExpired(scope, new Date(now), sweepAtMost);
    const gone = await rows.listOrphans(scope, sweepAtMost);
    if (gone.length === 0) return;
    await vectors.delete(scope, collection, { must: [{ key: "entry_id", any: gone }] });
    await rows.forgetOrphans(scope, gone);
  }

  const tell = (tenantId: string, event: Omit<SemanticEvent, "at">) =>
    void events.add({ ...event, tenantId, at: new Date(clock.nowMs()) });

  async function candidates(asked: SemanticQuestion): Promise<{ id: string; similarity: number }[]> {
    const [dense] = await embedder.embed([asked.question], "query");
    if (!dense) return [];
    const hits = await vectors.query(scopeOf(asked.tenantId), collection, {
      dense,
      sparse: null,
      filter: { must: [{ key: "scope_hash", match: asked.scopeHash }] },
      limit: asked.policy.topK,
    });
    return hits
      .map(({ denseScore, id }) => ({ id, similarity: denseScore ?? 0 }))
      .filter(({ similarity }) => similarity >= asked.policy.threshold)
      .sort((a, b) => b.similarity - a.similarity)
      .slice(0, asked.policy.topK);
  }

  async function find(asked: SemanticQuestion, signal: AbortSignal): Promise<SemanticLookUp> {
    const question = readForCache(asked.question, asked.language);
    if (question.meaning === null) return miss(question.reason ?? "language", null);
    const near = await candidates(asked);
    const [best] = near;
    if (!best) return miss("none", null);
    const nowMs = clock.nowMs();
    const found = await rows.findEntries(
      scopeOf(asked.tenantId),
      near.map(({ id }) => id),
      { scopeHash: asked.scopeHash, now: new Date(nowMs), since: new Date(nowMs - evidenceDays * 86_400_000) },
    );
    const byId = new Map(found.entries.map((entry) => [entry.id, entry]));
    let first: SemanticMiss | null = null;
    for (const { id, similarity } of near) {
      const entry = byId.get(id);
      if (!entry) continue; // expired, or dropped by the transaction that changed what it draws on
      const judged = await judge(asked, question, entry, similarity, signal);
      if (typeof judged !== "string") {
        const probability = recheckProbability(entry, found, asked.policy);
        return {
          ...{ kind: "hit", completion: judged, similarity, entryId: id },
          ageSeconds: Math.max(0, Math.floor((nowMs - entry.createdAtMs) / 1_000)),
          recheck: asked.policy.shadow || random() < probability,
        };
      }
      tell(asked.tenantId, { entryId: id, kind: "rejected", reason: judged, similarity });
      first ??= miss(judged, similarity);
    }
    return first ?? miss("none", null);
  }

  /** The answer as this question may be given it, or why it may not. */
  async function judge(
    asked: SemanticQuestion,
    question: ReadQuestion,
    entry: FoundEntry,
    similarity: number,
    signal: AbortSignal,
  ): Promise<Record<string, unknown> | string> {
    if (similarity < entry.threshold) return "own_threshold";
    const chunks = asked.evidence.map(evidenceKey);
    const drawnFrom = { chunks: entry.evidence, cited: entry.cited, corpusEpoch: entry.corpusEpoch };
    if (!evidenceAgrees(drawnFrom, { chunks, corpusEpoch: asked.corpusEpoch })) return "evidence";
    const text = cipher.open({ tenantId: asked.tenantId, keyHash: `${entry.id}:question` }, entry.question);
    if (text === null) return "unreadable";
    const known = readForCache(text, asked.language);
    const { threshold } = asked.policy;
    const decision = await decideVerified({ a: known, b: question, similarity, threshold }, verifier, signal);
    if (!decision.hit) return decision.reason;
    const sealed = cipher.open({ tenantId: asked.tenantId, keyHash: `${entry.id}:answer` }, entry.response);
    if (sealed === null) return "unreadable";
    const completion = JSON.parse(sealed) as Record<string, unknown>;
    const renumbered = renumberMarkers(answerText(completion) ?? "", entry.evidence, chunks);
    return renumbered === null ? "evidence" : withAnswerText(completion, renumbered);
  }

  return {
    async lookUp(asked) {
      tell(asked.tenantId, { entryId: null, kind: "lookup", reason: null, similarity: null });
      const limit = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      const slow = new Promise<SemanticLookUp>((resolve) => {
        timer = setTimeout(() => {
          limit.abort();
          resolve(miss("slow", null));
        }, slowestLookUpMs);
      });
      const found = find(asked, limit.signal).catch((error: unknown): SemanticLookUp => {
        logger.warn({ err: error }, "semantic cache look-up failed");
        return miss("failed", null);
      });
      const result = await Promise.race([found, slow]);
      clearTimeout(timer);
      if (result.kind === "hit" && (!result.recheck || asked.policy.shadow))
        tell(asked.tenantId, {
          entryId: result.entryId,
          kind: asked.policy.shadow ? "shadow_hit" : "hit",
          reason: null,
          similarity: result.similarity,
        });
      return result;
    },

    keep(asked, { completion }) {
      const { language, model, packId, policy, scopeHash, sourceApp, tenantId } = asked;
      const question = readForCache(asked.question, language);
      const text = answerText(completion);
      const evidence = asked.evidence.map(evidenceKey);
      const cited = text === null ? null : citedKeys(text, evidence);
      if (question.meaning === null || cited === null || policy.ttlSeconds <= 0) return;
      const id = ids.uuid();
      const nowMs = clock.nowMs();
      const entry: SemanticEntry = {
        ...{ id, scopeHash, sourceApp, packId, language, model, evidence, cited, embedderId: embedder.id },
        question: cipher.seal({ tenantId, keyHash: `${id}:question` }, asked.question),
        response: cipher.seal({ tenantId, keyHash: `${id}:answer` }, JSON.stringify(completion)),
        corpusEpoch: asked.corpusEpoch,
        documentIds: [...new Set(asked.documentIds)],
        createdAt: new Date(nowMs),
        expiresAt: new Date(nowMs + policy.ttlSeconds * 1_000),
      };
      entries.add({ tenantId, entry, text: asked.question });
    },

    compare(asked, hit: SemanticHit, fresh) {
      const evidence = asked.evidence.map(evidenceKey);
      const read = (completion: Record<string, unknown>) => {
        const text = answerText(completion) ?? "";
        return { text, cited: citedKeys(text, evidence) ?? [] };
      };
      const agreed = answersAgree(read(hit.completion), read(fresh));
      const kind = agreed ? "agreed" : "disagreed";
      tell(asked.tenantId, { entryId: hit.entryId, kind, reason: null, similarity: hit.similarity });
      return agreed;
    },

    async close() {
      await Promise.all([entries.close(), events.close()]);
    },
  };
}

const miss = (reason: string, similarity: number | null): SemanticMiss => ({ kind: "miss", reason, similarity });
