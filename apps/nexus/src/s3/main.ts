/** The embedded object store as a process of its own: a bulk upload must not slow the API's event loop. */
import { join } from "node:path";
import { loadConfig, required } from "@aurora/config";
import { startS3Server } from "@aurora/object-store/server";
import { createLogger, runService } from "@aurora/telemetry";

const requestTimeoutMs = 15 * 60_000; // as long as an upload URL lives

const config = loadConfig(process.env);
const logger = createLogger("s3", config.logLevel);

await runService(logger, async () => {
  const { s3, ports, urls } = config;
  const server = await startS3Server({
    host: "127.0.0.1",
    port: ports.s3,
    folder: join(config.dataDir, "objects"),
    accessKeyId: required(s3.accessKeyId, "S3_ACCESS_KEY_ID"),
    secretAccessKey: required(s3.secretAccessKey, "S3_SECRET_ACCESS_KEY"),
    region: s3.region,
    buckets: Object.values(s3.buckets),
    corsOrigins: [
      urls.publicBase,
      `http://localhost:${ports.ui}`,
      `http://127.0.0.1:${ports.ui}`,
      ...config.corsAllowOrigins,
    ],
    limits: { maxObjectBytes: config.ingestion.maxUploadBytes, requestTimeoutMs, maxConnections: 512 },
    // A line a request is for debugging; what fails is for everybody.
    log: {
      info: (fields, message) => logger.debug(fields, message),
      error: (fields, message) => logger.error(fields, message),
    },
  });
  return { close: () => server.close(5_000) };
});
