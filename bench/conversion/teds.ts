import { likeness } from "./measures.ts";

/** A table, a row or a cell; only cells have text and spans. */
export interface TableTree {
  readonly tag: "table" | "tr" | "td";
  readonly rowSpan: number;
  readonly columnSpan: number;
  readonly text: string;
  readonly children: readonly TableTree[];
}

const node = (tag: TableTree["tag"], children: readonly TableTree[]): TableTree => ({
  tag,
  rowSpan: 1,
  columnSpan: 1,
  text: "",
  children,
});

export const cellNode = (text: string, rowSpan = 1, columnSpan = 1): TableTree => ({
  ...node("td", []),
  text,
  rowSpan,
  columnSpan,
});
export const tableNode = (rows: readonly (readonly TableTree[])[]): TableTree =>
  node(
    "table",
    rows.map((cells) => node("tr", cells)),
  );
export const treeOfRows = (rows: readonly (readonly string[])[]): TableTree =>
  tableNode(rows.map((row) => row.map((text) => cellNode(text))));

/**
 * Tree-edit-distance similarity of two tables (Zhong et al. 2019): 1 − distance / nodes of the larger. Taking out or
 * putting in a node costs 1, changing a cell's spans 1, its text the share of characters edited.
 */
export function teds(a: TableTree, b: TableTree): number {
  const [left, right] = [postOrder(a), postOrder(b)];
  return 1 - treeDistance(left, right) / Math.max(left.nodes.length, right.nodes.length);
}

interface Ordered {
  readonly nodes: readonly TableTree[];
  /** Of each node, in post-order, the position of the leftmost leaf under it. */
  readonly leftmost: readonly number[];
  /** The last node of each leftmost leaf: the roots of the subtrees that are compared. */
  readonly keyRoots: readonly number[];
}

function postOrder(root: TableTree): Ordered {
  const nodes: TableTree[] = [];
  const leftmost: number[] = [];
  const visit = (tree: TableTree): number => {
    const leaves = tree.children.map(visit);
    leftmost.push(leaves[0] ?? nodes.length);
    nodes.push(tree);
    return leftmost.at(-1) ?? 0;
  };
  visit(root);
  const lastOf = new Map(leftmost.map((leaf, position) => [leaf, position]));
  return { nodes, leftmost, keyRoots: [...lastOf.values()].sort((x, y) => x - y) };
}

/** Zhang and Shasha 1989. */
function treeDistance(a: Ordered, b: Ordered): number {
  const width = b.nodes.length;
  const trees = new Float64Array(a.nodes.length * width);
  for (const rootA of a.keyRoots)
    for (const rootB of b.keyRoots) {
      const [fromA, fromB] = [a.leftmost[rootA] ?? 0, b.leftmost[rootB] ?? 0];
      const columns = rootB - fromB + 2;
      const forest = new Float64Array((rootA - fromA + 2) * columns);
      const at = (i: number, j: number) => (i - fromA + 1) * columns + (j - fromB + 1);
      for (let i = fromA; i <= rootA; i++) forest[at(i, fromB - 1)] = (forest[at(i - 1, fromB - 1)] ?? 0) + 1;
      for (let j = fromB; j <= rootB; j++) forest[at(fromA - 1, j)] = (forest[at(fromA - 1, j - 1)] ?? 0) + 1;
      for (let i = fromA; i <= rootA; i++)
        for (let j = fromB; j <= rootB; j++) {
          const [leftA, leftB] = [a.leftmost[i] ?? 0, b.leftmost[j] ?? 0];
          const isWhole = leftA === fromA && leftB === fromB;
          const joined = isWhole
            ? (forest[at(i - 1, j - 1)] ?? 0) + changeCost(a.nodes[i], b.nodes[j])
            : (forest[at(leftA - 1, leftB - 1)] ?? 0) + (trees[i * width + j] ?? 0);
          const least = Math.min((forest[at(i - 1, j)] ?? 0) + 1, (forest[at(i, j - 1)] ?? 0) + 1, joined);
          forest[at(i, j)] = least;
          if (isWhole) trees[i * width + j] = least;
        }
    }
  return trees.at(-1) ?? 0;
}

function changeCost(a: TableTree | undefined, b: TableTree | undefined): number {
  if (!a || !b || a.tag !== b.tag) return 1;
  if (a.tag !== "td") return 0;
  if (a.rowSpan !== b.rowSpan || a.columnSpan !== b.columnSpan) return 1;
  return a.text === b.text ? 0 : 1 - likeness(a.text, b.text);
}
