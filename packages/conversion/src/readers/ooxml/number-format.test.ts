import { describe, expect, it } from "vitest";
import { formatNumber, isDateFormat } from "./number-format.ts";

describe("a number", () => {
  it.each([
    [45_292, "[$-40C]dddd d mmmm yyyy", "lundi 1 janvier 2024"],
    [45_292, "[$-fr-FR]d mmm yyyy", "1 janv. 2024"],
    [45_292, "[$-409]d mmmm yyyy", "1 January 2024"],
    [45_292.5, "yyyy\\-mm\\-dd\\ h:mm:ss", "2024-01-01 12:00:00"],
    [45_292, "m/d/yy", "2024-01-01"],
    [0.5, "h:mm", "12:00"],
    [12, "0000\\-00", "0000-12"],
    [-1_234.5, "#,##0.00;[Red](#,##0.00)", "(1,234.50)"],
    [12, "[$€-40C] #,##0.00", "€ 12.00"],
    [0.1 + 0.2, "General", "0.3"],
    [98_765_432_101_234, "", "98765432101234"],
    [98_765_432_101_234, "@", "98765432101234"],
    [1_234.5, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-', "1,234.50 €"],
    [-1_234.5, '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-', "-1,234.50 €"],
    [1e21, "", "1e+21"],
  ])("%s in the format %s is shown as %s", (value, format, shown) => {
    expect(formatNumber(value, format)).toBe(shown);
  });
  it("that a format cannot show is written as it is", () => {
    expect(formatNumber(-5, "yyyy-mm-dd")).toBe("-5");
    expect(formatNumber(7, ";;;")).toBe("7");
    expect(formatNumber(7, '[bad "')).toBe("7");
  });
  it("is a date by its format alone", () => {
    expect(["d mmm", "General", "0.00", "[h]:mm", ""].map(isDateFormat)).toEqual([true, false, false, true, false]);
  });
});
