import { exactCacheKey, whyNotStored } from "@aurora/answer-cache";
import type { AnswerCipher } from "@aurora/auth";
import type { AuroraField, ChatRequest, SignedContext } from "@aurora/contracts";
import { type Clock, jobScope, type TenantScope } from "@aurora/kernel";
import { extractiveEngineVersion } from "@aurora/rag";
import type { Logger } from "@aurora/telemetry";
import type { SeenChoice } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import type { GatewayRows, LookUp, StoredAnswer } from "./gateway-rows.ts";
import { createLookUps } from "./look-up-together.ts";
import { byTenant, createWriteBehind } from "./write-behind.ts";

export interface CacheControl {
  /** Ask anew, and keep the new answer. */
  readonly noCache: boolean;
  readonly noStore: boolean;
}
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
  function opened(tenantId: string, keyHash: string, { entry, ...rest }: LookUp): LookUp {
    const text = entry && typeof entry.response.sealed === "string" ? entry.response.sealed : null;
    const response = text === null ? null : cipher.open({ tenantId, keyHash }, text);
    return { ...rest, entry: entry && response !== null ? { ...entry, response: JSON.parse(response) } : null };
  }

  return {
    keyOf(context: SignedContext, request: ChatRequest, aurora: AuroraField | null, route: Route | null): string {
      const { aurora: _stripped, ...body } = request;
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
      if ((recent || !isRead) && !needsRules) return { entry: entryOf(recent), egress: [] };
      const found = lookUp(scope, { keyHash: isRead ? call.keyHash : null, sourceApps: call.sourceApps });
      const answer = needsRules ? await found : await missWhenSlow(found, logger);
      return recent ? { ...answer, entry: entryOf(recent) } : opened(scope.tenantId, call.keyHash, answer);
    },

    /** Keeps the answer when the rules allow it; written after the caller has it. */
    keep(
      tenantId: string,
      keyHash: string,
      call: { request: ChatRequest; control: CacheControl; route: Route | null; documentIds: readonly string[] },
      answer: FinishedAnswer,
    ): void {
      const { request, control, route } = call;
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
