export * from "./answer/index.ts";
export * from "./ingestion/index.ts";
export * from "./retrieval/index.ts";
