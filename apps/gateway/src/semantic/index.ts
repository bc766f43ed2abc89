export { createCachePolicies, defaultPolicy } from "./cache-policies.ts";
export { createSemanticCache } from "./semantic-cache.ts";
export type * from "./types.ts";
