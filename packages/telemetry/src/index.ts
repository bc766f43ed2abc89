export * from "./logger.ts";
export * from "./run-service.ts";
