import { loadConfig } from "@aurora/config";
import { createLogger, runService } from "@aurora/telemetry";
import { wireGateway } from "./wire.ts";

const config = loadConfig(process.env);
const logger = createLogger("gateway", config.logLevel);

await runService(logger, async () => {
  const gateway = await wireGateway(config, logger);
  await gateway.server.listen({ host: "127.0.0.1", port: config.ports.gateway });
  return { close: () => gateway.close() };
});
