import type { ByteView } from "./compound.ts";
import { type Look, type ParagraphFormat, readLooks, readParagraphFormats } from "./doc-formats.ts";
import { corrupt, type DocStreams } from "./doc-streams.ts";

/** One paragraph, table cell or row end of a Word 97–2003 file. */
export interface DocParagraph extends ParagraphFormat {
  readonly text: string;
  /** Deleted by a tracked change, or hidden: shows nothing. */
  readonly dropped: { readonly deleted: string; readonly hidden: string };
  /** Ends a table cell; with `isRowEnd`, a row. */
  readonly isCellEnd: boolean;
}

export type DocPart = "body" | "footnotes" | "headers" | "comments" | "endnotes" | "boxes";

/** In the order their texts stand in the file; each has its length in the header (MS-DOC 2.5.4). */
const parts: readonly (readonly [part: DocPart | null, lengthAt: number])[] = [
  ["body", 76],
  ["footnotes", 80],
  ["headers", 84],
  [null, 88],
  ["comments", 92],
  ["endnotes", 96],
  ["boxes", 100],
  ["boxes", 104],
];

interface Piece {
  /** Characters of the document's text, the end excluded. */
  readonly start: number;
  readonly end: number;
  readonly offset: number;
  readonly isWide: boolean;
}

/** The text is kept in pieces, in one or two bytes a character (MS-DOC 2.4.1, 2.9.38). */
function readPieces({ table, structure }: DocStreams): Piece[] {
  const clx = structure(33);
  let at = clx.at;
  while (at < clx.at + clx.length && table.u8(at) === 1) at += 3 + table.u16(at + 1);
  if (table.u8(at) !== 2) throw corrupt("no piece table");
  const count = Math.floor((table.u32(at + 1) - 4) / 12);
  const start = at + 5;
  if (count < 1 || start + count * 12 > table.length) throw corrupt("piece table");
  return Array.from({ length: count }, (_, index) => {
    const offset = table.u32(start + (count + 1) * 4 + index * 8 + 2);
    const isWide = (offset & 0x40000000) === 0;
    return {
      start: table.u32(start + index * 4),
      end: table.u32(start + index * 4 + 4),
      offset: isWide ? offset : (offset & 0x3fffffff) / 2,
      isWide,
    };
  });
}

/** Paragraphs of each part of the text, in order. */
export function readDocParts(streams: DocStreams): Map<DocPart, DocParagraph[]> {
  const { word } = streams;
  const pieces = readPieces(streams);
  const formats = readParagraphFormats(streams);
  const looks = readLooks(streams);
  const found = new Map<DocPart, DocParagraph[]>();
  let start = 0;
  for (const [part, lengthAt] of parts) {
    const end = start + word.u32(lengthAt);
    if (part) found.set(part, [...(found.get(part) ?? []), ...paragraphsOf(word, pieces, formats, looks, start, end)]);
    start = end;
  }
  return found;
}

function paragraphsOf(
  word: ByteView,
  pieces: readonly Piece[],
  formatAt: (offset: number) => ParagraphFormat,
  lookAt: (offset: number) => Look,
  start: number,
  end: number,
): DocParagraph[] {
  const paragraphs: DocParagraph[] = [];
  const collect = createCollector();
  for (const piece of pieces) {
    const [from, to] = [Math.max(start, piece.start), Math.min(end, piece.end)];
    if (from >= to) continue;
    const width = piece.isWide ? 2 : 1;
    const offset = piece.offset + (from - piece.start) * width;
    const text = piece.isWide ? word.utf16(offset, to - from) : word.windows1252(offset, to - from);
    if (text === "") throw corrupt("text outside the file");
    for (let index = 0; index < text.length; index++) {
      const mark = text[index] ?? "";
      const place = offset + index * width;
      if (mark !== "\r" && mark !== "\u0007" && mark !== "\f") {
        collect.add(mark, lookAt(place));
        continue;
      }
      paragraphs.push({ ...formatAt(place), ...collect.take(), isCellEnd: mark === "\u0007" });
    }
  }
  const rest = collect.take();
  if (rest.text !== "") paragraphs.push({ ...formatAt(-1), ...rest, isCellEnd: false });
  return paragraphs;
}

/** Gathers what a paragraph shows: codes of fields, deleted and hidden characters apart. */
function createCollector() {
  let [text, deleted, hidden] = ["", "", ""];
  let fields: boolean[] = []; // of each open field, whether its code is being read
  return {
    add(mark: string, look: Look) {
      if (mark === "\u0013") fields.push(true);
      else if (mark === "\u0014" && fields.length > 0) fields[fields.length - 1] = false;
      else if (mark === "\u0015") fields.pop();
      if (fields.includes(true)) return;
      const shown = shownMarks[mark] ?? (mark < " " && mark !== "\t" ? "" : mark);
      if (look.isDeleted) deleted += shown;
      else if (look.isHidden) hidden += shown;
      else text += shown;
    },
    take() {
      const taken = { text: text.trim(), dropped: { deleted: deleted.trim(), hidden: hidden.trim() } };
      [text, deleted, hidden] = ["", "", ""];
      if (!fields.includes(true)) fields = [];
      return taken;
    },
  };
}

/** Characters with a meaning of their own (MS-DOC 2.4.1). */
const shownMarks: Readonly<Record<string, string>> = {
  "\u000b": "\n",
  "\u000e": "\n",
  "\u001e": "-",
  "\u001f": "",
  "\u00ad": "",
};
