import type { Readable } from "node:stream";
import { AppError } from "@aurora/kernel";
import { type ChunkGatherer, isObject, parseObject } from "../providers/completion.ts";
import { createSseSplitter, joined, type SseEvent, sseData, sseDone } from "../providers/sse.ts";
import { faultOf, type UpstreamFault } from "../providers/upstream.ts";
import type { Continuation } from "./continuation.ts";
import type { EventLog } from "./event-log.ts";

/** How one provider's stream ended. `error_event`: it said so itself, after a status of 200. */
export type PumpEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "fault"; readonly fault: UpstreamFault; readonly cause: unknown }
  | { readonly kind: "error_event"; readonly raw: Buffer };

export interface PumpOptions {
  readonly body: Readable;
  readonly log: EventLog;
  readonly gatherer: ChunkGatherer;
  /** The rest of an answer that another provider began. */
  readonly continuation: Continuation | null;
  /** Translates a provider's own events into OpenAI's; null = they are OpenAI's, and pass byte for byte. */
  readonly translate: { push(event: SseEvent): readonly Buffer[]; end(): readonly Buffer[] } | null;
  readonly signal: AbortSignal;
  readonly onFirstEvent: () => void;
}

/** Bytes no reader has taken yet, above which the provider is held back, and below which it goes on. */
export const backlogBounds = { high: 256 * 1024, low: 64 * 1024 } as const;

/**
 * The provider's events into the log as they come. Its `[DONE]` is written only when every choice has said how it
 * ended: whoever reads `[DONE]` has the whole answer.
 */
export function pumpStream(options: PumpOptions, onPausable: (resume: () => void) => void): Promise<PumpEnd> {
  const { body, continuation, gatherer, log, signal, translate } = options;
  const splitter = createSseSplitter();
  return new Promise((resolve) => {
    let isOver = false;
    onPausable(() => {
      if (body.isPaused() && log.backlogBytes < backlogBounds.low) body.resume();
    });
    const finish = (end: PumpEnd, isDrained: boolean) => {
      if (isOver) return;
      isOver = true;
      if (isDrained) body.resume();
      else body.destroy();
      resolve(end);
    };
    const fail = (fault: UpstreamFault, cause: unknown) => finish({ kind: "fault", fault, cause }, false);
    /** What is left to say once every choice has ended. */
    const complete = (done: Buffer, isDrained: boolean) => {
      if (!gatherer.isFinished) return fail("upstream_failed", new Error("the stream ended before its answer did"));
      log.append(done);
      finish({ kind: "complete" }, isDrained);
    };
    const take = (event: SseEvent, out: Buffer[]): void => {
      const { data, raw } = event;
      const chunk = data === null ? null : parseObject(data);
      if (data === null) out.push(raw);
      else if (chunk === null) fail("upstream_failed", new Error("an event of the stream is not JSON"));
      else if (chunk.error) finish({ kind: "error_event", raw }, false);
      else show(chunk, continuation ? continuation.next(chunk) : chunk, raw, out);
    };
    const show = (
      chunk: Record<string, unknown>,
      shown: Record<string, unknown> | null,
      raw: Buffer,
      out: Buffer[],
    ): void => {
      if (shown === null) return;
      gatherer.add(shown);
      options.onFirstEvent();
      const bytes = shown === chunk ? raw : sseData(shown);
      if (isUsageAlone(shown)) {
        flush(out);
        log.append(bytes, true);
      } else out.push(bytes);
    };
    const flush = (out: Buffer[]): void => {
      if (out.length > 0) log.append(joined(out));
      out.length = 0;
    };
    const takeAll = (events: readonly SseEvent[]): void => {
      const out: Buffer[] = [];
      for (const event of events) {
        if (isOver) break;
        if (event.data === "[DONE]") {
          flush(out);
          complete(event.raw, true);
        } else take(event, out);
      }
      flush(out);
    };
    const translated = (buffers: readonly Buffer[]): SseEvent[] => {
      const again = createSseSplitter();
      return buffers.flatMap((buffer) => again.push(buffer));
    };
    body.on("data", (bytes: Buffer) => {
      if (isOver) return;
      try {
        const events = splitter.push(bytes);
        takeAll(translate ? events.flatMap((event) => translated(translate.push(event))) : events);
      } catch (error) {
        return fail("upstream_failed", error);
      }
      if (log.backlogBytes > backlogBounds.high) body.pause();
    });
    body.on("end", () => {
      if (isOver) return;
      if (translate) takeAll(translated(translate.end()));
      if (!isOver) complete(sseDone, true); // some providers leave `[DONE]` out
    });
    body.on("error", (error) => {
      const fault = faultOf(error, signal);
      if (fault === "upstream_timeout" && body.isPaused())
        fail("client_closed", readTooSlowly()); // it waited for us
      else fail(fault, error);
    });
    body.on("close", () => fail(faultOf(null, signal), new Error("the provider closed the connection")));
  });
}

const readTooSlowly = () => new AppError("upstream_timeout", "The answer was read too slowly.");

const isUsageAlone = (chunk: Record<string, unknown>): boolean =>
  isObject(chunk.usage) && Array.isArray(chunk.choices) && chunk.choices.length === 0;
