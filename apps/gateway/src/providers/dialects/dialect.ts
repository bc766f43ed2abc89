import { AppError } from "@aurora/kernel";
import type { SseEvent } from "../sse.ts";
import type { UpstreamTarget } from "../upstream.ts";

/** What the Gateway offers, and how providers call it where they follow OpenAI. */
export type Endpoint = "chat/completions" | "embeddings" | "rerank" | "responses" | "models";

/** One call as it goes out. */
export interface DialectCall {
  /** After the target's base address, query included. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Makes OpenAI's chunks of a provider's events. One a stream. */
export interface StreamTranslator {
  /**
   * @returns whole `data:` events, the last of a complete answer being `[DONE]`; often none.
   * @throws AppError `upstream_failed` for an event that makes no sense.
   */
  push(event: SseEvent): readonly Buffer[];
  /** After the last event. A stream that ends without having been complete gets no `[DONE]` here either. */
  end(): readonly Buffer[];
}

/** How one kind of provider speaks, beside OpenAI's own way. */
export interface ProviderDialect {
  /**
   * @param body OpenAI's request, `model` being the provider's own name of it.
   * @throws AppError `invalid_input` naming the parameter this provider has no word for.
   */
  chat(body: Readonly<Record<string, unknown>>, target: UpstreamTarget): DialectCall;
  /** @throws AppError `invalid_input` when this kind of provider has no such endpoint. */
  path(endpoint: Endpoint, model: string, target: UpstreamTarget): string;
  /** Sent with every call. */
  readonly headers: Readonly<Record<string, string>>;
  /** A whole answer, or an error, in OpenAI's shape. null = it has that shape: its bytes pass unchanged. */
  readonly answer: ((status: number, json: Readonly<Record<string, unknown>>) => Record<string, unknown>) | null;
  /** One a stream; null = events pass unchanged. */
  stream(): StreamTranslator | null;
}

export const unsupportedEndpoint = (endpoint: Endpoint): AppError =>
  new AppError("invalid_input", "This model's provider does not have this endpoint.", {
    params: { endpoint },
    errors: [{ pointer: "/model", code: "endpoint_not_supported" }],
  });

/** A parameter that changes what is answered and that the provider cannot be told: never dropped in silence. */
export const unsupportedParameter = (pointer: string): AppError =>
  new AppError("invalid_input", "This model's provider does not have this parameter.", {
    errors: [{ pointer, code: "unsupported_parameter" }],
  });
