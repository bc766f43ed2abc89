import type { TextBlock } from "./blocks.ts";

interface Level {
  /** `self_ref` of the group its items stand in. */
  readonly group: string;
  /** `self_ref` of the item that was written last. */
  item: string;
  left: number;
  page: number;
  column: number;
  readonly sign: string;
}

const sameIndent = 4; // points
const maxDepth = 8;

/** Groups of list items by their indent: what stands further right than the item before belongs under it. */
export interface ListLevels {
  /** The group the item goes into. */
  groupFor(block: TextBlock): string;
  written(item: string): void;
  /** Something that is no item came: the next one begins a list. */
  end(): void;
}

/** @param addGroup Makes a list under an item, or in the body. */
export function createListLevels(addGroup: (parentItem: string | null) => string): ListLevels {
  let levels: Level[] = [];
  return {
    groupFor(block) {
      const first = block.lines[0];
      const [left, page, column] = [first?.l ?? 0, first?.page ?? 0, block.column];
      const sign = block.marker?.enumerated ? shapeOf(block.marker.text) : (block.marker?.text ?? "");
      const last = levels.at(-1);
      // an indent means nothing across columns and pages: there the same sign means the same level
      const isElsewhere = last !== undefined && (last.page !== page || last.column !== column);
      const known = isElsewhere
        ? levels.findIndex((level) => level.sign === sign)
        : levels.findLastIndex((level) => level.left <= left + sameIndent);
      const level = levels[known];
      const isDeeper =
        !isElsewhere && level !== undefined && left > level.left + sameIndent && levels.length < maxDepth;
      if (level && !isDeeper) {
        levels = levels.slice(0, known + 1);
        Object.assign(level, { left, page, column });
        return level.group;
      }
      levels = levels.slice(0, isDeeper ? known + 1 : 0);
      const group = addGroup(levels.at(-1)?.item ?? null);
      levels.push({ group, item: "", left, page, column, sign });
      return group;
    },
    written(item) {
      const level = levels.at(-1);
      if (level) level.item = item;
    },
    end() {
      levels = [];
    },
  };
}

/** "1." and "2." are of one kind, "a)" is another. */
const shapeOf = (marker: string): string => marker.replace(/\d+/g, "1").replace(/[a-z]+/gi, "a");
