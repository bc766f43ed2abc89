import type { Logger } from "./logger.ts";

export interface RunningService {
  /** Takes no more work, lets what is under way end, closes. */
  close(): Promise<void>;
}

const drainLimitMs = 15_000;

/**
 * The life of one service process: start, tell the supervisor `ready`, and on SIGTERM, SIGINT or the supervisor's
 * death (its IPC channel closes) drain and exit. A fault nobody expected is logged and ends the process: the
 * supervisor starts it again.
 */
export async function runService(logger: Logger, start: () => Promise<RunningService>): Promise<void> {
  let service: RunningService | undefined;
  let isClosing = false;
  const close = async (reason: string, exitCode: number) => {
    if (isClosing) return;
    isClosing = true;
    logger.info({ reason }, "closing");
    setTimeout(() => process.exit(exitCode || 1), drainLimitMs).unref();
    try {
      await service?.close();
    } catch (error) {
      logger.error({ err: error }, "closing failed");
    }
    process.exit(exitCode);
  };
  process.on("SIGTERM", () => void close("SIGTERM", 0));
  process.on("SIGINT", () => {
    // Ctrl-C reaches the whole group; under a supervisor it is the supervisor who decides the order of closing.
    if (!process.send) void close("SIGINT", 0);
  });
  process.on("disconnect", () => void close("the supervisor is gone", 0));
  process.on("uncaughtException", (error) => {
    logger.error({ err: error }, "uncaught exception");
    void close("uncaught exception", 1);
  });
  process.on("unhandledRejection", (error) => {
    logger.error({ err: error }, "unhandled rejection");
    void close("unhandled rejection", 1);
  });
  try {
    service = await start();
  } catch (error) {
    logger.error({ err: error }, "could not start");
    process.exit(1);
  }
  logger.info({}, "ready");
  process.send?.({ type: "ready" });
}
