import type { BoundingBox } from "@aurora/contracts";
import type { DoclingDocument } from "../docling-document.ts";
import { documentLanguage } from "../language.ts";
import type { IndexChunk } from "../port.ts";
import { mergeRanges } from "./char-spans.ts";
import { type DocumentText, documentTextOf } from "./document-text.ts";
import { cutLong, sentencesOf, type TextRange } from "./sentences.ts";
import { moveSpans, type Section, type Span, sectionsOf, type Unit } from "./units.ts";

export interface IndexChunkOptions {
  /** Characters (UTF-16 units) a chunk aims at least at, where its section has them. */
  readonly minChars: number;
  readonly maxChars: number;
  /** Share of `maxChars` that a chunk repeats of the one before it in the same section, in whole sentences. */
  readonly overlap: number;
}

export const defaultIndexChunkOptions: IndexChunkOptions = { minChars: 800, maxChars: 1_200, overlap: 0.15 };

/**
 * The `index` profile: passages that are embedded, searched and cited. Sections by Docling's structural rules are
 * cut into pieces of about equal length, at most `maxChars`, on sentence borders; tables by rows, the header row
 * repeated. `text` is the document's own text; nothing crosses a heading.
 */
export function chunkForIndex(
  document: DoclingDocument,
  options: Partial<IndexChunkOptions> = {},
  documentText: DocumentText = documentTextOf(document),
): IndexChunk[] {
  const settings = { ...defaultIndexChunkOptions, ...options };
  const language = documentLanguage(document);
  const chunks: IndexChunk[] = [];
  for (const section of sectionsOf(document, documentText))
    for (const atoms of section.table ? tableParts(section, settings) : textParts(section, settings))
      chunks.push({
        ...chunkOf(atoms, section, chunks.length, language),
        charSpans: mergeRanges(documentText.text, atoms.flatMap(placeOf)),
      });
  return chunks;
}

/** A stretch that is never cut: a sentence, a table row, or a piece of one longer than a chunk. */
interface Atom extends Unit {
  /** A line of the header in a later part of its table: it stands elsewhere in the document. */
  readonly isRepeated?: boolean;
}

const placeOf = ({ at, isRepeated, text }: Atom): TextRange[] =>
  isRepeated === true ? [] : [{ start: at, end: at + text.length }];

function atomsOf(unit: Unit, maxChars: number): Atom[] {
  const ranges = sentencesOf(unit.text).flatMap((range) => cutLong(unit.text, range, maxChars));
  return ranges.map(({ start, end }, index) => {
    const next = ranges[index + 1];
    const between = next ? unit.text.slice(end, next.start) : unit.separator;
    return {
      text: unit.text.slice(start, end),
      at: unit.at + start,
      spans: moveSpans(unit.spans, -start, end - start),
      separator: between.includes("\n") ? (between.includes("\n\n") ? "\n\n" : "\n") : (between as "\n"),
    };
  });
}

const lengthOf = (atoms: readonly Atom[]): number =>
  atoms.reduce(
    (sum, atom, index) => sum + atom.text.length + (index < atoms.length - 1 ? atom.separator.length : 0),
    0,
  );

/** Parts of about equal length: the number that `maxChars` needs, each filled to its share of what is left. */
function textParts(section: Section, { minChars, maxChars, overlap }: IndexChunkOptions): Atom[][] {
  const atoms = section.units.flatMap((unit) => atomsOf(unit, maxChars));
  const parts: Atom[][] = [];
  let part: Atom[] = [];
  let fresh = 0; // atoms of the part that are not overlap
  let left = lengthOf(atoms);
  for (const atom of atoms) {
    const length = lengthOf(part);
    const overlapLength = length - lengthOf(part.slice(part.length - fresh));
    const remaining = left + length;
    const target = Math.max(minChars, remaining / Math.max(1, Math.ceil(remaining / maxChars)));
    const isFull =
      fresh > 0 && (length + 1 + atom.text.length > maxChars || length - overlapLength + atom.text.length / 2 > target);
    if (isFull) {
      parts.push(part);
      part = overlapOf(part, overlap * maxChars, maxChars - atom.text.length - 2);
      fresh = 0;
    }
    part.push(atom);
    fresh++;
    left -= atom.text.length + 1;
  }
  if (fresh > 0) parts.push(part);
  return parts;
}

