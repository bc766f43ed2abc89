export * from "./analysis.ts";
export * from "./language.ts";
export * from "./sparse.ts";
export * from "./term-id.ts";
