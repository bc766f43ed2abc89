export { createGatewayRows } from "./gateway-rows.ts";
export { createLimitRows } from "./limits.ts";
export { createVirtualKeyRows } from "./virtual-keys.ts";
