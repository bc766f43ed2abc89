import { join } from "node:path";
import { AppError, fixedClock, sequentialIds } from "@aurora/kernel";
import { loadStaticModel } from "@aurora/llm/static";
import { expect, it } from "vitest";
import type { LimitedCall, Limits } from "../limits/limit-types.ts";
import type { CallContext } from "./call-context.ts";
import type { Finished } from "./finished-call.ts";
import type { Presence } from "./presence.ts";
import { type RerankDeps, rerank } from "./rerank.ts";

it("the built-in reranker counts against the limits of its caller", async () => {
  const { wordVectors } = await loadStaticModel({
    folder: join(import.meta.dirname, "../../../../models/static-fr-en-192"),
  });
  const held: LimitedCall[] = [];
  const settled: unknown[] = [];
  const statuses: number[] = [];
  const limits: Limits = {
    async reserve(call) {
      if (held.length > 0) throw new AppError("rate_limited", "Too many.");
      held.push(call);
      return { headers: { "ratelimit-limit": "1" }, settle: (actual) => settled.push(actual) };
    },
    close: async () => undefined,
  };
  const nothing = { traceId: null, attemptStarted: () => ({}), finished: () => undefined };
  const deps = {
    ...{ limits, wordVectors, clock: fixedClock(0), ids: sequentialIds() },
    observer: { start: () => nothing },
    onFinished: ({ row }: Finished) => statuses.push(row.status),
  } as unknown as RerankDeps;
  const context = { tenant_id: "t", key: null, caller_app: "shop", user_id: null, source_app: null } as CallContext;
  const presence = { signal: new AbortController().signal, isGone: false } as Presence;
  const request = { model: "aurora/rerank", query: "congé", documents: ["le congé annuel", "la cantine"] };

  const reply = await rerank(deps, { context, presence, request });
  expect(reply).toMatchObject({ status: 200, headers: { "ratelimit-limit": "1" } });
  expect(held).toMatchObject([{ tenantId: "t", estimatedTokens: 8, estimatedCostMicroUsd: 0 }]);
  expect(settled).toEqual([{ tokens: 8, costMicroUsd: 0 }]);
  await expect(rerank(deps, { context, presence, request })).rejects.toMatchObject({ code: "rate_limited" });
  expect(statuses).toEqual([200, 429]);
});
