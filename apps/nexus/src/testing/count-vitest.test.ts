import { expect, it } from "vitest";
import { countVitest, describeSkips } from "./count-vitest.ts";

const report = (status: string, ...tests: readonly [string, string][]) => ({
  testResults: [
    { name: "a.test.ts", status, assertionResults: tests.map(([fullName, state]) => ({ fullName, status: state })) },
  ],
});

it("counts passed, failed and skipped tests", () => {
  expect(
    countVitest(report("failed", ["a", "passed"], ["b", "failed"], ["c", "skipped"], ["d", "pending"]), 1),
  ).toEqual({
    passed: 1,
    failed: 1,
    skipped: ["c", "d"],
  });
});

it("counts a file that could not be loaded as a failure", () => {
  expect(countVitest(report("failed"), 1).failed).toBe(1);
});

it("never turns a failed run into a pass: no report, or an error outside the tests", () => {
  expect(countVitest(null, 1).failed).toBe(1);
  expect(countVitest(null, 0).failed).toBe(1);
  expect(countVitest(report("passed", ["a", "passed"]), 1)).toMatchObject({ passed: 1, failed: 1 });
});

it("names each skipped test once", () => {
  expect(describeSkips(["x", "y", "x"])).toEqual(["x (2×)", "y"]);
});
