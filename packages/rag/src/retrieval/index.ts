export * from "./analysis.ts";
export * from "./fusion.ts";
export * from "./language.ts";
export * from "./max-sim.ts";
export * from "./mmr.ts";
export * from "./query-terms.ts";
export * from "./sparse.ts";
export * from "./term-id.ts";
