import { expect, it } from "vitest";
import { editDistance } from "./edit-distance.ts";
import { partsOf } from "./markdown-parts.ts";
import { score } from "./scores.ts";
import { neighbours } from "./table-scores.ts";
import { cellNode, tableNode, teds, treeOfRows } from "./teds.ts";

/** The table written out in full. */
function slowDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}

it("edit distance by bits is that of the table, whatever the lengths", () => {
  let seed = 7;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed % below;
  };
  const text = () => Array.from({ length: random(140) }, () => "abc é"[random(5)]).join("");
  for (let run = 0; run < 400; run++) {
    const [a, b] = [text(), text()];
    expect([a, b, editDistance(a, b)]).toEqual([a, b, slowDistance(a, b)]);
  }
});

it("TEDS is 1 for equal tables, and falls by each node and letter that differ", () => {
  const rows = [
    ["a", "bb"],
    ["c", "dd"],
  ];
  const table = treeOfRows(rows); // 7 nodes
  expect(teds(table, treeOfRows(rows))).toBe(1);
  expect(teds(table, treeOfRows([["a", "bb"]]))).toBeCloseTo(1 - 3 / 7);
  expect(
    teds(
      table,
      treeOfRows([
        ["a", "bb"],
        ["c", "dx"],
      ]),
    ),
  ).toBeCloseTo(1 - 0.5 / 7);
  const spanned = tableNode([
    [cellNode("a"), cellNode("bb")],
    [cellNode("c"), cellNode("dd", 1, 2)],
  ]);
  expect(teds(table, spanned)).toBeCloseTo(1 - 1 / 7);
});

it("adjacency skips empty cells", () => {
  expect(
    neighbours([
      ["a", "", "b"],
      ["c", "d", ""],
    ]),
  ).toEqual(["a→b", "a↓c", "c→d"]);
});

it("a document scores 1 against itself, and each part counts on its own", () => {
  const parts = partsOf("# T\n\nUn texte.\n\n## A\n\n- x\n- y\n\n| a | b |\n| - | - |\n| 1 | 2 |\n");
  for (const value of Object.values(score(parts, parts))) expect(value).toBe(1);
  const other = partsOf("# T\n\nUn texte.\n\n### A\n\n- x\n- z\n\n| a | b |\n| - | - |\n| 1 | 3 |\n");
  const { headings, levels, items, cells } = score(other, parts);
  expect([headings, levels, items, cells]).toEqual([1, 0.5, 0.5, 0.75]);
});