/** The last whole sentences of a part within `maxChars`; one longer sentence is taken up to twice that. */
function overlapOf(part: readonly Atom[], maxChars: number, room: number): Atom[] {
  const taken: Atom[] = [];
  for (const atom of [...part].reverse()) {
    const length = lengthOf([atom, ...taken]);
    if (length > room || length > (taken.length === 0 ? 1.5 * maxChars : maxChars)) break;
    taken.unshift(atom);
  }
  return taken.length < part.length ? taken : [];
}

function tableParts(section: Section, { maxChars }: IndexChunkOptions): Atom[][] {
  const above = section.table?.header ?? [];
  const header = above.filter((unit) => unit.text.length < maxChars / 2);
  const room = maxChars - lengthOf(header) - 1;
  const tooLong = above.filter((unit) => !header.includes(unit) && /[^\s|-]/.test(unit.text)); // to be said once, not repeated
  const rows = [...tooLong, ...section.units]
    .filter((unit) => unit.text !== "")
    .flatMap((unit): Atom[] => {
      const ranges = cutLong(unit.text, { start: 0, end: unit.text.length }, room);
      return ranges.map(({ start, end }) => ({
        text: unit.text.slice(start, end),
        at: unit.at + start,
        spans: moveSpans(unit.spans, -start, end - start),
        separator: "\n",
      }));
    });
  const parts: Atom[][] = [];
  let part: Atom[] = [];
  for (const row of rows) {
    if (part.length > 0 && lengthOf(part) + 1 + row.text.length > room) {
      parts.push([...asHeader(header, parts.length > 0), ...part]);
      part = [];
    }
    part.push(row);
  }
  if (part.length > 0) parts.push([...asHeader(header, parts.length > 0), ...part]);
  return parts;
}

const asHeader = (units: readonly Unit[], isRepeated: boolean): Atom[] =>
  units.map((unit) => ({ ...unit, separator: "\n", isRepeated }));

function chunkOf(
  atoms: readonly Atom[],
  section: Section,
  ordinal: number,
  language: string | null,
): Omit<IndexChunk, "charSpans"> {
  let text = "";
  const spans: Span[] = [];
  for (const [index, atom] of atoms.entries()) {
    spans.push(...moveSpans(atom.spans, text.length, Number.POSITIVE_INFINITY));
    text += atom.text;
    if (index < atoms.length - 1) text += atom.separator;
  }
  const pages = spans.map((span) => span.box.page);
  return {
    ordinal,
    text,
    headingPath: section.headingPath,
    pageStart: pages.length > 0 ? Math.min(...pages) : null,
    pageEnd: pages.length > 0 ? Math.max(...pages) : null,
    bboxes: blockBoxes(spans),
    isTable: section.table !== null,
    language,
    spans,
  };
}

/** Spans one under another in one column become one box. */
function blockBoxes(spans: readonly Span[]): BoundingBox[] {
  const boxes: BoundingBox[] = [];
  for (const { box } of spans) {
    const last = boxes.at(-1);
    const lineHeight = box.b - box.t;
    const isNear =
      last?.page === box.page &&
      box.t < last.b + lineHeight &&
      box.b > last.t - 1 &&
      box.l < last.r + 30 &&
      box.r > last.l - 30;
    if (last && isNear)
      boxes[boxes.length - 1] = {
        page: last.page,
        l: Math.min(last.l, box.l),
        t: Math.min(last.t, box.t),
        r: Math.max(last.r, box.r),
        b: Math.max(last.b, box.b),
      };
    else boxes.push(box);
  }
  return boxes;
}
