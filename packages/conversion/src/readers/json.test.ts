import { expect, it } from "vitest";
import { convertHere, textFile } from "../contract/samples.ts";
import { tableGrid } from "../markdown-export.ts";

const read = (text: string) => convertHere(textFile("a.json", text));

it("heads objects by their path, lists scalars, makes tables of records", async () => {
  const { document, title, conservation } = await read(
    '{"title":"Stock","id":12345678901234567890,"owner":{"name":"Zo\\u00e9","tags":["a","b"]},"items":[{"sku":"X1","dim":{"w":1}},{"sku":"X2"}],"rows":[[1,2],[3,4]],"none":null}',
  );
  expect(title).toBe("Stock");
  expect(document.texts.map(({ label, text, level }) => [label, text, level ?? null])).toEqual([
    ["text", "title: Stock\nid: 12345678901234567890", null],
    ["section_header", "owner", 1],
    ["text", "name: Zoé", null],
    ["section_header", "owner.tags", 2],
    ["list_item", "a", null],
    ["list_item", "b", null],
    ["section_header", "items", 1],
    ["section_header", "rows", 1],
    ["text", "none:", null],
  ]);
  expect(document.tables.map(tableGrid)).toEqual([
    [
      ["sku", "dim.w"],
      ["X1", "1"],
      ["X2", ""],
    ],
    [
      ["1", "2"],
      ["3", "4"],
    ],
  ]);
  expect(conservation.coverage).toBe(1);
  expect(conservation.losses).toEqual([{ page: null, reason: "duplicate", words: 1, sample: "sku" }]);
});
it("reads JSON Lines as one table", async () => {
  const { document } = await read('{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n');
  expect(document.tables.map(tableGrid)).toEqual([
    [
      ["a", "b"],
      ["1", "x"],
      ["2", "y"],
    ],
  ]);
});
it.each([
  ["cut short", '{"a": [1, 2'],
  ["with a comma too many", '{"a": 1,, "b": 2}'],
  ["with a bare word", '{"a": oui}'],
  ["with a broken string", '["\\x"]'],
])("refuses what is %s", async (_, text) => {
  await expect(read(text)).rejects.toMatchObject({ code: "document_corrupt" });
});
it("refuses arrays in arrays without end", async () => {
  await expect(read("[".repeat(100_000))).rejects.toMatchObject({ code: "document_too_complex" });
});
