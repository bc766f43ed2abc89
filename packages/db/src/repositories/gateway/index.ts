export { createCredentialRows } from "./credentials.ts";
export { createGatewayRows } from "./gateway-rows.ts";
export { createGuardrailRows } from "./guardrail-rows.ts";
export { createLimitRows } from "./limits.ts";
export { createSemanticRows } from "./semantic-entries.ts";
export { createVirtualKeyRows } from "./virtual-keys.ts";
