import type { Block, TextBlock } from "./blocks.ts";
import type { Role } from "./roles.ts";

/**
 * A paragraph cut by the end of its column or page is one again: the first part ends inside a sentence, the second
 * begins with a small letter, and both are running text of one size.
 */
export function joinAcrossBreaks(blocks: readonly Block[], roles: ReadonlyMap<TextBlock, Role>): Block[] {
  const result: Block[] = [];
  let openText: TextBlock | null = null;
  for (const block of blocks) {
    if (block.kind === "text" && openText && goesOn(openText, block, roles)) {
      openText.lines.push(...block.lines);
      continue;
    }
    result.push(block);
    if (block.kind === "text" && !isFloat(block, roles)) openText = block;
  }
  return result;
}

/** What stands between the two halves of a paragraph without being read there. */
const isFloat = (block: TextBlock, roles: ReadonlyMap<TextBlock, Role>): boolean =>
  ["caption", "footnote"].includes(roles.get(block)?.label ?? "") || block.frame !== undefined;

function goesOn(block: TextBlock, next: TextBlock, roles: ReadonlyMap<TextBlock, Role>): boolean {
  const last = block.lines.at(-1);
  const first = next.lines[0];
  if (!last || !first || (last.page === first.page && block.column === next.column)) return false;
  if (!["text", "list_item"].includes(roles.get(block)?.label ?? "") || roles.get(next)?.label !== "text") return false;
  if (Math.abs(last.segment.size - first.segment.size) > 0.6) return false;
  return /[\p{L}\p{N},\-–’')»]$/u.test(last.text) && /^[\p{Ll}(]/u.test(first.text);
}
