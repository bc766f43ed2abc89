import { defineConfig } from "vitest/config";

// unit: pure and fast, no server. contract: one suite per port on every adapter. integration: several parts over real stores.
// chaos: the whole product while its processes are killed; minutes long.
const project = (name: string, suffix: string, timeoutMs: number, extra: object = {}) => ({
  test: {
    name,
    include: [`{packages,apps,tools,tests,bench}/**/*.${suffix}.ts`],
    exclude: ["**/node_modules/**", "**/dist/**", "**/.next/**"],
    testTimeout: timeoutMs,
    hookTimeout: 60_000,
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" }, // a notice on stderr for each process
    ...extra,
  },
});

export default defineConfig({
  test: {
    projects: [
      project("unit", "test", 10_000),
      project("contract", "contract", 30_000, { fileParallelism: false }),
      project("integration", "integration", 60_000, { fileParallelism: false }),
      project("browser", "browser", 120_000, { fileParallelism: false }),
      project("chaos", "chaos", 900_000, { fileParallelism: false }),
    ],
  },
});
