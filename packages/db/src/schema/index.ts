export * from "./documents.ts";
export * from "./llm.ts";
export * from "./stores.ts";
export * from "./tenancy.ts";
export * from "./upkeep.ts";
