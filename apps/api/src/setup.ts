import { loadConfig } from "@aurora/config";
import { createLogger } from "@aurora/telemetry";
import { wireSetup } from "./wire.ts";

/** Run once after migrating, before the API: says whether it made the first administrator, never with what secret. */
const config = loadConfig(process.env);
const logger = createLogger("api-setup", config.logLevel);

const isFirstStart = await wireSetup(config, logger);
logger.info({ isFirstStart }, isFirstStart ? "the first administrator was made" : "nothing to do");
