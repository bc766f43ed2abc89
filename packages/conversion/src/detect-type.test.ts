import { expect, it } from "vitest";
import { detectType } from "./detect-type.ts";

const signature = Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1);

/** A compound file of nothing but its signature and the name of one stream, at `offset` in a larger piece of memory. */
function compoundFile(stream: string, offset: number): Uint8Array {
  const name = Buffer.from(stream, "utf16le");
  const memory = new Uint8Array(offset + 1_024);
  memory.set(signature, offset);
  memory.set(name, offset + 513);
  return memory.subarray(offset);
}

it.each([
  ["WordDocument", "doc"],
  ["Workbook", "xls"],
  ["PowerPoint Document", "ppt"],
  ["__properties_version1.0", "msg"],
  ["Something else", "ole"],
])("tells a compound file by its stream %s, wherever in memory it begins", (stream, format) => {
  for (const offset of [0, 1, 2, 3]) expect(detectType(compoundFile(stream, offset), "file").format).toBe(format);
});

it.each([
  ["comments that nothing follows", `${"<!---->".repeat(140)}x`, "txt"],
  ["comments before a page", `<?xml version="1.0"?>\n${"<!-- a -- b -->\n".repeat(40)}<html>`, "html"],
  ["a comment that holds a page", "<!-- <html> --> words", "txt"],
])("looks at %s once", (_what, text, format) => {
  const startedMs = performance.now();
  expect(detectType(Buffer.from(text), "a").format).toBe(format);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});
