export * from "./admin.ts";
export * from "./auth.ts";
export * from "./common.ts";
export * from "./documents.ts";
export * from "./errors.ts";
export * from "./gateway.ts";
export * from "./query.ts";
