import { fixedClock } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { createBreaker } from "./breaker.ts";

const key = "p1 m1";
function breaker() {
  const clock = fixedClock(0);
  const made = createBreaker({ clock, minFailures: 3, windowMs: 10_000, openMs: 1_000, maxOpenMs: 3_000 });
  const fail = (times: number) => {
    for (let n = 0; n < times; n++) made.failed(key);
  };
  return { ...made, clock, fail };
}

describe("circuit breaker", () => {
  it("opens with enough failures, for that provider and model alone", () => {
    const { allows, fail, states } = breaker();
    fail(2);
    expect(allows(key)).toBe(true);
    fail(1);
    expect(allows(key)).toBe(false);
    expect(allows("p1 m2")).toBe(true);
    expect([...states()]).toEqual([[key, "open"]]);
  });

  it("stays closed while most calls succeed", () => {
    const { allows, failed, succeeded } = breaker();
    failed(key);
    for (let n = 0; n < 50; n++) {
      succeeded(key);
      succeeded(key);
      failed(key);
    }
    expect(allows(key)).toBe(true);
  });

  it("forgets failures that are long past", () => {
    const { allows, clock, fail } = breaker();
    fail(2);
    clock.advance(10_000);
    fail(2);
    expect(allows(key)).toBe(true);
  });

  it("lets one trial through, and closes when it succeeds", () => {
    const { allows, clock, fail, states, succeeded } = breaker();
    fail(3);
    clock.advance(1_000);
    expect(states().get(key)).toBe("half_open");
    expect([allows(key), allows(key)]).toEqual([true, false]);
    succeeded(key);
    expect([allows(key), allows(key)]).toEqual([true, true]);
    expect(states().size).toBe(0);
  });

  it("opens again for twice as long when the trial fails, up to a limit", () => {
    const { allows, clock, fail, failed } = breaker();
    fail(3);
    for (const waitMs of [1_000, 2_000, 3_000, 3_000]) {
      clock.advance(waitMs - 1);
      expect(allows(key)).toBe(false);
      clock.advance(1);
      expect(allows(key)).toBe(true);
      failed(key);
    }
  });

  it("does not take a call that began before it opened for the trial", () => {
    const { allows, fail, failed, succeeded } = breaker();
    fail(3);
    succeeded(key);
    failed(key);
    expect(allows(key)).toBe(false);
  });

  it("gives the trial to the next when its caller left, or was never heard of again", () => {
    const { abandoned, allows, clock, fail } = breaker();
    fail(3);
    clock.advance(1_000);
    expect(allows(key)).toBe(true);
    abandoned(key);
    expect([allows(key), allows(key)]).toEqual([true, false]);
    clock.advance(60_000);
    expect(allows(key)).toBe(true);
  });

  it("remembers no route that never failed, and not endlessly many that did", () => {
    const { failed, states, succeeded } = breaker();
    for (let n = 0; n < 1_000; n++) succeeded(`p ${n}`);
    expect(states().size).toBe(0);
    for (let n = 0; n < 10_050; n++) failed(`p ${n}`);
    expect(states().size).toBe(10_000);
  });
});
