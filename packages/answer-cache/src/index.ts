export * from "./exact-key.ts";
export * from "./storability.ts";
export * from "./decision.ts";
