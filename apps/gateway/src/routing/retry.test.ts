import { describe, expect, it } from "vitest";
import { isRetryable, retryDelayMs } from "./retry.ts";

const policy = { max: 3, baseMs: 100, maxMs: 1_000 };
const half = () => 0.5;
const now = Date.parse("2026-11-23T12:00:00Z");

describe("the wait before a further try", () => {
  it("is random between nothing and a bound that doubles up to its limit", () => {
    expect([0, 1, 2, 3, 4, 60].map((attempt) => retryDelayMs(attempt, null, policy, half))).toEqual([
      50, 100, 200, 400, 500, 500,
    ]);
    expect(retryDelayMs(2, null, policy, () => 0)).toBe(0);
  });

  it("is what the provider asks for, when that is longer", () => {
    expect(retryDelayMs(0, "0.8", policy, half)).toBe(800);
    expect(retryDelayMs(3, "0", policy, half)).toBe(400);
    expect(retryDelayMs(0, "Mon, 23 Nov 2026 12:00:01 GMT", policy, half, now)).toBe(1_000);
    expect(retryDelayMs(0, "Mon, 23 Nov 2026 11:00:00 GMT", policy, half, now)).toBe(50);
  });

  it("is not waited when the provider asks for more than the route allows", () => {
    expect(retryDelayMs(0, "2", policy, half)).toBeNull();
    expect(retryDelayMs(0, "Mon, 23 Nov 2026 12:05:00 GMT", policy, half, now)).toBeNull();
  });

  it.each(["", "soon", "-1", "1e9", "2026-11-23", "99999999999999999999"])("takes %j for no wish at all", (value) => {
    expect(retryDelayMs(0, value, policy, half, now)).toBe(50);
  });

  it("is for what may pass, and for no refusal", () => {
    expect([429, 500, 502, 503, 504, 529, 408].every(isRetryable)).toBe(true);
    expect([400, 401, 402, 403, 404, 413, 422, 200].some(isRetryable)).toBe(false);
  });
});
