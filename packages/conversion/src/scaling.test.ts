import { describe, expect, it } from "vitest";
import { convertHere } from "./contract/samples.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const times = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join("");

/** Milliseconds of processor: a busy machine must not look like a slow reader. */
async function cost(filename: string, bytes: Uint8Array): Promise<number> {
  const before = process.cpuUsage();
  await convertHere({ filename, bytes });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

const floods: readonly (readonly [name: string, filename: string, text: (count: number) => string, count: number])[] = [
  ["a JSON list", "a.json", (count) => JSON.stringify(Array.from({ length: count }, (_, i) => `item ${i}`)), 6_000],
  [
    "JSON records",
    "a.json",
    (count) => JSON.stringify(Array.from({ length: count }, (_, i) => ({ id: i, n: "x" }))),
    10_000,
  ],
  ["a Markdown table", "a.md", (count) => `| a | b |\n|---|---|\n${times(count, (i) => `| cell ${i} | b |\n`)}`, 1_500],
  ["a Markdown list", "a.md", (count) => times(count, (i) => `- item ${i}\n`), 2_000],
  ["paragraphs of a page", "a.html", (count) => `<!doctype html>${times(count, (i) => `<p>para ${i}</p>`)}`, 1_500],
  ["lines of one paragraph", "a.html", (count) => `<!doctype html><p>${times(count, (i) => `line ${i}<br>`)}`, 6_000],
  [
    "cells that go on below",
    "a.html",
    (count) => `<!doctype html><table>${times(count, () => "<tr><td rowspan=2>a<tr>")}</table>`,
    6_000,
  ],
];

describe("the time to read a flood grows with its size, not faster", () => {
  it.each(floods)("of %s", { timeout: 120_000, retry: 2 }, async (_, filename, text, count) => {
    await cost(filename, utf8(text(500))); // the reader is loaded
    const once = await cost(filename, utf8(text(count)));
    const twice = await cost(filename, utf8(text(2 * count)));
    expect(twice).toBeLessThan(3 * once + 100);
  });
});
