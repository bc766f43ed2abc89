import type { BoundingBox } from "@aurora/contracts";
import type { Bbox, DoclingDocument, DocumentNode } from "../docling-document.ts";

/** One passage of the `docling` profile. */
export interface DoclingChunk {
  readonly text: string;
  /** The headings above it, the highest first; null where there is none. */
  readonly headings: readonly string[] | null;
  /** The items it was made of, in reading order. */
  readonly items: readonly DocumentNode[];
  /** What it was made of, where that is not its items whole. */
  readonly pieces?: readonly ChunkPiece[];
}

/** Items, or a stretch of the text that they make together. */
export interface ChunkPiece {
  readonly items: readonly DocumentNode[];
  readonly cut: { readonly whole: string; readonly start: number; readonly end: number } | null;
}

export const piecesOf = ({ items, pieces }: DoclingChunk): readonly ChunkPiece[] => pieces ?? [{ items, cut: null }];

/** What is embedded: the headings, then the text. */
export const contextualize = (chunk: Pick<DoclingChunk, "text" | "headings">, delimiter = "\n"): string =>
  [...(chunk.headings ?? []), chunk.text].join(delimiter);

/** Where the chunk's items stand, one box an item and page, in PDF points from the page's top left. */
export function chunkBoxes(document: DoclingDocument, chunk: DoclingChunk): BoundingBox[] {
  return chunk.items.flatMap((item) =>
    "prov" in item ? item.prov.map(({ page_no, bbox }) => toTopLeft(document, page_no, bbox)) : [],
  );
}

function toTopLeft(document: DoclingDocument, page: number, { l, t, r, b, coord_origin }: Bbox): BoundingBox {
  if (coord_origin === "TOPLEFT") return { page, l, t, r, b };
  const height = document.pages[String(page)]?.size.height ?? 0;
  return { page, l, t: height - t, r, b: height - b };
}
