export * from "./version-stores.ts";
