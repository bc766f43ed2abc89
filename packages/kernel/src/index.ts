export * from "./app-error.ts";
export * from "./clock.ts";
export * from "./fold.ts";
export * from "./ids.ts";
export * from "./json.ts";
export * from "./public-address.ts";
export * from "./scope.ts";
