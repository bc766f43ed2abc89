import { exactCacheKey, whyNotStored } from "@aurora/answer-cache";
import type { AnswerCipher } from "@aurora/auth";
import type { AuroraField, ChatRequest } from "@aurora/contracts";
import { type Clock, jobScope, type TenantScope } from "@aurora/kernel";
import { extractiveEngineVersion } from "@aurora/rag";
import type { Logger } from "@aurora/telemetry";
import type { SeenChoice } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import type { CallContext } from "./call-context.ts";
import type { CacheControl } from "./chat-call.ts";
import type { GatewayRows, LookUp, StoredAnswer } from "./gateway-rows.ts";
import { createLookUps } from "./look-up-together.ts";
import { byTenant, createWriteBehind } from "./write-behind.ts";

export interface FinishedAnswer {
  readonly completion: Record<string, unknown>;
  readonly choices: readonly SeenChoice[];
}

/** A slow or failing cache is a miss: an answer is never lost to it. */
const slowestLookUpMs = 50;

/** The exact cache: Postgres, with the answers of the last moments, not written yet, in front of it. */
export function createAnswerCache(options: {
  readonly rows: Pick<GatewayRows, "lookUp" | "storeAnswers">;
  readonly cipher: AnswerCipher;
  readonly clock: Clock;
  readonly logger: Logger;
  /** 0 = keep nothing. */
  readonly ttlSeconds: number;
}) {
  const { rows, cipher, clock, logger, ttlSeconds } = options;
  const lookUp = createLookUps(rows, clock);
  const unwritten = new Map<string, StoredAnswer>();
  const pendingKey = (tenantId: string, keyHash: string) => `${tenantId} ${keyHash}`;
  const writer = createWriteBehind<{ readonly tenantId: string; readonly entry: StoredAnswer }>({
    name: "exact cache",
    maxItems: 1_000,
    maxBatch: 64,
    intervalMs: 20,
    logger,
    write: async (batch) => {
      for (const [tenantId, own] of byTenant(batch))
        await rows.storeAnswers(
          jobScope(tenantId, "gateway.cache"),
          own.map(({ entry }) => ({ ...entry, response: sealed(tenantId, entry) })),
        );
    },
    onDone: ({ tenantId, entry }) => {
      const key = pendingKey(tenantId, entry.keyHash);
      if (unwritten.get(key) === entry) unwritten.delete(key);
    },
  });

  /** No answer lies in the clear in the table (docs/decisions/0005-cached-text.md). */
  const sealed = (tenantId: string, { keyHash, response }: StoredAnswer) => ({
    sealed: cipher.seal({ tenantId, keyHash }, JSON.stringify(response)),
  });
  /** A row that another key sealed, or that was put elsewhere, is a miss. */
  const isTooOld = (entry: LookUp["entry"], { maxAgeSeconds }: CacheControl): boolean =>
    entry !== null && maxAgeSeconds !== null && clock.nowMs() - entry.createdAtMs > maxAgeSeconds * 1_000;
  function opened(tenantId: string, keyHash: string, { entry, ...rest }: LookUp): LookUp {
    const text = entry && typeof entry.response.sealed === "string" ? entry.response.sealed : null;
    const response = text === null ? null : cipher.open({ tenantId, keyHash }, text);
    return { ...rest, entry: entry && response !== null ? { ...entry, response: JSON.parse(response) } : null };
  }

  return {
    keyOf(context: CallContext, request: ChatRequest, aurora: AuroraField | null, route: Route | null): string {
      const { aurora: _stripped, model: _asked, ...body } = request; // an alias is what it leads to
      return exactCacheKey({
        tenantId: context.tenant_id,
        packId: context.pack_id,
        sourceApp: context.source_app,
        permissionScopeHash: context.permission_scope_hash,
        provider: { accountId: route?.target.id ?? "aurora", baseUrl: route?.target.baseUrl ?? "" },
        endpoint: "chat/completions",
        resolvedModel: route?.model ?? extractiveEngineVersion,
        promptVersion: context.prompt_version,
        evidence: context.evidence,
        question: aurora?.question ?? null,
        language: aurora?.language ?? null,
        body,
      });
    },

    /** The entry and the egress rules. @throws what the database throws when rules are asked for: they fail closed. */
    async lookUp(
      scope: TenantScope,
      call: { keyHash: string; sourceApps: readonly string[]; control: CacheControl },
    ): Promise<LookUp> {
      const isRead = ttlSeconds > 0 && !call.control.noCache;
      const recent = isRead ? unwritten.get(pendingKey(scope.tenantId, call.keyHash)) : undefined;
      const needsRules = call.sourceApps.length > 0;
      const fresh = entryOf(recent);
      if ((fresh || !isRead) && !needsRules) return { entry: isTooOld(fresh, call.control) ? null : fresh, egress: [] };
      const found = lookUp(scope, { keyHash: isRead ? call.keyHash : null, sourceApps: call.sourceApps });
      const answer = needsRules ? await found : await missWhenSlow(found, logger);
      const known = recent ? { ...answer, entry: entryOf(recent) } : opened(scope.tenantId, call.keyHash, answer);
      return isTooOld(known.entry, call.control) ? { ...known, entry: null } : known;
    },

    /**
     * Whether callers who ask the same at the same time may have one answer: where they could have it from the cache a
     * moment later.
     */
    mayShare: ({ control, request }: { control: CacheControl; request: ChatRequest }): boolean =>
      ttlSeconds > 0 &&
      !control.noCache &&
      !control.noStore &&
      request.temperature === 0 &&
      (request.n ?? 1) === 1 &&
      request.tools === undefined,

    /** Keeps the answer when the rules allow it; written after the caller has it. */
    keep(
      tenantId: string,
      keyHash: string,
      call: { request: ChatRequest; control: CacheControl; documentIds: readonly string[] },
      route: Route | null,
      answer: FinishedAnswer,
    ): void {
      const { request, control } = call;
      const reason = whyNotStored({
        status: 200,
        isComplete: true,
        hadErrorEvent: false,
        request: {
          temperature: request.temperature ?? null,
          n: request.n ?? null,
          noStore: control.noStore || ttlSeconds === 0,
          isDeterministic: route === null,
        },
        choices: answer.choices,
      });
      if (reason !== null) return;
      const now = clock.nowMs();
      const entry: StoredAnswer = {
        keyHash,
        model: route?.model ?? extractiveEngineVersion,
        response: answer.completion,
        documentIds: [...new Set(call.documentIds)],
        createdAt: new Date(now),
        expiresAt: new Date(now + ttlSeconds * 1_000),
      };
      const key = pendingKey(tenantId, keyHash);
      unwritten.set(key, entry);
      if (!writer.add({ tenantId, entry })) unwritten.delete(key);
    },

    close: () => writer.close(),
  };
}
export type AnswerCache = ReturnType<typeof createAnswerCache>;

const entryOf = (stored: StoredAnswer | undefined): LookUp["entry"] =>
  stored ? { response: stored.response, createdAtMs: stored.createdAt.getTime() } : null;

async function missWhenSlow(found: Promise<LookUp>, logger: Logger): Promise<LookUp> {
  const miss: LookUp = { entry: null, egress: [] };
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<LookUp>((resolve) => {
    timer = setTimeout(() => resolve(miss), slowestLookUpMs);
  });
  const safe = found.catch((error: unknown) => {
    logger.warn({ err: error }, "cache look-up failed");
    return miss;
  });
  const first = await Promise.race([safe, slow]);
  clearTimeout(timer);
  return first;
}
