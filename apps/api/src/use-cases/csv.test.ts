import { expect, it } from "vitest";
import { csvLine } from "./csv.ts";

it.each([
  ["=1+1", "'=1+1"],
  ["+33 6", "'+33 6"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  [" =cmd|' /C calc'!A0", "' =cmd|' /C calc'!A0"],
  ["\t=1", "'\t=1"],
  ["\r=1", '"\'\r=1"'],
  ["%0a", "'%0a"],
])("a spreadsheet does not run %j", (text, cell) => {
  expect(csvLine([text])).toBe(`${cell}\r\n`);
});

it("quotes what RFC 4180 asks for, and leaves numbers, words and nothing as they are", () => {
  expect(csvLine(["a,b", 'say "x"', "two\nlines", "gpt-4o", -1.5, 0, true, null, ["a", "b"]])).toBe(
    '"a,b","say ""x""","two\nlines",gpt-4o,-1.5,0,true,,a b\r\n',
  );
});
