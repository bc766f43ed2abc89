import type { BoundingBox, ConservationReport, JobFailure } from "@aurora/contracts";
import type { DoclingDocument } from "./docling-document.ts";

export interface SourceFile {
  readonly filename: string;
  readonly bytes: Uint8Array;
}

export interface ConversionOptions {
  /** Wall-clock limit of the whole conversion. */
  readonly timeoutMs: number;
  readonly maxMemoryMb: number;
  readonly maxPages: number;
  /** Dots per inch of the page images; 0 makes none. */
  readonly pageImageDpi: number;
  /** Opens a protected file. */
  readonly password?: string | null;
  /** Language of texts that do not tell it (a scan); French and English are tried without it. */
  readonly language?: "fr" | "en" | null;
  /** `auto` (the default) reads the pages whose text layer is missing or broken. */
  readonly ocr?: "auto" | "off";
  /** `main` (the default) sets navigation, banners and the like aside; `raw` keeps them in the text. */
  readonly htmlMode?: "main" | "raw";
  readonly signal?: AbortSignal;
  /** Wants the pictures, handed over one by one like page images; without it the document names none. */
  readonly onPicture?: (picture: Picture) => Promise<void>;
  /** 0 to 1, as pages are done, and how many there are, where they are counted. */
  readonly onProgress?: (fraction: number, pageCount?: number) => void;
  /** Most bytes that the converting process held in memory, told once as it ends, whatever the end; never where unknown. */
  readonly onPeakMemory?: (bytes: number) => void;
}

export interface PageImage {
  readonly page: number;
  readonly png: Uint8Array;
}

/** A picture of the document, as it may be shown: PNG, JPEG or WebP, its container written anew. */
export interface Picture {
  /** Relative to the document's JSON, whose `pictures[].image.uri` it is: `pictures/<sha256>.png`. */
  readonly name: string;
  readonly sha256: string;
  readonly mediaType: "image/png" | "image/jpeg" | "image/webp";
  readonly bytes: Uint8Array;
}

export interface ConvertedDocument {
  readonly mediaType: string;
  readonly title: string | null;
  readonly language: string | null;
  readonly document: DoclingDocument;
  readonly markdown: string;
  /** Size of each page in PDF points; empty for formats without pages. */
  readonly pages: readonly { readonly page: number; readonly width: number; readonly height: number }[];
  /** `pdf`, `docx` …: what the content turned out to be. */
  readonly format: string;
  /** What of the source's words is in the document, page by page. */
  readonly conservation: ConservationReport;
  /** Parts that could not be read; the rest was. Empty means that all was. */
  readonly warnings: readonly JobFailure[];
}

/**
 * A file to Docling's document model.
 * @throws AppError `document_*` or `conversion_*` for what the file's owner can mend; anything else is a bug.
 */
export interface DocumentConverter {
  /** Names all that the result depends on beside file and options: `local@1`. Results of two ids are kept apart. */
  readonly id: string;
  /** Page images are handed over one by one as they are made, so that 600 pages never stand in memory together. */
  convert(
    file: SourceFile,
    options: ConversionOptions,
    onPageImage: (image: PageImage) => Promise<void>,
  ): Promise<ConvertedDocument>;
}

/** One passage of the `index` profile: what is embedded, searched and cited. */
export interface IndexChunk {
  readonly ordinal: number;
  /** Verbatim text of the document, no headings added. */
  readonly text: string;
  readonly headingPath: readonly string[];
  readonly pageStart: number | null;
  readonly pageEnd: number | null;
  /** One box a line or item where known, in PDF points, origin top left. */
  readonly bboxes: readonly BoundingBox[];
  readonly isTable: boolean;
  readonly language: string | null;
  /** Boxes of stretches of `text` (UTF-16 offsets, end excluded), so that a quote can be boxed exactly. */
  readonly spans: readonly { readonly start: number; readonly end: number; readonly box: BoundingBox }[];
  /**
   * Where the passage stands in the document's text (`documentTextOf`), in order, none touching another: UTF-16 offsets,
   * end excluded. One where the passage is one stretch. What a passage repeats, its headings and the head of a table in
   * every part but the first, is not in them.
   */
  readonly charSpans: readonly { readonly start: number; readonly end: number }[];
}
