import type { PageLines } from "./lines.ts";
import type { PageTags, Tag } from "./structure.ts";
import type { Word } from "./words.ts";

/** Which of a document's tags agree with what its pages show. */
export interface TagTrust {
  /** Paragraphs and items begin and end where the tags say. */
  readonly blocks: boolean;
  readonly headings: boolean;
  /** What bears no tag is decoration: running heads, page numbers. */
  readonly artifacts: boolean;
}

interface TaggedPage extends PageLines {
  readonly tags: PageTags | null;
}

const leastTagged = 0.6; // of the words
const mostCut = 0.12; // of the blocks may end inside a sentence that the next goes on with
const longBlock = 4_000; // letters: no paragraph is as long
const mostLong = 0.1; // of the letters may stand in such blocks
const mostHeading = 0.35; // of the letters may be headings
const nearlyAll = 0.8;

const none: TagTrust = { blocks: false, headings: false, artifacts: false };

/** Tags made by a machine that marked each line as a paragraph, or all as headings, are worth less than the page's look. */
export function trustTags(pages: readonly TaggedPage[]): TagTrust {
  let [words, tagged, letters, long, heading, blocks, cut] = [0, 0, 0, 0, 0, 0, 0];
  for (const { tags, segments } of pages) {
    if (!tags) continue;
    const lengths = new Map<number, number>();
    let open: { block: number; text: string } | null = null;
    for (const word of segments.flatMap((segment) => segment.words)) {
      words++;
      const tag = tagOf(word, tags);
      if (!tag) continue;
      tagged++;
      letters += word.text.length;
      lengths.set(tag.block, (lengths.get(tag.block) ?? 0) + word.text.length);
      if (tag.kind === "heading") heading += word.text.length;
      if (tag.cell || tag.kind === "heading") continue;
      if (open && open.block !== tag.block) {
        blocks++;
        if (/[\p{Ll},]$/u.test(open.text) && /^\p{Ll}/u.test(word.text) && tag.kind === "text") cut++;
      }
      open = { block: tag.block, text: word.text };
    }
    for (const length of lengths.values()) if (length > longBlock) long += length;
  }
  if (words === 0 || tagged < leastTagged * words) return none;
  return {
    blocks: cut <= Math.max(1, mostCut * blocks) && long <= mostLong * letters,
    headings: heading <= mostHeading * letters,
    artifacts: tagged >= nearlyAll * words,
  };
}

export const tagOf = (word: Word, tags: PageTags | null): Tag | undefined =>
  word.mark === undefined || word.mark < 0 ? undefined : tags?.marks.get(word.mark);

/** The tag most letters of a line have. */
export function lineTag(words: readonly Word[], tags: PageTags | null): Tag | undefined {
  if (!tags) return undefined;
  const weights = new Map<Tag, number>();
  for (const word of words) {
    const tag = tagOf(word, tags);
    if (!tag) continue;
    const known = [...weights.keys()].find((other) => other.block === tag.block) ?? tag;
    weights.set(known, (weights.get(known) ?? 0) + word.text.length);
  }
  return [...weights].sort((a, b) => b[1] - a[1])[0]?.[0];
}
