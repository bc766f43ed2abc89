import type { ProviderDialect } from "./dialect.ts";

/** OpenAI and all that follow it: nothing is changed. */
export const openaiDialect: ProviderDialect = {
  chat: (body) => ({ path: "/chat/completions", headers: {}, body: JSON.stringify(body) }),
  path: (endpoint) => `/${endpoint}`,
  headers: {},
  answer: null,
  stream: () => null,
};
