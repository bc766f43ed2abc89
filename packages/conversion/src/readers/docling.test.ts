import { AppError } from "@aurora/kernel";
import { describe, expect, it } from "vitest";
import { chunkHybrid } from "../chunker/hybrid.ts";
import { chunkForIndex } from "../chunker/index-profile.ts";
import { compileSchema, hasFixtures } from "../contract/fixtures.ts";
import { convertHere, textFile } from "../contract/samples.ts";

type Json = Record<string, unknown>;
const text = (index: number, fields: Json = {}): Json => ({
  self_ref: `#/texts/${index}`,
  parent: { $ref: "#/body" },
  children: [],
  label: "text",
  prov: [],
  orig: "Bonjour",
  text: "Bonjour",
  ...fields,
});
const children = (...refs: string[]) => refs.map(($ref) => ({ $ref }));
const table = (data: Json, fields: Json = {}): Json => ({
  ...text(0),
  self_ref: "#/tables/0",
  label: "table",
  data,
  ...fields,
});
const cell = (row: number, column: number, fields: Json = {}): Json => ({
  text: "x",
  start_row_offset_idx: row,
  end_row_offset_idx: row + 1,
  start_col_offset_idx: column,
  end_col_offset_idx: column + 1,
  ...fields,
});
const document = (fields: Json = {}): Json => ({
  schema_name: "DoclingDocument",
  version: "1.0.0",
  name: "a",
  body: { self_ref: "#/body", children: children("#/texts/0"), name: "_root_", label: "unspecified" },
  groups: [],
  texts: [text(0)],
  pictures: [],
  tables: [],
  pages: {},
  ...fields,
});
const body = (...refs: string[]): Json => ({
  self_ref: "#/body",
  children: children(...refs),
  name: "_root_",
  label: "unspecified",
});
const converted = (json: unknown) => convertHere(textFile("a.json", JSON.stringify(json)));

async function outcomeOf(json: unknown): Promise<string> {
  try {
    const { document: read, markdown } = await converted(json);
    chunkForIndex(read);
    chunkHybrid(read, { tokenizer: { count: (part) => part.length, longestToken: 1 }, maxTokens: 64 });
    return markdown;
  } catch (error) {
    return AppError.is(error) ? error.code : `not an AppError: ${error}`;
  }
}

