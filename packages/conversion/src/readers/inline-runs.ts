import type { ContentLayer, Formatting, Provenance, TextLabel } from "../docling-document.ts";
import type { DocumentBuilder, TextFields } from "../document-builder.ts";

/** How a stretch of running text looks and where it leads. */
export interface InlineStyle {
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strikethrough?: boolean;
  readonly script?: "sub" | "super";
  readonly hyperlink?: string;
  readonly kind?: "code" | "formula";
}

export interface InlineRun {
  readonly text: string;
  readonly style: InlineStyle;
}

/** Stands for a forced line break in the text of a run until `tidyRuns`. */
export const lineBreak = "\u2028";

const styleKey = (style: InlineStyle): string =>
  [
    style.bold,
    style.italic,
    style.underline,
    style.strikethrough,
    style.script,
    style.kind,
    style.hyperlink ?? "",
  ].join("|");

/** A run under way: its text in pieces, since looking at the end of one string that grows costs its length each time. */
interface OpenRun {
  readonly pieces: string[];
  style: InlineStyle;
  isBlank: boolean;
}

/** Neighbours of one style as one run, white space as a browser shows it, forced breaks as \n; no text is empty. */
export function tidyRuns(runs: readonly InlineRun[]): InlineRun[] {
  const open: OpenRun[] = [];
  let endsBlank = true;
  for (const run of runs) {
    const text = run.text
      .replace(/[ \t\n\r\f]+/g, " ")
      .replace(/ ?\u2028 ?/g, "\n")
      .replace(/^[ \n]+/, (blank) => (endsBlank ? blank.replace(/ /g, "") : blank));
    const last = open.at(-1);
    if (text.startsWith("\n") && last) cutEnd(last.pieces, " ");
    if (text === "") continue;
    endsBlank = text.endsWith(" ") || text.endsWith("\n");
    const isBlank = text.trim() === "";
    if (last && (isBlank || last.isBlank || styleKey(last.style) === styleKey(run.style))) {
      last.pieces.push(text);
      if (!isBlank) last.style = run.style; // a blank takes no style of its own
      last.isBlank &&= isBlank;
    } else open.push({ pieces: [text], style: run.style, isBlank });
  }
  const last = open.at(-1);
  if (last) cutEnd(last.pieces, " \n");
  const tidy = open.map(({ pieces, style }) => ({ text: pieces.join(""), style }));
  const first = tidy[0];
  if (first) first.text = first.text.replace(/^[ \n]+/, "");
  return mergeAlike(withWholeWords(tidy.filter((run) => run.text !== "")));
}

/** Takes `marks` off the end of a text in pieces. */
function cutEnd(pieces: string[], marks: string): void {
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    let length = piece.length;
    while (length > 0 && marks.includes(piece.charAt(length - 1))) length--;
    if (length === 0) continue;
    pieces.push(piece.slice(0, length));
    return;
  }
}

/** Raised endings of ordinals, which with what they stand on are one word: 1er, XIXe, 2nd. */
const ordinalEnding = /^(?:er|re|ère|e|ème|eme|d|nd|nde|o|os|st|th|rd|ers|es)(?=$|[^\p{L}\p{N}])/iu;

/** A style that ends within a word goes on to its end: runs are shown apart, and the word would be two. */
function withWholeWords(runs: readonly InlineRun[]): InlineRun[] {
  const whole: InlineRun[] = [];
  for (const run of runs) {
    const last = whole.at(-1);
    const tail = last ? wordTail(last, run) : "";
    if (last && tail !== "") whole[whole.length - 1] = { ...last, text: last.text + tail };
    const text = run.text.slice(tail.length);
    if (text !== "") whole.push({ ...run, text });
  }
  return whole;
}

/** What of `run` belongs to the word `last` ends with. */
function wordTail(last: InlineRun, run: InlineRun): string {
  if (last.style.kind !== undefined || run.style.kind !== undefined || last.style.script !== undefined) return "";
  if (run.style.script === "super" && /[\p{L}\p{N}]$/u.test(last.text)) return ordinalEnding.exec(run.text)?.[0] ?? "";
  if (run.style.script !== undefined || !/\p{L}$/u.test(last.text)) return "";
  return /^\p{L}+/u.exec(run.text)?.[0] ?? "";
}

function mergeAlike(runs: readonly InlineRun[]): InlineRun[] {
  const merged: InlineRun[] = [];
  for (const run of runs) {
    const last = merged.at(-1);
    if (last && styleKey(last.style) === styleKey(run.style))
      merged[merged.length - 1] = { text: last.text + run.text, style: run.style };
    else merged.push(run);
  }
  return merged;
}

/** Text of tidied runs, read as one. */
export const plainOf = (runs: readonly InlineRun[]): string => runs.map((run) => run.text).join("");

/** Fields of one item that has this style throughout. */
export function styleFields(style: InlineStyle): Pick<TextFields, "formatting" | "hyperlink"> {
  const formatting: Formatting = {
    ...(style.bold && { bold: true }),
    ...(style.italic && { italic: true }),
    ...(style.underline && { underline: true }),
    ...(style.strikethrough && { strikethrough: true }),
    ...(style.script && { script: style.script }),
  };
  return {
    ...(Object.keys(formatting).length > 0 && { formatting }),
    ...(style.hyperlink && { hyperlink: style.hyperlink }),
  };
}

const isPlain = (style: InlineStyle): boolean => styleKey(style) === styleKey({});

/** True for text that no single plain item can hold. */
export const isStyled = (runs: readonly InlineRun[]): boolean => runs.some((run) => !isPlain(run.style));

export interface RunsPlace {
  readonly parent?: string;
  readonly layer?: ContentLayer;
  /** Label of plain text; `text` when absent. */
  readonly label?: TextLabel;
  readonly prov?: Provenance[];
}

/**
 * Tidied runs as Docling keeps them: one item where one style holds throughout, else an inline group with an item a run.
 * @returns `self_ref` of what stands for the whole; null for no text.
 */
export function addRuns(builder: DocumentBuilder, runs: readonly InlineRun[], place: RunsPlace = {}): string | null {
  const [first] = runs;
  if (!first) return null;
  const { label = "text", ...at } = place;
  const labelOf = (run: InlineRun): TextLabel => run.style.kind ?? label;
  if (runs.length === 1) return builder.addText(labelOf(first), first.text, { ...at, ...styleFields(first.style) });
  const group = builder.addGroup("inline", { ...at, name: "group" });
  for (const run of runs) {
    const text = run.text.trim();
    if (text !== "") builder.addText(labelOf(run), text, { ...at, parent: group, ...styleFields(run.style) });
  }
  return group;
}

/** A list item: its text where one style holds throughout, else an empty item over an inline group. */
export function addListItem(
  builder: DocumentBuilder,
  runs: readonly InlineRun[],
  fields: TextFields & { parent: string },
): string {
  const [first, second] = runs;
  if (!second && !first?.style.kind)
    return builder.addText("list_item", first?.text ?? "", { ...fields, ...(first && styleFields(first.style)) });
  const item = builder.addText("list_item", "", fields);
  addRuns(builder, runs, { parent: item, ...(fields.layer && { layer: fields.layer }) });
  return item;
}

/** A heading or title is one item: its whole text, and the style where one holds throughout. */
export function addHeading(
  builder: DocumentBuilder,
  label: "title" | "section_header",
  runs: readonly InlineRun[],
  fields: TextFields,
): string {
  const text = plainOf(runs).replace(/\s*\n\s*/g, " ");
  return builder.addText(label, text, { ...fields, ...(runs.length === 1 && runs[0] && styleFields(runs[0].style)) });
}
