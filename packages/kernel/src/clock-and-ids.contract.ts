import { describe, expect, it } from "vitest";
import { fixedClock, nowDate, systemClock } from "./clock.ts";
import { sequentialIds, systemIds } from "./ids.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe.each([
  ["the system's", systemClock],
  ["a fixed one", fixedClock(1_700_000_000_000)],
])("Clock: %s", (_, clock) => {
  it("tells whole milliseconds since the epoch, never going back", () => {
    const times = Array.from({ length: 100 }, () => clock.nowMs());
    expect(times.every((time, index) => Number.isInteger(time) && time >= (times[index - 1] ?? 0))).toBe(true);
    expect(nowDate(clock).getTime()).toBeGreaterThanOrEqual(times[0] ?? Number.POSITIVE_INFINITY);
  });
});

it("Clock: a fixed one moves by hand alone", () => {
  const clock = fixedClock(5);
  clock.advance(10);
  expect(clock.nowMs()).toBe(15);
});

describe.each([
  ["the system's", systemIds],
  ["sequential ones", sequentialIds()],
])("Ids: %s", (_, ids) => {
  it("are lower-case uuids of version 7, each another", () => {
    const made = Array.from({ length: 1_000 }, () => ids.uuid());
    expect(made.every((id) => uuid.test(id))).toBe(true);
    expect(new Set(made).size).toBe(made.length);
  });

  it("and secrets hold the bytes asked for, base64url, each another", () => {
    const made = [16, 32, 32].map((bytes) => ids.secret(bytes));
    expect(made.map((secret) => Buffer.from(secret, "base64url").length)).toEqual([16, 32, 32]);
    expect(made.every((secret) => /^[A-Za-z0-9_-]+$/.test(secret))).toBe(true);
    expect(new Set(made).size).toBe(3);
  });
});
