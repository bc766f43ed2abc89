import { fixedClock, jobScope } from "@aurora/kernel";
import { expect, it } from "vitest";
import { purgeRetention } from "./purge-retention.ts";

const scope = jobScope("00000000-0000-7000-8000-00000000000a", "test");
const nowMs = Date.parse("2026-06-01T00:00:00Z");

it("deletes batch after batch what is past each table’s own retention, and counts it", async () => {
  const calls: string[] = [];
  const left = { log: 2_500, usage: 0 };
  const take = (name: keyof typeof left) => async (_scope: unknown, before: Date, atMost: number) => {
    calls.push(`${name} ${before.toISOString().slice(0, 10)}`);
    const taken = Math.min(left[name], atMost);
    left[name] -= taken;
    return taken;
  };
  const counts = await purgeRetention(
    {
      rows: { deleteQueryLog: take("log"), deleteUsage: take("usage") },
      clock: fixedClock(nowMs),
      retention: { queriesLogDays: 90, llmUsageDays: 400 },
    },
    scope,
    new AbortController().signal,
  );
  expect(counts).toEqual({ queries_log: 2_500, llm_usage: 0 });
  expect(calls).toEqual(["log 2026-03-03", "log 2026-03-03", "log 2026-03-03", "usage 2025-04-27"]);
});

it("stops between batches when the worker closes", async () => {
  const closing = new AbortController();
  const full = async (_scope: unknown, _before: Date, atMost: number) => {
    closing.abort(new Error("closing"));
    return atMost;
  };
  await expect(
    purgeRetention(
      {
        rows: { deleteQueryLog: full, deleteUsage: full },
        clock: fixedClock(nowMs),
        retention: { queriesLogDays: 90, llmUsageDays: 400 },
      },
      scope,
      closing.signal,
    ),
  ).rejects.toThrow("closing");
});
