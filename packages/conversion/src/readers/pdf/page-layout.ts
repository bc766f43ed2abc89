import type { PageLink, PageNote } from "./annotations.ts";
import { lineOf, pageBlocks, type TextBlock } from "./blocks.ts";
import { type Frame, frameOf, isSlanted, quarterOf, skewedFrame } from "./frame.ts";
import { type Box, union, width } from "./geometry.ts";
import type { PageLines } from "./lines.ts";
import { type Segment, segmentOf, toSegments, withDrawnBullets } from "./lines.ts";
import type { PageText } from "./page-text.ts";
import { mapRules, type Rules } from "./rules.ts";
import type { PageTags } from "./structure.ts";
import type { Word } from "./words.ts";

/** A page turned so that most of its text reads from left to right; `frame` leads back to the page as shown. */
export interface PageLayout extends PageLines {
  readonly rules: Rules;
  readonly frame: Frame;
  /** Words that run another way: up a margin or a table's head, across the page as a watermark. */
  readonly side: readonly Word[];
  /** Where they are on the page as shown. */
  readonly links: readonly PageLink[];
  readonly notes: readonly PageNote[];
  readonly tags: PageTags | null;
}

export function layoutOf(text: PageText): PageLayout {
  const quarter = mainQuarter(text.words);
  const frame = skewedFrame(frameOf(quarter, text.width, text.height), text.skew);
  const words =
    quarter === 0
      ? text.words
      : text.words.map((word) => ({
          ...word,
          ...frame.toFrame(word),
          angle: (word.angle - 90 * quarter + 360) % 360,
        }));
  const rules = quarter === 0 ? text.rules : turned(text.rules, frame);
  const isLevel = (word: Word) => quarterOf(word.angle) === 0 && !isSlanted(word.angle);
  return {
    page: text.page,
    width: frame.width,
    height: frame.height,
    segments: withDrawnBullets(toSegments(words.filter(isLevel)), rules.dots),
    side: words.filter((word) => !isLevel(word)),
    rules,
    frame,
    links: text.links,
    notes: text.notes,
    tags: text.tags,
  };
}

/** The direction most characters run in, in quarter turns. */
function mainQuarter(words: readonly Word[]): number {
  const weights = [0, 0, 0, 0];
  for (const word of words)
    if (!isSlanted(word.angle)) {
      const quarter = quarterOf(word.angle);
      weights[quarter] = (weights[quarter] ?? 0) + word.text.length;
    }
  return weights.indexOf(Math.max(...weights));
}

function turned(rules: Rules, frame: Frame): Rules {
  const turn = (boxes: readonly Box[]) => boxes.map((box) => frame.toFrame(box));
  return {
    ...mapRules(rules, (box) => frame.toFrame(box)),
    dots: turn(rules.dots),
    images: rules.images.map((image) => ({ ...image, ...frame.toFrame(image) })),
    strokes: turn(rules.strokes),
  };
}

/** The words that run another way, as blocks of their own, each with the frame its boxes stand in. */
export function sideBlocks(layout: PageLayout, words: readonly Word[]): TextBlock[] {
  const blocks: TextBlock[] = [];
  for (const quarter of [1, 2, 3]) {
    const turn = frameOf(quarter, layout.width, layout.height);
    const own = words.filter((word) => quarterOf(word.angle) === quarter && !isSlanted(word.angle));
    const segments = toSegments(own.map((word) => ({ ...word, ...turn.toFrame(word), angle: 0 })));
    const pieces = segments.map((segment) => ({ kind: "line" as const, segment, ...union([segment]) }));
    const frame: Frame = {
      ...turn,
      toFrame: (box) => turn.toFrame(layout.frame.toFrame(box)),
      toPage: (box) => layout.frame.toPage(turn.toPage(box)),
    };
    for (const block of pageBlocks({ ...layout, columns: [pieces] }))
      if (block.kind === "text") blocks.push({ ...block, frame, marker: null });
  }
  let slanted: Word[] = [];
  const flush = () => {
    const first = slanted[0];
    if (first) blocks.push(asideOf([segmentOf(slanted)], layout));
    slanted = [];
  };
  for (const word of words.filter((other) => isSlanted(other.angle))) {
    if (slanted[0] && slanted[0].angle !== word.angle) flush();
    slanted.push(word);
  }
  flush();
  return blocks;
}

function asideOf(segments: readonly Segment[], layout: PageLayout): TextBlock {
  const lines = segments.map((segment) => lineOf([segment], layout.page));
  return { kind: "text", lines, column: -1, columnBox: union(lines), marker: null, frame: layout.frame };
}

/** In the outer tenth of the page at its left or right: a stamp, a running title turned on its side. */
export function isMarginal(block: TextBlock, layout: PageLayout): boolean {
  const box = layout.frame.toFrame((block.frame ?? layout.frame).toPage(union(block.lines)));
  return width(box) < 0.08 * layout.width && (box.r < 0.1 * layout.width || box.l > 0.9 * layout.width);
}
