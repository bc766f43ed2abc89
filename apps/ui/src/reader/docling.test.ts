import { describe, expect, it } from "vitest";
import { blocksOf, DoclingJson } from "./docling.ts";

const ref = (path: string) => ({ $ref: `#/${path}` });
const cell = (text: string, row: number, column: number, rest: object = {}) => ({
  text,
  start_row_offset_idx: row,
  start_col_offset_idx: column,
  ...rest,
});

describe("blocksOf", () => {
  it("keeps reading order, joins inline runs and leaves page furniture out", () => {
    const document = DoclingJson.parse({
      body: { children: [ref("texts/0"), ref("texts/1"), ref("groups/0"), ref("groups/1"), ref("texts/9")] },
      groups: [
        { label: "list", children: [ref("texts/2")] },
        { label: "inline", children: [ref("texts/3"), ref("texts/4")] },
      ],
      texts: [
        { label: "title", text: "T", prov: [{ page_no: 3 }] },
        { label: "page_header", text: "header" },
        { label: "list_item", text: "a", enumerated: true, marker: "1." },
        { label: "text", text: "left" },
        { label: "text", text: "right" },
      ],
    });
    expect(blocksOf(document)).toEqual([
      { kind: "heading", text: "T", level: 1, page: 3 },
      { kind: "item", text: "a", marker: "1.", depth: 1, page: null },
      { kind: "text", text: "left right", page: null },
    ]);
  });

  it("places a cell that covers two columns once, from a grid that repeats it", () => {
    const wide = cell("wide", 0, 0, { col_span: 2, column_header: true });
    const document = DoclingJson.parse({
      body: { children: [ref("tables/0")] },
      tables: [
        {
          data: {
            grid: [
              [wide, wide],
              [cell("a", 1, 0), cell("b", 1, 1)],
            ],
          },
        },
      ],
    });
    expect(blocksOf(document)).toEqual([
      {
        kind: "table",
        caption: "",
        page: null,
        rows: [
          [{ text: "wide", isHeader: true, rowSpan: 1, columnSpan: 2 }],
          [
            { text: "a", isHeader: false, rowSpan: 1, columnSpan: 1 },
            { text: "b", isHeader: false, rowSpan: 1, columnSpan: 1 },
          ],
        ],
      },
    ]);
  });

  it("heads the tables of a workbook with the name of their sheet", () => {
    const document = DoclingJson.parse({
      body: { children: [ref("groups/0"), ref("groups/1")] },
      groups: [
        { label: "section", name: "sheet: Budget", children: [ref("texts/0")] },
        { label: "sheet", name: "Notes", children: [] },
      ],
      texts: [{ label: "text", text: "a" }],
    });
    expect(blocksOf(document)).toEqual([
      { kind: "heading", text: "Budget", level: 2, page: null },
      { kind: "text", text: "a", page: null },
      { kind: "heading", text: "Notes", level: 2, page: null },
    ]);
  });

  it("ends on a document whose references run in a circle", () => {
    const document = DoclingJson.parse({
      body: { children: [ref("groups/0")] },
      groups: [{ label: "section", children: [ref("groups/1"), ref("texts/0")] }, { children: [ref("groups/0")] }],
      texts: [{ label: "text", text: "once", children: [ref("texts/0")] }],
    });
    expect(blocksOf(document)).toEqual([{ kind: "text", text: "once", page: null }]);
  });
});
