import type { ContentLayer, Provenance } from "../../docling-document.ts";
import type { DocumentBuilder } from "../../document-builder.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import type { PictureKeeper } from "../../pictures/keep-pictures.ts";
import type { XmlElement } from "../xml.ts";
import type { Counts } from "./numbering.ts";
import type { OdfPackage } from "./package.ts";
import type { OdfStyles } from "./styles.ts";

/** One document while it is read. */
export interface OdfDocument {
  readonly file: OdfPackage;
  readonly builder: DocumentBuilder;
  readonly ledger: SourceLedger;
  readonly pictures: PictureKeeper;
  readonly styles: OdfStyles;
  /** Last numbers of each list, by its style and by its own name, for lists that go on counting. */
  readonly listCounts: Map<string, Counts>;
  /** What frames embed, and the formulas among them: a paragraph is read more than once. */
  readonly objects: Map<XmlElement, XmlElement | null>;
  readonly formulas: Map<XmlElement, string | null>;
  tables: number;
  comments: number;
  /** Cells written so far, of all tables: repeated ones count each. */
  cells: number;
  /** Objects inside objects. */
  objectDepth: number;
}

/** Where blocks go. */
export interface OdfPlace {
  readonly document: OdfDocument;
  readonly parent?: string;
  readonly layer: ContentLayer;
  /** The page (slide, sheet) and the box of what holds them, where known. */
  readonly page?: number;
  readonly box?: Provenance["bbox"];
  /** Reads blocks; kept here so that tables can call what calls them. */
  readonly addBlocks: (nodes: readonly XmlElement[], place: OdfPlace) => void;
}

export const nodeFields = (place: OdfPlace): { parent?: string; layer: ContentLayer } => ({
  layer: place.layer,
  ...(place.parent !== undefined && { parent: place.parent }),
});

export const provOf = (place: OdfPlace, text = ""): { prov?: Provenance[] } =>
  place.page !== undefined && place.box
    ? { prov: [{ page_no: place.page, bbox: place.box, charspan: [0, text.length] }] }
    : {};
