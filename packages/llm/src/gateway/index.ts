export { createGatewayClient } from "./client.ts";
export { createGatewayEmbedder, type GatewayEmbedderOptions } from "./embedder.ts";
export type { GatewayConnection } from "./internal-call.ts";
