import { describe, expect, it } from "vitest";
import { resolveRange } from "./byte-range.ts";

const etag = '"a"';
const resolved = (range: string | null, ifRange: string | null = null) => resolveRange({ range, ifRange }, 10, etag);

describe("a range of a file of ten bytes", () => {
  it.each([
    ["bytes=0-3", { start: 0, end: 3 }],
    ["bytes=4-", { start: 4, end: 9 }],
    ["bytes=4-99", { start: 4, end: 9 }],
    ["bytes=-3", { start: 7, end: 9 }],
    ["bytes=-99", { start: 0, end: 9 }],
    [" bytes=9-9 ", { start: 9, end: 9 }],
  ])("%s", (range, expected) => expect(resolved(range)).toEqual(expected));

  it.each([
    null,
    "",
    "bytes=",
    "bytes=-",
    "bytes=-0",
    "bytes=10-",
    "bytes=5-4",
    "bytes=0-1,4-5",
    "items=0-1",
    "bytes=a-b",
  ])("%j asks for the whole", (range) => expect(resolved(range)).toBeNull());

  it("holds only for the file it was asked of", () => {
    expect(resolved("bytes=0-3", etag)).toEqual({ start: 0, end: 3 });
    expect(resolved("bytes=0-3", '"b"')).toBeNull();
    expect(resolved("bytes=0-3", "Wed, 21 Oct 2015 07:28:00 GMT")).toBeNull();
  });

  it("of nothing is the whole of it", () =>
    expect(resolveRange({ range: "bytes=0-", ifRange: null }, 0, etag)).toBeNull());
});
