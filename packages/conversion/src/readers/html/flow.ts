import type { DropReason } from "@aurora/contracts";
import type { ContentLayer, ImageRef } from "../../docling-document.ts";
import type { DocumentBuilder } from "../../document-builder.ts";
import type { InlineStyle } from "../inline-runs.ts";
import type { DomElement, DomNode } from "./dom.ts";

/** One page while it is read. */
export interface Page {
  readonly builder: DocumentBuilder;
  /** Told of every text that is left out. */
  drop(text: string, reason: DropReason): void;
  /** False until the main content has begun: what stands before goes to the furniture. */
  begun: boolean;
  /** Parts of the page that are not its content: menus, banners, footers. */
  readonly boilerplate: ReadonlySet<DomElement>;
  /** Labels of tick boxes that stand elsewhere, by the box's id: read with the box, not where they stand. */
  readonly boxLabels: ReadonlyMap<string, DomElement>;
  tables: number;
  /** The image an address names: inside the page or its book, never elsewhere. */
  imageOf(address: string): ImageRef | undefined;
  /** Reads nodes as blocks; kept here so that lists and tables can call the walk that calls them. */
  walk(nodes: readonly DomNode[], flow: Flow): void;
}

/** A stretch of blocks that follow each other under one node. */
export interface Flow {
  readonly page: Page;
  readonly parent?: string;
  readonly isFurniture: boolean;
  readonly style: InlineStyle;
  /** Open headings of this stretch by level from 0; those below hang under them. */
  readonly headings: (string | undefined)[];
}

export const layerOf = (flow: Flow): ContentLayer => (flow.isFurniture || !flow.page.begun ? "furniture" : "body");

/** Where the next block of the flow goes. */
export function place(flow: Flow): { parent?: string; layer: ContentLayer } {
  const layer = layerOf(flow);
  const parent = (layer === "body" ? flow.headings.findLast((ref) => ref !== undefined) : undefined) ?? flow.parent;
  return { layer, ...(parent !== undefined && { parent }) };
}

/** A flow of its own under a node: a list item, a cell. */
export const flowUnder = (flow: Flow, parent: string): Flow => ({ ...flow, parent, headings: [] });
