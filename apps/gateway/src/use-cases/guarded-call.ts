import type { GuardChain, GuardedCall, GuardedRequest } from "@aurora/guardrails";
import type { TenantScope } from "@aurora/kernel";
import { parseObject } from "../providers/completion.ts";
import { createSseSplitter, sseData } from "../providers/sse.ts";
import type { EventReader, LogEnd } from "./event-log.ts";

/** The guards that hold for the calls of one corpus, or of none. */
export interface Guards {
  /** @throws AppError when they cannot be read: what cannot be checked is not sent. */
  chainFor(scope: TenantScope, sourceApp: string | null): Promise<GuardChain>;
}

/** A request past its guards. The cache and every other caller see the answer before it was restored. */
export type Guarded = GuardedRequest<Record<string, unknown>>;

export async function guardRequest(
  guards: Guards,
  scope: TenantScope,
  sourceApp: string | null,
  body: Record<string, unknown>,
  call: GuardedCall,
): Promise<Guarded | null> {
  const chain = await guards.chainFor(scope, sourceApp);
  return chain.isActive ? chain.request(body, call) : null;
}

/**
 * The events of a stream as this caller may see them.
 * @param onRefused Called when a guard refuses the answer: nothing more of it is wanted.
 */
export function restoredReader(reader: EventReader, guarded: Guarded | null, onRefused: () => void): EventReader {
  if (guarded === null || !guarded.isAnswerGuarded) return reader;
  const chunks = guarded.restoreChunks();
  const splitter = createSseSplitter();
  let failure: LogEnd | null = null;
  const restored = (bytes: Buffer): Buffer =>
    Buffer.concat(
      splitter.push(bytes).flatMap(({ data, raw }) => {
        if (data === "[DONE]") return [...chunks.end().map(sseData), raw];
        const chunk = data === null ? null : parseObject(data);
        return chunk === null || chunk.error ? [raw] : [sseData(chunks.push(chunk))];
      }),
    );
  return {
    take() {
      const bytes = failure ? null : reader.take();
      if (bytes === null) return null;
      try {
        return restored(bytes);
      } catch (error) {
        failure = { kind: "failed", error }; // nothing of what could not be checked is shown
        reader.close();
        onRefused();
        return null;
      }
    },
    hasMore: () => failure === null && reader.hasMore(),
    get ended() {
      return failure ?? reader.ended;
    },
    onProgress: (listener) => reader.onProgress(listener),
    close: () => reader.close(),
  };
}
