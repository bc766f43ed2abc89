import type { ServerResponse } from "node:http";
import {
  cacheAgeHeader,
  cacheSimilarityHeader,
  cacheStatusHeader,
  inputPriceHeader,
  outputPriceHeader,
} from "@aurora/contracts";
import type { FastifyReply } from "fastify";
import { sseData } from "../providers/sse.ts";
import type { EventReader } from "../use-cases/event-log.ts";
import type { Reply } from "../use-cases/reply.ts";
import { toOpenAIError } from "./openai-error.ts";

const ping = Buffer.from(": ping\n\n");
/**
 * How long the head of a stream waits for its first event, to travel in one packet with it. A provider that fails
 * within that time is answered with an error's own status.
 */
const headGraceMs = 50;

/**
 * Sends a whole body, or a stream as it comes: a slow reader holds the provider back, and a comment keeps an idle
 * connection open.
 * @throws what the stream failed with, when nothing of it was sent yet.
 */
export async function sendReply(reply: FastifyReply, answer: Reply, pingIntervalMs: number): Promise<void> {
  const { body, status } = answer;
  const headers = headersOf(answer);
  if (Buffer.isBuffer(body)) return void (await reply.code(status).headers(headers).send(body));
  await begun(body);
  reply.hijack();
  if (!reply.raw.destroyed) reply.raw.writeHead(status, headers);
  await sendEvents(reply.raw, body, pingIntervalMs);
}

function headersOf({ cache, headers, prices }: Reply): Record<string, string> {
  const all: Record<string, string> = { ...headers, [cacheStatusHeader]: cache.status };
  if (cache.ageSeconds !== null) all[cacheAgeHeader] = String(cache.ageSeconds);
  if (cache.similarity !== null) all[cacheSimilarityHeader] = cache.similarity.toFixed(4);
  if (prices) {
    all[inputPriceHeader] = String(prices.input);
    all[outputPriceHeader] = String(prices.output);
  }
  return all;
}

/** @throws what the stream failed with before its first event. */
async function begun(body: EventReader): Promise<void> {
  if (!body.hasMore() && body.ended === null)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, headGraceMs);
      body.onProgress(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  if (body.ended?.kind === "failed" && !body.hasMore()) throw body.ended.error;
}

function sendEvents(raw: ServerResponse, body: EventReader, pingIntervalMs: number): Promise<void> {
  if (raw.destroyed) {
    body.close(); // its `close` event is past: nobody will tell
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    let isBlocked = false;
    const timer = setInterval(() => {
      if (!isBlocked) raw.write(ping);
    }, pingIntervalMs);
    const finish = () => {
      clearInterval(timer);
      body.close();
      resolve();
    };
    const advance = () => {
      if (isBlocked || raw.destroyed) return;
      const bytes = body.take();
      if (body.ended) {
        if (bytes) raw.write(bytes);
        if (body.ended.kind === "failed") raw.end(sseData(toOpenAIError(body.ended.error).body));
        else raw.end();
        return finish();
      }
      if (bytes === null) return;
      timer.refresh();
      if (raw.write(bytes)) return;
      isBlocked = true;
      raw.once("drain", () => {
        isBlocked = false;
        advance();
      });
    };
    raw.once("close", finish);
    body.onProgress(advance);
    if (body.hasMore()) advance();
    else raw.flushHeaders();
  });
}
