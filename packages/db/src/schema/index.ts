export * from "./documents.ts";
export * from "./llm.ts";
export * from "./routing.ts";
export * from "./stores.ts";
export * from "./tenancy.ts";
export * from "./upkeep.ts";
export * from "./virtual-keys.ts";
