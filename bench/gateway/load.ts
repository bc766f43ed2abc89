import { signContext } from "@aurora/auth";
import { internalSecretHeader, signedContextHeader } from "@aurora/contracts";
import { sha256Hex } from "@aurora/kernel";
import type { Pool } from "undici";
import { internalSecret } from "./messages.ts";

/** `slow`: upstream takes 30 ms. `paced`: a stream whose events come one by one, each stamped. */
export type PreparedKind = "json" | "stream" | "slow" | "paced" | "embeddings";
export interface Prepared {
  readonly path: string;
  readonly isStamped: boolean;
  readonly body: Buffer;
  readonly headers: Record<string, string>;
}

const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, "0")}`;
/** Six chunks of a thousand characters: what a question of the product brings along. */
const texts = Array.from({ length: 6 }, (_, n) => `Passage ${n}. ${"Deux jours par semaine. ".repeat(41)}`);
const hashes = texts.map((text) => sha256Hex(text));

/** One signed call. Calls of two seeds never share a cache entry; calls of one seed always do. */
export function prepare(tenantId: string, documentId: string, seed: number, kind: PreparedKind): Prepared {
  const claims = {
    permission_scope_hash: sha256Hex("scope"),
    prompt_version: "bench",
    corpus_epoch: 1,
    source_app: "rh",
    pack_id: null,
    user_id: "u",
    query_id: uuid(9),
  };
  const evidence = texts.map((text, n) => ({ chunk_id: uuid(n), content_hash: hashes[n] ?? "", text }));
  const isEmbeddings = kind === "embeddings";
  const input = Array.from({ length: 8 }, (_, n) => `${seed} ${n} ${texts[n % texts.length]?.slice(0, 200)}`);
  const chat = {
    max_tokens: kind === "slow" ? 30 : kind === "paced" ? 7 : 500,
    temperature: 0,
    seed,
    stream: kind === "stream" || kind === "paced",
    messages: [{ role: "user", content: texts.join("\n") }],
    aurora: {
      ...claims,
      question: "Combien de jours ?",
      language: "fr",
      evidence: evidence.map((chunk) => ({ ...chunk, document_id: documentId, title: "Guide", page: 1 })),
    },
  };
  const body = Buffer.from(JSON.stringify({ model: "mock/m", ...(isEmbeddings ? { input } : chat) }));
  const context = signContext(internalSecret, {
    ...claims,
    version: 1,
    purpose: "corpus",
    caller_app: "unknown",
    tenant_id: tenantId,
    evidence_source_apps: ["rh"],
    embedded_document_ids: [],
    evidence: isEmbeddings ? [] : evidence.map(({ chunk_id, content_hash }) => ({ chunk_id, content_hash })),
    body_sha256: sha256Hex(body),
    issued_at_ms: Date.now(),
  });
  const headers = {
    "content-type": "application/json",
    [internalSecretHeader]: internalSecret,
    [signedContextHeader]: context,
  };
  return { body, headers, path: isEmbeddings ? "/v1/embeddings" : "/v1/chat/completions", isStamped: kind === "paced" };
}

export interface LoadResult {
  /** Until the last byte of each answer. */
  readonly latenciesMs: readonly number[];
  /** Of stamped events: from leaving the provider to arriving here. */
  readonly lagsMs: readonly number[];
  /** Of the chunks of all answers: the share that held more than one event. */
  readonly mergedShare: number;
  readonly seconds: number;
}

/** Sends every call, `concurrency` at a time. @throws Error for any answer but 200: a bench of errors measures nothing. */
export async function sendAll(pool: Pool, calls: readonly Prepared[], concurrency: number): Promise<LoadResult> {
  const latenciesMs: number[] = [];
  const lagsMs: number[] = [];
  let chunks = 0;
  let merged = 0;
  let next = 0;
  const start = performance.now();
  const worker = async () => {
    for (let call = calls[next++]; call !== undefined; call = calls[next++]) {
      const sentAt = performance.now();
      const answer = await pool.request({ method: "POST", path: call.path, body: call.body, headers: call.headers });
      if (answer.statusCode !== 200) throw new Error(`status ${answer.statusCode}: ${await answer.body.text()}`);
      for await (const chunk of answer.body as AsyncIterable<Buffer>) {
        const stamps = call.isStamped ? [...chunk.toString().matchAll(/"created":(\d{10,}\.?\d*)/g)] : [];
        for (const [, stamp] of stamps) lagsMs.push(performance.timeOrigin + performance.now() - Number(stamp));
        if (stamps.length > 0) chunks += 1;
        if (stamps.length > 1) merged += 1;
      }
      latenciesMs.push(performance.now() - sentAt);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return {
    latenciesMs,
    lagsMs,
    mergedShare: chunks === 0 ? 0 : merged / chunks,
    seconds: (performance.now() - start) / 1_000,
  };
}
