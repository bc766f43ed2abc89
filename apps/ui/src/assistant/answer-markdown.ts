import type { Support } from "@aurora/contracts";
import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmTableFromMarkdown } from "mdast-util-gfm-table";
import { gfmTable } from "micromark-extension-gfm-table";

/** CommonMark with tables. HTML stays a node of text: nothing here or in the view turns it into elements. */
export const parseAnswer = (answer: string): Root =>
  fromMarkdown(answer, { extensions: [gfmTable()], mdastExtensions: [gfmTableFromMarkdown()] });

/** The target of a link when it may be followed: `https:` and `mailto:` only (RFC 3986 absolute), else null. */
export function safeLink(target: string): string | null {
  try {
    const url = new URL(target);
    return url.protocol === "https:" || url.protocol === "mailto:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A run of one text: plain words or a citation marker, with how well the documents carry it. */
export type Run = { readonly text: string; readonly marker: string | null; readonly level: Support["level"] };

/**
 * Cuts a text at its markers (`[1]`) and at the borders of support.
 * @param offset Where the text begins in the answer, UTF-16 units; null when that is not known (escapes, entities).
 */
export function runsOf(text: string, offset: number | null, support: readonly Support[]): Run[] {
  const cuts = new Set([0, text.length]);
  const markers = new Map<number, string>();
  for (const match of text.matchAll(/\[\d{1,3}\]/g)) {
    markers.set(match.index, match[0]);
    cuts.add(match.index).add(match.index + match[0].length);
  }
  const local =
    offset === null ? [] : support.map((one) => ({ ...one, start: one.start - offset, end: one.end - offset }));
  for (const { start, end } of local)
    for (const cut of [start, end])
      if (cut > 0 && cut < text.length && ![...markers].some(([at, marker]) => cut > at && cut < at + marker.length))
        cuts.add(cut);
  const ordered = [...cuts].sort((a, b) => a - b);
  return ordered.slice(0, -1).map((start, index) => {
    const level = local.find((one) => one.start <= start && start < one.end)?.level ?? "supported";
    return { text: text.slice(start, ordered[index + 1]), marker: markers.get(start) ?? null, level };
  });
}
