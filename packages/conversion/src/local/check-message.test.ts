import { sha256Hex } from "@aurora/kernel";
import { expect, it } from "vitest";
import { convertHere, textFile } from "../contract/samples.ts";
import { createMessageCheck } from "./check-message.ts";

const png = Buffer.from("89504e470d0a1a0a00000000", "hex");
const picture = (bytes: Uint8Array, more: object = {}) => {
  const sha256 = sha256Hex(bytes);
  return {
    kind: "picture",
    picture: { name: `pictures/${sha256}.png`, sha256, mediaType: "image/png", bytes, ...more },
  };
};
const converted = await convertHere(textFile("a.md", "# Title\n\nText.\n"));
const done = (more: object) => ({ kind: "done", result: { ...converted, ...more } });
const failed = (more: object) => ({ kind: "failed", code: "document_corrupt", message: "m", params: {}, ...more });

it("lets a conversion pass as it is", () => {
  const check = createMessageCheck(10);
  for (const message of [
    { kind: "ready" },
    { kind: "progress", fraction: 0.5, pageCount: 3 },
    { kind: "progress", fraction: 1, pageCount: undefined },
    { kind: "page_image", page: 1, png },
    { kind: "page_image", page: 2, png },
    picture(png),
    done({}),
    failed({ code: "conversion_out_of_memory", params: { limit_mb: 9 } }),
    { kind: "crashed", error: "stack" },
  ])
    expect(check(message)).toBe(message);
});

it.each([
  ["nothing", null],
  ["a kind of its own", { kind: "delete" }],
  ["progress beyond the end", { kind: "progress", fraction: 7 }],
  ["progress that is no number", { kind: "progress", fraction: Number.NaN }],
  ["a page before the first", { kind: "page_image", page: 0, png }],
  ["a page past all limits", { kind: "page_image", page: 1e9, png }],
  ["a page that is a path", { kind: "page_image", page: "../1", png }],
  ["a page image that is markup", { kind: "page_image", page: 1, png: Buffer.from("<svg onload=alert(1)>") }],
  ["a picture under another's name", picture(png, { name: `pictures/${"0".repeat(64)}.png` })],
  ["a picture whose name leads out", picture(png, { name: "../../document.json" })],
  ["a picture of a kind that runs", picture(png, { mediaType: "image/svg+xml" })],
  ["a code of another part of the product", failed({ code: "unauthenticated" })],
  ["a code that is none", failed({ code: "document_of_my_own" })],
  ["parameters without end", failed({ params: { a: "x".repeat(5_000) } })],
  ["parameters that hold objects", failed({ params: { a: { b: 1 } } })],
  ["a document of no schema", done({ document: { schema_name: "Mine" } })],
  ["a format nobody reads", done({ format: "exe" })],
  ["a warning of its own", done({ warnings: [{ code: "hello", params: {} }] })],
  ["warnings without end", done({ warnings: Array(2_000).fill({ code: "ocr_unsure", params: { page: 1 } }) })],
  ["pages without size", done({ pages: [{ page: 1, width: Number.NaN, height: 1 }] })],
  ["a ledger that is none", done({ conservation: {} })],
])("refuses %s", (_, message) => {
  expect(() => createMessageCheck(10)(message)).toThrow();
});

it("counts over the whole conversion: no page and no picture comes twice, and their bytes end", () => {
  const check = createMessageCheck(1_000);
  check({ kind: "page_image", page: 1, png });
  expect(() => check({ kind: "page_image", page: 1, png })).toThrow();
  check(picture(png));
  expect(() => check(picture(png))).toThrow();
  const large = Buffer.alloc(120 * 1_048_576);
  png.copy(large);
  for (let page = 2; page <= 18; page++) check({ kind: "page_image", page, png: large });
  expect(() => check({ kind: "page_image", page: 19, png: large })).toThrow();
});
