import type { FileType } from "../detect-type.ts";
import type { DoclingDocument } from "../docling-document.ts";
import type { PageImage, SourceFile } from "../port.ts";

export interface ReadContext {
  readonly maxPages: number;
  /** 0 makes no page images. */
  readonly pageImageDpi: number;
  onPageImage(image: PageImage): Promise<void>;
  /** 0 to 1. */
  onProgress(fraction: number): void;
}

export interface ReadResult {
  readonly document: DoclingDocument;
  /** What the file itself calls its title (metadata), where it does. */
  readonly title: string | null;
}

/** One kind of file. @throws AppError `document_*` for what the file's owner can mend. */
export interface Reader {
  /** Loads what takes long before the first file comes. */
  prepare?(): Promise<unknown>;
  read(file: SourceFile, type: FileType, context: ReadContext): Promise<ReadResult>;
}