describe("DoclingDocument JSON", () => {
  it("of version 1.0 becomes the current one: layers by label, ordered lists as lists, every word counted", async () => {
    const old = document({
      body: body("#/texts/0", "#/groups/0"),
      groups: [
        {
          self_ref: "#/groups/0",
          parent: { $ref: "#/body" },
          children: children("#/texts/1"),
          name: "list",
          label: "ordered_list",
        },
      ],
      texts: [
        text(0, { label: "page_header" }),
        text(1, { label: "list_item", enumerated: true, marker: "1.", text: "un mot" }),
      ],
    });
    const result = await converted(old);
    expect(result.format).toBe("docling");
    expect(result.markdown).toBe("1. un mot\n");
    expect(result.document.version).toBe("1.10.0");
    expect(result.document.groups[0]?.label).toBe("list");
    expect(result.document.texts.map((item) => item.content_layer)).toEqual(["furniture", "body"]);
    expect(result.conservation).toMatchObject({ coverage: 1, words: 3 });
    if (hasFixtures) expect(compileSchema()(JSON.parse(JSON.stringify(result.document)))).toBe(true);
  });

  it("keeps what it does not know", async () => {
    const { document: read } = await converted(document({ texts: [text(0, { meta: { other__field: [1] } })] }));
    expect(read.texts[0]).toMatchObject({ meta: { other__field: [1] } });
  });

  it("keeps no address that runs a script", async () => {
    const linked = (hyperlink: string) => converted(document({ texts: [text(0, { hyperlink })] }));
    for (const address of ["javascript:alert(1)", "java\nscript:alert(1)", "\u0001 vbscript:x", "file:///etc/passwd"]) {
      const { document: read, markdown } = await linked(address);
      expect([read.texts[0]?.hyperlink, markdown.trim()]).toEqual([undefined, "Bonjour"]);
    }
    expect((await linked("#note-1")).document.texts[0]?.hyperlink).toBe("#note-1");
  });

  const nested = (depth: number) => ({
    body: body("#/groups/0"),
    groups: Array.from({ length: depth }, (_, at) => ({
      self_ref: `#/groups/${at}`,
      children: children(at + 1 < depth ? `#/groups/${at + 1}` : "#/texts/0"),
      name: "g",
      label: "unspecified",
    })),
  });
  it.each([
    ["a child that does not exist", { body: body("#/texts/9") }, "document_corrupt"],
    ["a reference to a field", { body: body("#/name") }, "document_corrupt"],
    ["a node that is its own child", { texts: [text(0, { children: children("#/texts/0") })] }, "document_corrupt"],
    ["a child of two parents", { body: body("#/texts/0", "#/texts/0") }, "document_corrupt"],
    ["the root as a child", { texts: [text(0, { children: children("#/body") })] }, "document_corrupt"],
    [
      "a caption that does not exist",
      { tables: [table({}, { captions: children("#/texts/7") })], body: body("#/texts/0", "#/tables/0") },
      "document_corrupt",
    ],
    ["a text that is a number", { texts: [text(0, { text: 7 })] }, "document_corrupt"],
    ["texts that are an object", { texts: {} }, "document_corrupt"],
    ["a node that is null", { texts: [null] }, "document_corrupt"],
    ["a wrong self_ref", { texts: [text(0, { self_ref: "#/texts/1" })] }, "document_corrupt"],
    ["no body", { body: undefined }, "document_corrupt"],
    ["a page without size", { pages: { 1: { page_no: 1 } } }, "document_corrupt"],
    [
      "a page no database can number",
      { texts: [text(0, { prov: [{ page_no: 2 ** 31, bbox: { l: 0, t: 0, r: 1, b: 1 }, charspan: [0, 1] }] })] },
      "document_corrupt",
    ],
    ["an unknown version", { version: "9.9.9" }, "document_corrupt"],
    [
      "a table of a thousand million places",
      { tables: [table({ num_rows: 1e5, num_cols: 1e4, table_cells: [] })], body: body("#/texts/0", "#/tables/0") },
      "document_too_complex",
    ],
    [
      "cells that lie on one another",
      {
        tables: [
          table({
            num_rows: 1_000,
            num_cols: 1_000,
            table_cells: [1, 2, 3].map(() => cell(0, 0, { end_row_offset_idx: 1_000, end_col_offset_idx: 1_000 })),
          }),
        ],
        body: body("#/texts/0", "#/tables/0"),
      },
      "document_too_complex",
    ],
    [
      "a cell before the table",
      {
        tables: [table({ num_rows: 1, num_cols: 1, table_cells: [cell(-1, 0)] })],
        body: body("#/texts/0", "#/tables/0"),
      },
      "document_corrupt",
    ],
    [
      "a cell that holds its own table",
      {
        tables: [table({ num_rows: 1, num_cols: 1, table_cells: [cell(0, 0, { ref: { $ref: "#/tables/0" } })] })],
        body: body("#/texts/0", "#/tables/0"),
      },
      "document_corrupt",
    ],
    ["nodes in one another a thousand deep", nested(1_000), "document_too_complex"],
    [
      "a chart of impossible size",
      {
        pictures: [
          {
            ...text(0),
            self_ref: "#/pictures/0",
            label: "picture",
            meta: { tabular_chart: { chart_data: { num_rows: 1e9, num_cols: 1e9, table_cells: [] } } },
          },
        ],
        body: body("#/texts/0", "#/pictures/0"),
      },
      "document_too_complex",
    ],
  ])("with %s ends in a code", async (_, fields, code) => {
    expect(await outcomeOf(document(fields))).toBe(code);
  });

  it.each([
    [
      "cells outside the table",
      {
        tables: [table({ num_rows: 1, num_cols: 1, table_cells: [cell(0, 0), cell(5, 5)] })],
        body: body("#/texts/0", "#/tables/0"),
      },
      "Bonjour\n\n| x |\n| - |\n",
    ],
    [
      "meta and annotations of other types",
      { texts: [text(0, { meta: 7, annotations: "x", formatting: [], hyperlink: {} })] },
      "Bonjour\n",
    ],
    ["runs that are none", { texts: [text(0, { meta: { aurora__runs: [[1, 2]] } })] }, "Bonjour\n"],
  ])("with %s is read all the same", async (_, fields, markdown) => {
    expect(await outcomeOf(document(fields))).toBe(markdown);
  });

  it.each([
    ["cut short", JSON.stringify(document()).slice(0, 200), "document_corrupt"],
    [
      "that is brackets alone",
      `{"schema_name":"DoclingDocument","x":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
      "document_too_complex",
    ],
    ["without text", JSON.stringify(document({ texts: [text(0, { text: "" })] })), "document_no_text"],
  ])("%s ends in a code", async (_, source, code) => {
    const failure = await convertHere(textFile("a.json", source)).catch((error: unknown) => error);
    expect(AppError.is(failure) ? failure.code : failure).toBe(code);
  });
});
