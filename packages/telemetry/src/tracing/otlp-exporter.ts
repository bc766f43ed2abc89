import type { Logger } from "../logger.ts";

export interface OtlpEndpoint {
  /** The collector's address, e.g. `http://127.0.0.1:4318`; `/v1/traces` and `/v1/metrics` are added. */
  readonly url: string;
  /** Of every request: often a credential. Never logged. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}
export interface OtlpSender {
  /** One request, tried again while the collector asks for it. @returns whether it took it; never throws. */
  send(path: "/v1/traces" | "/v1/metrics", body: object): Promise<boolean>;
}

const retryable = new Set([429, 502, 503, 504]);
const maxAttempts = 4;
const firstDelayMs = 500;
const maxDelayMs = 10_000;

/** OTLP over HTTP in its JSON encoding. What cannot be delivered is dropped: telemetry never holds the product up. */
export function createOtlpSender(
  endpoint: OtlpEndpoint,
  logger: Logger,
  wait: (ms: number) => Promise<void> = (ms) => new Promise((resolve) => setTimeout(resolve, ms).unref()),
): OtlpSender {
  const base = endpoint.url.replace(/\/+$/, "");
  async function attempt(path: string, body: string): Promise<{ status: number; retryAfterMs: number | null }> {
    const answer = await fetch(`${base}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...endpoint.headers },
      body,
      redirect: "error",
      signal: AbortSignal.timeout(endpoint.timeoutMs),
    });
    await answer.body?.cancel();
    const seconds = Number(answer.headers.get("retry-after") ?? Number.NaN);
    return { status: answer.status, retryAfterMs: seconds >= 0 ? seconds * 1_000 : null };
  }
  return {
    async send(path, body) {
      const text = JSON.stringify(body);
      let outcome: string | number = "";
      for (let tried = 1; tried <= maxAttempts; tried++) {
        const answer = await attempt(path, text).catch(() => null);
        if (answer && answer.status < 300) return true;
        outcome = answer?.status ?? "unreachable";
        if (answer && !retryable.has(answer.status)) break;
        const backOff = firstDelayMs * 2 ** (tried - 1) * (0.5 + Math.random() / 2);
        if (tried < maxAttempts) await wait(Math.min(maxDelayMs, answer?.retryAfterMs ?? backOff));
      }
      logger.warn({ path, outcome }, "the telemetry collector did not take a batch");
      return false;
    },
  };
}
