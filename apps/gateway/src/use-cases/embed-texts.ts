import type { EmbeddingsRequest, SignedContext } from "@aurora/contracts";
import { AppError, jobScope } from "@aurora/kernel";
import { usageOf } from "../providers/completion.ts";
import { estimateTokens, promptChars, startRecord } from "./call-record.ts";
import { type ChatDeps, miss, pricesOf, type Reply } from "./chat-call.ts";
import { assertEgress, corporaOf } from "./egress.ts";
import { guarded, readWhole, statusOf } from "./forward.ts";

/** Passes texts to the provider of an embedding model, under the same egress rules as chat. Nothing is cached. */
export async function embedTexts(
  deps: ChatDeps,
  call: { readonly context: SignedContext; readonly request: EmbeddingsRequest; readonly signal: AbortSignal },
): Promise<Reply> {
  const { context, request, signal } = call;
  const record = startRecord({
    context,
    endpoint: "embeddings",
    model: request.model,
    isStream: false,
    documentIds: context.embedded_document_ids,
    clock: deps.clock,
    ids: deps.ids,
    add: deps.addUsage,
  });
  record.cacheStatus = "bypass";
  try {
    if (context.purpose !== "corpus") throw new AppError("invalid_input", "A probe embeds nothing.");
    const scope = jobScope(context.tenant_id, "gateway.embeddings");
    const route = await deps.directory.resolve(scope, request.model);
    record.route = route;
    if (route.location === "external") {
      const none = { noCache: true, noStore: true };
      const { egress } = await deps.cache.lookUp(scope, { keyHash: "", sourceApps: corporaOf(context), control: none });
      assertEgress(route, context, egress);
    }
    record.upstreamStarted();
    const body = JSON.stringify({ ...request, model: route.model });
    const answer = await guarded(signal, async () =>
      readWhole(await deps.upstream.post(route.target, "/embeddings", body, signal)),
    );
    record.upstreamEnded();
    record.firstChunk();
    record.usage = answer.json && usageOf(answer.json);
    if (record.usage === null && answer.status === 200) {
      record.usage = { promptTokens: estimateTokens(promptChars(request.input)), completionTokens: 0 };
      record.isUsageEstimated = true;
    }
    record.finish(answer.status, answer.status === 200 ? null : "provider_error");
    return { ...answer, cache: miss, prices: pricesOf(route) };
  } catch (error) {
    const { status, code } = statusOf(error, signal);
    record.finish(status, code);
    throw error;
  }
}
