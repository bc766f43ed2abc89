/**
 * The ingestion worker with a mine in it: `killable-worker.ts <port.method>:<n> before|during`. The process kills
 * itself with SIGKILL at the n-th call of that method: before it is made, or while it is under way.
 */
import { loadConfig } from "@aurora/config";
import { createLogger, runService } from "@aurora/telemetry";
import { type IngestStores, openStores, startIngestion } from "../../apps/ingest/src/wire.ts";
import { withCallHook } from "./call-hook.ts";
import { quickTiming } from "./world-timing.ts";

const [point = "", moment = "before"] = process.argv.slice(2);
const config = loadConfig(process.env);
const logger = createLogger("ingest", config.logLevel);
const die = () => process.kill(process.pid, "SIGKILL");

await runService(logger, async () => {
  const stores = await openStores(config, logger);
  const mined: IngestStores = withCallHook(stores, (call) => {
    if (call !== point) return;
    if (moment === "before") die();
    else setTimeout(die, 1);
  });
  return startIngestion(mined, config, logger, { ...quickTiming, beatMs: 60_000 });
});
