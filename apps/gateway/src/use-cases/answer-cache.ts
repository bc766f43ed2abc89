import { exactCacheKey, type NotStoredReason, whyNotStored } from "@aurora/answer-cache";
import type { AnswerCipher } from "@aurora/auth";
import { type Clock, jobScope, type TenantScope } from "@aurora/kernel";
import { extractiveEngineVersion } from "@aurora/rag";
import type { Logger } from "@aurora/telemetry";
import type { SeenChoice } from "../providers/completion.ts";
import type { Route } from "../providers/directory.ts";
import type { Caching } from "./caching.ts";
import type { GatewayRows, LookUp, StoredAnswer } from "./gateway-rows.ts";
import { createLookUps } from "./look-up-together.ts";
import type { OpenCall } from "./open-call.ts";
import { byTenant, createWriteBehind } from "./write-behind.ts";

/** What the key of an answer is made of. */
type KeyedCall = Pick<OpenCall, "aurora" | "context" | "guarded" | "request">;
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
}) {
  const { rows, cipher, clock, logger } = options;
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
  const isTooOld = (entry: LookUp["entry"], { maxAgeSeconds }: Pick<Caching, "maxAgeSeconds">): boolean =>
    entry !== null && maxAgeSeconds !== null && clock.nowMs() - entry.createdAtMs > maxAgeSeconds * 1_000;
  function opened(tenantId: string, keyHash: string, { entry, ...rest }: LookUp): LookUp {
    const text = entry && typeof entry.response.sealed === "string" ? entry.response.sealed : null;
    const response = text === null ? null : cipher.open({ tenantId, keyHash }, text);
    return { ...rest, entry: entry && response !== null ? { ...entry, response: JSON.parse(response) } : null };
  }

  return {
    keyOf({ aurora, context, guarded, request }: KeyedCall, route: Route | null): string {
      const { aurora: _stripped, model: _asked, ...body } = request; // an alias is what it leads to
      const masked = guarded?.isMasked ? { masked: guarded.body } : {}; // whose answer holds placeholders
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
        body: { ...body, ...masked },
      });
    },

    /** The entry and the egress rules. @throws what the database throws when rules are asked for: they fail closed. */
    async lookUp(
      scope: TenantScope,
      call: { keyHash: string; sourceApps: readonly string[]; caching: Pick<Caching, "maxAgeSeconds" | "readsExact"> },
    ): Promise<LookUp> {
      const isRead = call.caching.readsExact;
      const recent = isRead ? unwritten.get(pendingKey(scope.tenantId, call.keyHash)) : undefined;
      const needsRules = call.sourceApps.length > 0;
      const fresh = entryOf(recent);
      if ((fresh || !isRead) && !needsRules) return { entry: isTooOld(fresh, call.caching) ? null : fresh, egress: [] };
      const found = lookUp(scope, { keyHash: isRead ? call.keyHash : null, sourceApps: call.sourceApps });
      const answer = needsRules ? await found : await missWhenSlow(found, logger);
      const known = recent ? { ...answer, entry: entryOf(recent) } : opened(scope.tenantId, call.keyHash, answer);
      return isTooOld(known.entry, call.caching) ? { ...known, entry: null } : known;
    },

    /**
     * Whether callers who ask the same at the same time may have one answer: where they could have it from the cache a
     * moment later.
     */
    mayShare: ({ caching, request }: Pick<OpenCall, "caching" | "request">): boolean =>
      caching.readsExact &&
      caching.storesExact &&
      request.temperature === 0 &&
      (request.n ?? 1) === 1 &&
      request.tools === undefined,

    /** Keeps the answer when the rules allow it; written after the caller has it. */
    keep(
      call: Pick<OpenCall, "caching" | "context" | "documentIds" | "request">,
      keyHash: string,
      route: Route | null,
      answer: FinishedAnswer,
    ): void {
      const { storesExact } = call.caching;
      const tenantId = call.context.tenant_id;
      if (!storesExact || whyNotKept(call, route, answer) !== null) return;
      const now = clock.nowMs();
      const entry: StoredAnswer = {
        keyHash,
        model: route?.model ?? extractiveEngineVersion,
        response: answer.completion,
        documentIds: [...new Set(call.documentIds)],
        createdAt: new Date(now),
        expiresAt: new Date(now + call.caching.policy.ttlSeconds * 1_000),
      };
      const key = pendingKey(tenantId, keyHash);
      unwritten.set(key, entry);
      if (!writer.add({ tenantId, entry })) unwritten.delete(key);
    },

    close: () => writer.close(),
  };
}
export type AnswerCache = ReturnType<typeof createAnswerCache>;

/** Null when a whole answer may be kept, by either cache. */
export function whyNotKept(
  { caching, request }: Pick<OpenCall, "caching" | "request">,
  route: Route | null,
  { choices }: FinishedAnswer,
): NotStoredReason | null {
  const { storeAnyTemperature, storeToolCalls } = caching.policy;
  return whyNotStored({
    status: 200,
    isComplete: true,
    hadErrorEvent: false,
    request: {
      ...{ storeAnyTemperature, storeToolCalls },
      temperature: request.temperature ?? null,
      n: request.n ?? null,
      noStore: false,
      isDeterministic: route === null,
    },
    choices,
  });
}

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
