export * from "./exact-key.ts";
export * from "./storability.ts";
