import type { Block, FigureOnPage, TableOnPage, TextBlock } from "./blocks.ts";
import { overlapX, overlapY, union } from "./geometry.ts";
import type { Role } from "./roles.ts";

type Float = FigureOnPage | TableOnPage;

const maxDistance = 60; // points between a caption and what it names

/** Each caption with the nearest figure or table above or under it; "Table 2" names a table where one stands as near. */
export function pairCaptions(blocks: readonly Block[], roles: ReadonlyMap<TextBlock, Role>): Map<Float, TextBlock> {
  const floats = blocks.filter((block): block is Float => block.kind !== "text");
  const pairs: { float: Float; caption: TextBlock; distance: number }[] = [];
  for (const caption of blocks) {
    if (caption.kind !== "text" || roles.get(caption)?.label !== "caption") continue;
    const box = union(caption.lines);
    const wantsTable = /^tab/i.test(caption.lines[0]?.text ?? "");
    for (const float of floats) {
      if (float.page !== caption.lines[0]?.page || overlapX(float.box, box) <= 0) continue;
      const gap = Math.max(0, -overlapY(float.box, box));
      const distance = gap + (wantsTable === (float.kind === "table") ? 0 : maxDistance / 2);
      if (gap <= maxDistance) pairs.push({ float, caption, distance });
    }
  }
  const taken = new Set<TextBlock>();
  const result = new Map<Float, TextBlock>();
  for (const { float, caption } of pairs.sort((a, b) => a.distance - b.distance)) {
    if (result.has(float) || taken.has(caption)) continue;
    result.set(float, caption);
    taken.add(caption);
  }
  return result;
}
