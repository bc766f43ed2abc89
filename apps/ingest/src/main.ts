import { loadConfig } from "@aurora/config";
import { createLogger, runService } from "@aurora/telemetry";
import { openStores, startIngestion } from "./wire.ts";

const config = loadConfig(process.env);
const logger = createLogger("ingest", config.logLevel);

await runService(logger, async () => {
  const stores = await openStores(config, logger);
  const ingestion = startIngestion(stores, config, logger);
  return {
    async close() {
      await ingestion.close();
      await stores.close();
    },
  };
});
