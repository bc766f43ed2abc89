export {
  createOutbound,
  type FetchedFile,
  type Outbound,
  type OutboundLimits,
  type OutboundOptions,
} from "./outbound.ts";
export { isProxyException, type OutboundProxy } from "./outbound-proxy.ts";
export type { Resolver, TargetRules, UrlRefusal } from "./target.ts";
