export { catalogues, type Messages } from "./catalogues.ts";
export * from "./format.ts";
export * from "./locales.ts";
