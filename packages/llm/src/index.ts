export * from "./chat.ts";
export * from "./embedder.ts";
