import type { JobFailure } from "@aurora/contracts";
import type { FileType } from "../detect-type.ts";
import type { DoclingDocument } from "../docling-document.ts";
import type { SourceLedger } from "../ledger/ledger.ts";
import type { PictureKeeper } from "../pictures/keep-pictures.ts";
import type { PageImage, SourceFile } from "../port.ts";

export interface ReadContext {
  readonly maxPages: number;
  /** 0 makes no page images. */
  readonly pageImageDpi: number;
  readonly password: string | null;
  readonly language: "fr" | "en" | null;
  readonly ocr: "auto" | "off";
  readonly htmlMode: "main" | "raw";
  /** False when what takes seconds a page must no longer be begun: the time limit would end the whole. */
  hasTimeLeft(): boolean;
  /** Every reader tells it each word of its source, and each it leaves out. */
  readonly ledger: SourceLedger;
  onPageImage(image: PageImage): Promise<void>;
  /** Where a reader leaves the images of pictures. */
  readonly pictures: PictureKeeper;
  /** 0 to 1. */
  /** @param pageCount Where the reader goes page by page. */
  onProgress(fraction: number, pageCount?: number): void;
  /** A part that could not be read: told to the owner, ends nothing. */
  warn(warning: JobFailure): void;
  /**
   * Reads a file that stands inside this one (attachment, archive member), within the limits of depth, count and bytes
   * the whole shares.
   * @param firstPage Page of the outer document its first page becomes.
   * @returns null when it could not be read: `warn` has been told why.
   */
  readNested(file: SourceFile, firstPage: number): Promise<ReadResult | null>;
}

export interface ReadResult {
  readonly document: DoclingDocument;
  /** What the file itself calls its title (metadata), where it does. */
  readonly title: string | null;
  /** What the file itself says its language is (`fr-FR`), where it does. */
  readonly language?: string | null;
}

/** One kind of file. @throws AppError `document_*` for what the file's owner can mend. */
export interface Reader {
  /** Loads what takes long before the first file comes. */
  prepare?(): Promise<unknown>;
  read(file: SourceFile, type: FileType, context: ReadContext): Promise<ReadResult>;
}
