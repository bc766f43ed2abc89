import type { ChatRequest } from "@aurora/contracts";
import { choicesOf, chunksOf, usageOf } from "../providers/completion.ts";
import { sseData, sseDone } from "../providers/sse.ts";
import { createEventLog } from "./event-log.ts";
import type { OpenCall } from "./open-call.ts";
import { free, jsonHeaders, type Reply, type ReplyCache, streamHeaders } from "./reply.ts";

/** An answer that is there as a whole, as JSON or as a stream. */
export function wholeReply(
  { guarded, limitHeaders, record, request }: OpenCall,
  completion: Record<string, unknown>,
  cache: ReplyCache,
  pieces?: readonly string[],
): Reply {
  const restored = guarded ? guarded.restoreJson(completion) : completion;
  const [choice] = choicesOf(restored);
  record.usage = usageOf(completion);
  record.finishReason = choice?.finishReason ?? null;
  record.firstChunk();
  record.finish(200, null);
  const reply = { status: 200, cache, prices: free } as const;
  if (request.stream !== true)
    return { ...reply, headers: { ...jsonHeaders, ...limitHeaders }, body: Buffer.from(JSON.stringify(restored)) };
  const log = createEventLog(false);
  const withUsage = request.stream_options?.include_usage === true;
  for (const chunk of chunksOf(restored, piecesOf(pieces, choice?.content ?? ""), withUsage))
    log.append(sseData(chunk));
  log.append(sseDone);
  log.end({ kind: "complete" });
  return { ...reply, headers: { ...streamHeaders, ...limitHeaders }, body: log.open(true) };
}

/** The request as it leaves, before guards. */
export function sentBody({ aurora: _aurora, ...body }: ChatRequest): Record<string, unknown> {
  return body;
}

/** The pieces the answer was made in, unless a guard changed it since. */
const piecesOf = (pieces: readonly string[] | undefined, content: string): readonly string[] =>
  pieces?.join("") === content ? pieces : [content];
