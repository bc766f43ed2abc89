import { anthropicAnswer } from "./anthropic-answer.ts";
import { anthropicHeaders, anthropicRequest } from "./anthropic-request.ts";
import { anthropicStream } from "./anthropic-stream.ts";
import { type ProviderDialect, unsupportedEndpoint } from "./dialect.ts";

/** Anthropic's Messages API, version 2023-06-01, translated both ways. Its base address ends in `/v1`. */
export const anthropicDialect: ProviderDialect = {
  chat: anthropicRequest,
  path(endpoint) {
    if (endpoint === "chat/completions") return "/messages";
    if (endpoint === "models") return "/models?limit=1000";
    throw unsupportedEndpoint(endpoint);
  },
  headers: anthropicHeaders,
  answer: (status, json) => anthropicAnswer(status, json),
  stream: () => anthropicStream(),
};
