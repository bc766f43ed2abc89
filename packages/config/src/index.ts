export { type Config, isPlainLoopback, loadConfig, required } from "./config.ts";
export { envExample } from "./env-example.ts";
export { type KeyName, keys } from "./keys.ts";
export { productRoot } from "./root.ts";
