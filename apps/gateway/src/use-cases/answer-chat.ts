import { offlineModel } from "@aurora/contracts";
import { type Clock, jobScope } from "@aurora/kernel";
import { choicesOf, chunksOf, usageOf } from "../providers/completion.ts";
import { sseData, sseDone } from "../providers/sse.ts";
import { startRecord } from "./call-record.ts";
import {
  type ChatCall,
  type ChatDeps,
  free,
  jsonHeaders,
  miss,
  type OpenCall,
  type Reply,
  streamHeaders,
} from "./chat-call.ts";
import { assertAuroraMatches } from "./check-call.ts";
import { assertEgress, corporaOf } from "./egress.ts";
import { runExtractive } from "./extractive.ts";
import { forward, statusOf } from "./forward.ts";
import { asProbe } from "./probe.ts";

/**
 * One chat call: checked against its context, routed, its egress judged, answered from the exact cache, the built-in
 * engine or a provider. One usage row, whatever happens.
 * @throws AppError for everything the caller is to be told.
 */
export async function answerChat(deps: ChatDeps, received: ChatCall): Promise<Reply> {
  const { context } = received;
  const isProbe = context.purpose === "probe";
  const aurora = received.request.aurora ?? null;
  const documentIds = [...new Set(aurora?.evidence.map(({ document_id }) => document_id) ?? [])];
  const record = startRecord({
    context,
    endpoint: "chat/completions",
    model: received.request.model,
    isStream: received.request.stream === true,
    documentIds,
    clock: deps.clock,
    ids: deps.ids,
    add: deps.addUsage,
  });
  try {
    const call = isProbe ? asProbe(received) : received;
    const { request } = call;
    if (aurora) assertAuroraMatches(aurora, context);
    const scope = jobScope(context.tenant_id, "gateway.chat");
    const route = request.model === offlineModel ? null : await deps.directory.resolve(scope, request.model);
    record.route = route;
    const keyHash = deps.cache.keyOf(context, request, aurora, route);
    const sourceApps = route?.location === "external" && !isProbe ? corporaOf(context) : [];
    const found = await deps.cache.lookUp(scope, { keyHash, sourceApps, control: call.control });
    if (route) assertEgress(route, context, found.egress);
    const open: OpenCall = { ...call, aurora, route, keyHash, documentIds, record };
    if (found.entry) return replay(open, found.entry, deps.clock);
    return route === null ? answerHere(deps, open) : await forward(deps, open, route);
  } catch (error) {
    const { status, code } = statusOf(error, received.signal);
    record.finish(status, code);
    throw error;
  }
}

function replay(
  call: OpenCall,
  entry: { response: Record<string, unknown>; createdAtMs: number },
  clock: Clock,
): Reply {
  const { record } = call;
  const [choice] = choicesOf(entry.response);
  record.cacheStatus = "hit_exact";
  record.usage = usageOf(entry.response);
  record.finishReason = choice?.finishReason ?? null;
  const ageSeconds = Math.max(0, Math.floor((clock.nowMs() - entry.createdAtMs) / 1_000));
  return whole(call, entry.response, [choice?.content ?? ""], { status: "exact", ageSeconds });
}

function answerHere(deps: ChatDeps, call: OpenCall): Reply {
  const { completion, pieces } = runExtractive(call.request, call.aurora, deps);
  const choices = choicesOf(completion);
  call.record.usage = usageOf(completion);
  call.record.isUsageEstimated = true;
  call.record.finishReason = choices[0]?.finishReason ?? null;
  deps.cache.keep(call.context.tenant_id, call.keyHash, call, { completion, choices });
  return whole(call, completion, pieces, miss);
}

/** An answer that is there as a whole, as JSON or as a stream. */
function whole(
  { request, record }: OpenCall,
  completion: Record<string, unknown>,
  pieces: readonly string[],
  cache: Reply["cache"],
): Reply {
  if (request.stream !== true) {
    record.firstChunk();
    record.finish(200, null);
    return { status: 200, headers: jsonHeaders, body: Buffer.from(JSON.stringify(completion)), cache, prices: free };
  }
  const includeUsage = request.stream_options?.include_usage === true;
  async function* events(): AsyncGenerator<Buffer> {
    let isWhole = false;
    try {
      for (const chunk of chunksOf(completion, pieces, includeUsage)) {
        record.firstChunk();
        yield sseData(chunk);
      }
      yield sseDone;
      isWhole = true;
    } finally {
      record.finish(isWhole ? 200 : 499, isWhole ? null : "client_closed");
    }
  }
  return { status: 200, headers: streamHeaders, body: events(), cache, prices: free };
}
