import { expect, it } from "vitest";
import { axisMaximum } from "./axis.ts";

it("holds the highest bar and splits into two whole halves", () => {
  for (let highest = 0; highest < 3_000; highest++) {
    const maximum = axisMaximum(highest);
    expect(maximum).toBeGreaterThanOrEqual(highest);
    expect(maximum % 2).toBe(0);
    expect(maximum).toBeLessThanOrEqual(Math.max(4, highest * 2));
  }
});
