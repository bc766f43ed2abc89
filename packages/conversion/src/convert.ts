import { AppError } from "@aurora/kernel";
import { detectType, type FileType } from "./detect-type.ts";
import { type DoclingDocument, isTextItem } from "./docling-document.ts";
import { documentLanguage, primaryLanguage } from "./language.ts";
import { createLedger, type SourceLedger } from "./ledger/ledger.ts";
import { toMarkdown } from "./markdown-export.ts";
import { createPictureKeeper, noPictures } from "./pictures/keep-pictures.ts";
import type { ConversionOptions, ConvertedDocument, PageImage, SourceFile } from "./port.ts";
import { readers } from "./readers/index.ts";
import type { ReadContext, ReadResult } from "./readers/reader.ts";
import { createWarnings } from "./warnings.ts";

/** Of files inside files, the outermost counted as depth 0. */
export const nestingLimits = { depth: 3, files: 500, bytes: 512 * 1024 * 1024 } as const;

const longWorkShare = 0.7; // of the time limit, for recognition; the rest is layout, page images and the way back

type ConvertOptions = Pick<
  ConversionOptions,
  "maxPages" | "pageImageDpi" | "password" | "language" | "ocr" | "htmlMode" | "onProgress" | "onPicture"
> & {
  /** When given, pages are no longer recognised once most of it is gone, so that the rest of the document is kept. */
  readonly timeoutMs?: number;
  /** Answer of a conversion service for this file: its document is taken, ours is the witness. */
  readonly serviceReply?: Uint8Array | null;
};

/**
 * Converts in this very process, without time or memory limit: what the isolated child runs, and tests.
 * @throws AppError `document_type_unsupported` {extension, found} for a known type no reader takes; what readers throw.
 */
export async function convertFile(
  file: SourceFile,
  options: ConvertOptions,
  onPageImage: (image: PageImage) => Promise<void>,
): Promise<ConvertedDocument> {
  const ledger = createLedger();
  const warnings = createWarnings();
  const pictures = options.onPicture ? createPictureKeeper() : noPictures;
  const longWorkUntilMs = performance.now() + longWorkShare * (options.timeoutMs ?? Number.POSITIVE_INFINITY);
  const left = { files: nestingLimits.files, bytes: nestingLimits.bytes };

  const contextAt = (depth: number, shift: number, counted: SourceLedger): ReadContext => ({
    maxPages: options.maxPages,
    pageImageDpi: options.pageImageDpi,
    password: options.password ?? null,
    language: options.language ?? null,
    ocr: options.ocr ?? "auto",
    htmlMode: options.htmlMode ?? "main",
    hasTimeLeft: () => performance.now() < longWorkUntilMs,
    ledger: counted,
    pictures,
    onPageImage: ({ page, png }) => onPageImage({ page: page + shift, png }),
    onProgress: (fraction, pageCount) => depth === 0 && options.onProgress?.(fraction, pageCount),
    warn: ({ code, params }) => {
      const { page } = params;
      warnings.add({ code, params: typeof page === "number" ? { ...params, page: page + shift } : params });
    },
    async readNested(inner, firstPage) {
      let type: FileType | null = null;
      try {
        left.files -= 1;
        left.bytes -= inner.bytes.length;
        if (depth >= nestingLimits.depth) throw tooNested("depth");
        if (left.files < 0) throw tooNested("files");
        if (left.bytes < 0) throw tooNested("bytes");
        type = detectType(inner.bytes, inner.filename);
        return await read(inner, type, contextAt(depth + 1, shift + firstPage - 1, counted.shifted(firstPage - 1)));
      } catch (error) {
        // whatever becomes of one part, the others are read
        const reason = AppError.is(error) ? error.code : "document_corrupt";
        if (reason === "document_no_text" && type?.mediaType.startsWith("image/")) return null; // a logo, a photograph
        const code = reason === "document_type_unsupported" ? "document_part_skipped" : "document_part_failed";
        warnings.add({ code, params: { name: inner.filename, reason } });
        return null;
      }
    },
  });

  const type = detectType(file.bytes, file.filename);
  const readHere = (counted: SourceLedger) => read(file, type, contextAt(0, 0, counted));
  const reading = options.serviceReply
    ? await (await import("./docling-serve/adopt.ts")).adoptReply(options.serviceReply, file, options, readHere)
    : { ...(await readHere(ledger)), ledger, warnings: warnings.list() };
  const { document, title, language } = reading;
  if (!hasContent(document)) throw new AppError("document_no_text", "No text was found in the file.");
  for (const picture of pictures.named(document.pictures.map(({ image }) => image))) await options.onPicture?.(picture);
  const pages = Object.values(document.pages).map(({ page_no, size }) => ({
    page: page_no,
    width: size.width,
    height: size.height,
  }));
  return {
    mediaType: type.mediaType,
    format: type.format,
    title: title ?? titleOf(document),
    language: documentLanguage(document) ?? primaryLanguage(language ?? ""),
    document,
    markdown: toMarkdown(document),
    pages,
    conservation: reading.ledger.settle(document),
    warnings: reading.warnings,
  };
}

async function read(file: SourceFile, type: FileType, context: ReadContext): Promise<ReadResult> {
  const load = readers.get(type.format);
  if (!load) {
    const extension = /\.([^.\\/]+)$/.exec(file.filename)?.[1]?.toLowerCase() ?? "";
    throw new AppError("document_type_unsupported", "This kind of file cannot be read.", {
      params: { extension, found: type.format },
    });
  }
  const reader = await load();
  return reader.read(file, type, context).catch((error: unknown) => {
    if (!(error instanceof RangeError)) throw error; // the stack or an array's length gave out: nested or sized to do harm
    throw new AppError("document_too_complex", "The document's structure is too large.", { cause: error });
  });
}

const tooNested = (limit: keyof typeof nestingLimits) =>
  new AppError("document_too_complex", "Files inside files pass the limit.", { params: { limit } });

const hasContent = (document: DoclingDocument): boolean =>
  document.texts.some((item) => item.content_layer === "body" && item.text.trim() !== "") ||
  document.tables.some((table) => table.data.table_cells.some((cell) => cell.text.trim() !== "")) ||
  document.pictures.some(({ meta }) => meta?.tabular_chart !== undefined || meta?.description !== undefined);

/** The title item, else the first heading. */
function titleOf(document: DoclingDocument): string | null {
  const texts = document.texts.filter(isTextItem);
  const item = texts.find((text) => text.label === "title") ?? texts.find((text) => text.label === "section_header");
  return item?.text ?? null;
}
