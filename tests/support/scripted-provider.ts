export * from "../../apps/gateway/src/testing/scripted-provider.ts";
