export { createGatewayRows } from "./gateway-rows.ts";
