import type { ContentLayer } from "../../docling-document.ts";
import type { DocumentBuilder } from "../../document-builder.ts";
import type { SourceLedger } from "../../ledger/ledger.ts";
import type { PictureKeeper } from "../../pictures/keep-pictures.ts";
import type { OoxmlPackage } from "../ooxml/package.ts";
import type { ReadResult } from "../reader.ts";
import type { XmlElement } from "../xml.ts";
import type { Numbering } from "./numbering.ts";
import type { ParagraphScope } from "./paragraph.ts";

/** What the blocks of one part are read with. */
export interface DocxScope extends ParagraphScope {
  readonly builder: DocumentBuilder;
  readonly file: OoxmlPackage;
  /** Name of the part: its relationships are the ones that count. */
  readonly part: string;
  readonly ledger: SourceLedger;
  readonly pictures: PictureKeeper;
  readonly layer: ContentLayer;
  readonly numbering: Numbering;
  /** Note text by its kind and id: `f2` is footnote 2, `e1` endnote 1. */
  readonly notes: ReadonlyMap<string, XmlElement>;
  /** Notes already written: each is written where it is first named. */
  readonly writtenNotes: Set<string>;
  /** Item that stands for each commented paragraph, by the comment's id. */
  readonly commented: Map<string, string[]>;
  /** Documents inside this one (`w:altChunk`), by relationship id. */
  readonly imported: ReadonlyMap<string, ReadResult>;
}
