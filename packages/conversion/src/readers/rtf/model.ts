import type { InlineRun } from "../inline-runs.ts";

/** Where text of a group goes. */
export type Destination =
  | "body"
  | "footnote"
  | "header"
  | "footer"
  | "listtext"
  | "title"
  | "instruction"
  | "fonts"
  | "styles"
  | "comment"
  | "skip";

export interface RtfCellEdge {
  /** Right edge in twips. */
  readonly right: number;
  readonly verticalMerge: "start" | "goesOn" | null;
  readonly horizontalMerge: "start" | "goesOn" | null;
}

export interface RtfParagraph {
  readonly kind: "paragraph";
  readonly runs: readonly InlineRun[];
  /** Outline level from 0; null for text. */
  readonly outline: number | null;
  readonly isTitle: boolean;
  /** List level from 0 and what stands in front of the item; null outside lists. */
  readonly item: { readonly level: number; readonly marker: string } | null;
  readonly notes: readonly (readonly InlineRun[])[];
}

export interface RtfRow {
  readonly kind: "row";
  readonly cells: readonly (readonly RtfParagraph[])[];
  readonly edges: readonly RtfCellEdge[];
}

export interface RtfContent {
  readonly blocks: readonly (RtfParagraph | RtfRow)[];
  readonly headers: readonly string[];
  readonly footers: readonly string[];
  readonly comments: readonly string[];
  readonly title: string | null;
  /** Every text of the file as it stands, and what of it is left out. */
  readonly told: string;
  readonly hidden: string;
  readonly deleted: string;
}

export const destinations: Readonly<Record<string, Destination>> = {
  fonttbl: "fonts",
  stylesheet: "styles",
  footnote: "footnote",
  header: "header",
  headerl: "header",
  headerr: "header",
  headerf: "header",
  footer: "footer",
  footerl: "footer",
  footerr: "footer",
  footerf: "footer",
  listtext: "listtext",
  pntext: "listtext",
  fldinst: "instruction",
  annotation: "comment",
};
export const shownStars = new Set(["fldinst", "listtext", "annotation", "shppict", "shpinst", "shptxt", "footnote"]);
export const skipped = new Set([
  ...["colortbl", "pict", "objdata", "themedata", "datastore", "listtable", "listoverridetable", "rsidtbl", "revtbl"],
  ...["generator", "xmlnstbl", "latentstyles", "filetbl", "bkmkstart", "bkmkend", "nonshppict", "atnid", "atnauthor"],
  ...[
    "atndate",
    "atnref",
    "atnparent",
    "atrfstart",
    "atrfend",
    "sp",
    "private",
    "pnseclvl",
    "ftnsep",
    "ftnsepc",
    "aftnsep",
  ],
  ...[
    "nesttableprops",
    "author",
    "operator",
    "creatim",
    "revtim",
    "printim",
    "comment",
    "doccomm",
    "keywords",
    "subject",
  ],
  ...["company", "manager", "category", "hlinkbase", "buptim", "xe", "tc", "template", "mmathPr", "ud", "pgdsctbl"],
]);
