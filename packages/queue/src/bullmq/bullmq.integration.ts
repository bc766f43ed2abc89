import { createServer } from "node:net";
import { jobScope } from "@aurora/kernel";
import { expect, it } from "vitest";
import { createRedisQueue } from "./index.ts";

it("says unavailable instead of waiting for a Redis that is away", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve)); // a port where nobody answers
  const queue = createRedisQueue({
    redisUrl: `redis://127.0.0.1:${port}`,
    prefix: "away",
    log: { warn: () => undefined },
  });
  const scope = jobScope("018f0000-0000-7000-8000-00000000000a", "test");
  const subjectId = "018f0000-0000-7000-8000-00000000000b";
  await expect(queue.enqueue(scope, "ingestion", { subjectId })).rejects.toMatchObject({ code: "unavailable" });
  await queue.close();
}, 20_000);
