export { createGatewayClient } from "./client.ts";
export {
  createGatewayEmbedder,
  createGatewayEmbedderSource,
  type GatewayEmbedderOptions,
  type RemoteModel,
  remoteModelOf,
} from "./embedder.ts";
export type { GatewayConnection } from "./internal-call.ts";
export { createGatewayProbe } from "./probe.ts";
export { createGatewayCatalogue, createGatewayCheck } from "./providers.ts";
