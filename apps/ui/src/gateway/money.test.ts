import { expect, it } from "vitest";
import { formatUsd, shiftPoint, typedDecimal } from "./money.ts";

it("moves the point of a decimal without changing its digits", () => {
  for (const [token, million] of [
    ["0.00000015", "0.15"],
    ["0.000002500000", "2.5"],
    ["0", "0"],
    ["1", "1000000"],
    ["0.000000000001", "0.000001"],
    ["12.5", "12500000"],
  ] as const)
    expect(shiftPoint(token, 6)).toBe(million);
  expect(shiftPoint("0.15", -6)).toBe("0.00000015");
  expect(shiftPoint("2.5", -6)).toBe("0.0000025");
  expect(shiftPoint("30", -6)).toBe("0.00003");
  expect(shiftPoint("1000000", -6)).toBe("1");
});

it("takes a price back to itself over both ways", () => {
  for (const price of ["0.1", "3", "0.075", "15.123456", "0.000001", "1234.5"])
    expect(shiftPoint(shiftPoint(price, -6), 6)).toBe(price);
});

it("reads what people type as a price", () => {
  expect([typedDecimal(" 2,50 "), typedDecimal(""), typedDecimal(".5"), typedDecimal("3."), typedDecimal("x")]).toEqual(
    ["2.50", null, "0.5", "3", "x"],
  );
});

it("shows the first digits of a small sum, never 0.00", () => {
  expect(formatUsd("en", 0.000432)).toBe("$0.00043");
  expect(formatUsd("en", 0.6)).toBe("$0.60");
  expect(formatUsd("en", 0.046)).toBe("$0.046");
  expect(formatUsd("en", 12.4)).toBe("$12.40");
  expect(formatUsd("en", 0)).toBe("$0.00");
});
