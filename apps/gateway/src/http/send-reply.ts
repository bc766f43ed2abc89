import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { cacheAgeHeader, cacheStatusHeader, inputPriceHeader, outputPriceHeader } from "@aurora/contracts";
import type { FastifyReply } from "fastify";
import type { Reply } from "../use-cases/chat-call.ts";

const ping = Buffer.from(": ping\n\n");

/**
 * Sends a whole body, or a stream as it comes: the head goes out at once, a slow reader holds the provider back, and a
 * comment keeps an idle connection open.
 */
export async function sendReply(reply: FastifyReply, answer: Reply, pingIntervalMs: number): Promise<void> {
  const { status, cache, body } = answer;
  const headers: Record<string, string> = { ...answer.headers, [cacheStatusHeader]: cache.status };
  if (cache.ageSeconds !== null) headers[cacheAgeHeader] = String(cache.ageSeconds);
  if (answer.prices) {
    headers[inputPriceHeader] = String(answer.prices.input);
    headers[outputPriceHeader] = String(answer.prices.output);
  }
  if (Buffer.isBuffer(body)) return void (await reply.code(status).headers(headers).send(body));
  reply.hijack();
  reply.raw.writeHead(status, headers);
  reply.raw.flushHeaders();
  await sendEvents(reply.raw, body, pingIntervalMs);
}

async function sendEvents(raw: ServerResponse, events: AsyncIterable<Buffer>, pingIntervalMs: number): Promise<void> {
  const closed = once(raw, "close").catch(() => undefined);
  const timer = setInterval(() => raw.write(ping), pingIntervalMs);
  try {
    for await (const event of events) {
      if (raw.destroyed) break;
      timer.refresh();
      if (!raw.write(event)) await Promise.race([once(raw, "drain"), closed]);
    }
    raw.end();
  } catch {
    raw.destroy(); // a cut connection tells the reader what a clean end would hide
  } finally {
    clearInterval(timer);
  }
}
