import { loadConfig } from "@aurora/config";
import { createLogger, runService } from "@aurora/telemetry";
import { startWorker } from "./wire.ts";

const config = loadConfig(process.env);
const logger = createLogger("worker", config.logLevel);

await runService(logger, () => startWorker(config, logger));
