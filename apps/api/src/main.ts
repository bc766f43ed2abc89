import { loadConfig } from "@aurora/config";
import { createLogger, runService } from "@aurora/telemetry";
import { wireApi } from "./wire.ts";

const config = loadConfig(process.env);
const logger = createLogger("api", config.logLevel);

await runService(logger, async () => {
  const api = await wireApi(config, logger);
  await api.app.listen({ host: "127.0.0.1", port: config.ports.api });
  return { close: () => api.close() };
});
