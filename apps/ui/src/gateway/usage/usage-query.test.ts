import { UsageQuery } from "@aurora/contracts";
import { expect, it } from "vitest";
import { queryOf, rangeOf } from "./usage-query.ts";

const now = new Date("2026-11-23T13:20:05.123Z");
const range = (period: "h24" | "d7" | "own", first = "", last = "") => {
  const { from, to } = rangeOf({ period, first, last }, now);
  return [from.toISOString(), to.toISOString()];
};

it("asks for whole hours and whole days, the running one included", () => {
  expect(range("h24")).toEqual(["2026-11-22T14:00:00.000Z", "2026-11-23T14:00:00.000Z"]);
  expect(range("d7")).toEqual(["2026-11-17T00:00:00.000Z", "2026-11-24T00:00:00.000Z"]);
  expect(range("own", "2026-11-02", "2026-11-02")).toEqual(["2026-11-02T00:00:00.000Z", "2026-11-03T00:00:00.000Z"]);
});

it("falls back to the last days when the chosen ones make no period, and never asks for too many", () => {
  const last30 = ["2026-10-25T00:00:00.000Z", "2026-11-24T00:00:00.000Z"];
  expect(range("own", "2026-11-03", "2026-11-02")).toEqual(last30);
  expect(range("own", "", "2026-11-02")).toEqual(last30);
  expect(range("own", "2026-02-31x", "2026-11-02")).toEqual(last30);
  const [from = "", to = ""] = range("own", "2020-01-01", "2026-11-02");
  expect((Date.parse(to) - Date.parse(from)) / 86_400_000).toBe(400);
});

it("makes a query the contract takes", () => {
  const view = { period: "d7", first: "", last: "", by: "model", filters: { provider: "maison" } } as const;
  const query = Object.fromEntries(queryOf(view, now));
  expect(UsageQuery.parse(query)).toMatchObject({ provider: "maison", from: "2026-11-17T00:00:00.000Z" });
});
