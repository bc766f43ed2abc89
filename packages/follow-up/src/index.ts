export * from "./suivi.ts";
