import { z } from "zod";

/** Why words of a source's text layer are not in the document made of it. Furniture that is kept in its own layer is not dropped. */
export const dropReasons = ["furniture", "duplicate", "hidden", "boilerplate", "unreadable", "deleted"] as const;
export const DropReason = z.enum(dropReasons);
export type DropReason = z.infer<typeof DropReason>;

/** Words of one page of the source: all, those left out by reason, and those lost without one. */
export const PageConservation = z.object({
  /** From 1; 0 for formats without pages. */
  page: z.int(),
  words: z.int(),
  dropped: z.partialRecord(DropReason, z.int()),
  missing: z.int(),
  /** Share of the words that are in the output or listed as dropped. */
  coverage: z.number(),
  /** Parse quality, 0 to 1: coverage, times the share of words that are not garbled, times the parser's own confidence. */
  quality: z.number(),
  /** Which parser's text was kept: `pdfium`, `pdfjs`, `tesseract`, the format's reader. */
  parser: z.string().nullable(),
});
export type PageConservation = z.infer<typeof PageConservation>;

/** The conservation ledger of one conversion: every word of the source is in the output, or stands here. */
export const ConservationReport = z.object({
  coverage: z.number(),
  quality: z.number(),
  words: z.int(),
  missing: z.int(),
  pages: z.array(PageConservation),
  /** One entry a page and reason; `sample` holds its first words. */
  losses: z.array(
    z.object({
      page: z.int().nullable(),
      reason: z.union([DropReason, z.literal("missing")]),
      words: z.int(),
      sample: z.string(),
    }),
  ),
});
export type ConservationReport = z.infer<typeof ConservationReport>;
