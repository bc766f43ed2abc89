export * from "./chain.ts";
export type { ChunkGuard } from "./chunk-guard.ts";
export { compileDenyList, DenyPatternError } from "./deny.ts";
export { blot, type TextChannel } from "./text-channel.ts";
