import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { AppError } from "@aurora/kernel";
import { init, type WrappedPdfiumModule } from "@embedpdf/pdfium";
import type { Box } from "./geometry.ts";

/** pdfium's functions that take and give numbers alone (a truth is 0 or 1). */
type NumericApi = {
  readonly [Name in keyof WrappedPdfiumModule as WrappedPdfiumModule[Name] extends (...args: number[]) => unknown
    ? Name
    : never]: WrappedPdfiumModule[Name] extends (...args: infer Arguments) => unknown
    ? (...args: Arguments) => number
    : never;
} & {
  /** Take the address of a key that ends with a zero. */
  readonly FPDF_StructElement_Attr_GetValue: (attribute: number, key: number) => number;
  readonly FPDFAnnot_GetStringValue: (annotation: number, key: number, to: number, sizeBytes: number) => number;
};

/** pdfium with its memory at hand. Coordinates it answers are the page's own (points, origin bottom left, unrotated). */
export interface Pdfium {
  /** The module's exports themselves: Emscripten's wrappers cost more a call than most of the functions they wrap. */
  readonly api: NumericApi;
  /** The few functions that take strings. */
  readonly wrapped: Pick<WrappedPdfiumModule, "FPDF_LoadMemDocument" | "FPDF_GetMetaText">;
  malloc(sizeBytes: number): number;
  free(pointer: number): void;
  bytes(): Uint8Array;
  floats(): Float32Array;
  doubles(): Float64Array;
  ints(): Int32Array;
  /** Two-call pattern of pdfium's string getters: length in bytes first, then UTF-16LE with a final zero. */
  utf16(read: (pointer: number, sizeBytes: number) => number): string;
}

let loaded: Promise<Pdfium> | undefined;

/** The WASM module is made once a process (about 0.1 s) and never freed: each conversion has its own process. */
export function loadPdfium(): Promise<Pdfium> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Pdfium> {
  const wasmPath = createRequire(import.meta.url).resolve("@embedpdf/pdfium/pdfium.wasm");
  const wasm = readFileSync(wasmPath);
  const wasmBinary = wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength);
  const wrapped = await init({ wasmBinary } as Parameters<typeof init>[0]);
  const api = wrapped.pdfium.wasmExports as unknown as NumericApi;
  api.PDFiumExt_Init();
  // views are replaced whenever the memory grows, so they are looked up at each use
  const heap = wrapped.pdfium as unknown as {
    HEAPU8: Uint8Array;
    HEAPF32: Float32Array;
    HEAPF64: Float64Array;
    HEAP32: Int32Array;
  };
  const malloc = (sizeBytes: number) => {
    const pointer = wrapped.pdfium.wasmExports.malloc(sizeBytes);
    if (pointer === 0) throw new AppError("conversion_out_of_memory", "The document needs too much memory.");
    return pointer;
  };
  const free = (pointer: number) => wrapped.pdfium.wasmExports.free(pointer);
  return {
    api,
    wrapped,
    malloc,
    free,
    bytes: () => heap.HEAPU8,
    floats: () => heap.HEAPF32,
    doubles: () => heap.HEAPF64,
    ints: () => heap.HEAP32,
    utf16(read) {
      const sizeBytes = Math.min(read(0, 0), 65_536);
      if (sizeBytes <= 2) return "";
      const pointer = malloc(sizeBytes);
      read(pointer, sizeBytes);
      const text = Buffer.from(heap.HEAPU8.subarray(pointer, pointer + sizeBytes - 2)).toString("utf16le");
      free(pointer);
      return text;
    },
  };
}

export interface PdfPage {
  readonly number: number;
  readonly width: number;
  readonly height: number;
  readonly handle: number;
  /** From the page's own coordinates to points with the origin at the top left of the page as shown. */
  toTopLeft(x: number, y: number): readonly [number, number];
  boxToTopLeft(left: number, bottom: number, right: number, top: number): Box;
}

export interface PdfDocument {
  readonly pdfium: Pdfium;
  readonly handle: number;
  readonly pageCount: number;
  /** Handle of its form; 0 where it has none. */
  readonly form: number;
  /** Its content says which parts are headings, lists, tables. */
  readonly isTagged: boolean;
  /** What the catalogue says: `fr-FR`; empty where it says nothing. */
  readonly language: string;
  /** Calls `use` with the page open; null where the page itself is damaged. */
  withPage<T>(index: number, use: (page: PdfPage) => T): T | null;
  metadata(key: "Title"): string;
  close(): void;
}

const passwordError = 4; // FPDF_ERR_PASSWORD

/** @throws AppError `document_encrypted`, `document_password_wrong`, `document_corrupt`, `document_no_pages`. */
export function openPdf(pdfium: Pdfium, bytes: Uint8Array, password: string | null = null): PdfDocument {
  const { api, wrapped } = pdfium;
  const data = pdfium.malloc(bytes.length);
  pdfium.bytes().set(bytes, data);
  const handle = wrapped.FPDF_LoadMemDocument(data, bytes.length, password ?? "");
  if (handle === 0) {
    const code = api.FPDF_GetLastError();
    pdfium.free(data);
    if (code === passwordError && password !== null)
      throw new AppError("document_password_wrong", "The password does not open the PDF.");
    if (code === passwordError) throw new AppError("document_encrypted", "The PDF is protected by a password.");
    if (hasEmptyPageTree(bytes)) throw new AppError("document_no_pages", "The PDF has no pages.");
    throw new AppError("document_corrupt", "The PDF is damaged or incomplete.", { internal: { pdfiumError: code } });
  }
  const pageCount = api.FPDF_GetPageCount(handle);
  const hasForm = pageCount > 0 && api.FPDF_GetFormType(handle) !== 0;
  const formInfo = hasForm ? api.PDFiumExt_OpenFormFillInfo() : 0;
  const form = formInfo === 0 ? 0 : api.PDFiumExt_InitFormFillEnvironment(handle, formInfo);
  const close = () => {
    if (form !== 0) api.PDFiumExt_ExitFormFillEnvironment(form);
    if (formInfo !== 0) api.PDFiumExt_CloseFormFillInfo(formInfo);
    api.FPDF_CloseDocument(handle);
    pdfium.free(data);
  };
  if (pageCount <= 0) {
    close();
    throw new AppError("document_no_pages", "The PDF has no pages.");
  }
  return {
    pdfium,
    handle,
    pageCount,
    form,
    isTagged: api.FPDFCatalog_IsTagged(handle) !== 0,
    language: pdfium.utf16((pointer, size) => api.FPDFCatalog_GetLanguage(handle, pointer, size)).trim(),
    close,
    metadata: (key) => pdfium.utf16((pointer, size) => wrapped.FPDF_GetMetaText(handle, key, pointer, size)).trim(),
    withPage(index, use) {
      const page = api.FPDF_LoadPage(handle, index);
      if (page === 0) return null;
      try {
        return use(pageView(pdfium, page, index + 1));
      } finally {
        api.FPDF_ClosePage(page);
      }
    },
  };
}

/** pdfium answers "format error" for a page tree without pages in some files. */
const hasEmptyPageTree = (bytes: Uint8Array): boolean =>
  /\/Type\s*\/Pages\b[^>]*\/Count\s+0\b|\/Count\s+0\b[^>]*\/Type\s*\/Pages\b/.test(
    Buffer.from(bytes).toString("latin1"),
  );

/** The transform is affine (crop box, rotation, flip): three points of pdfium's own page-to-device give it whole. */
function pageView(pdfium: Pdfium, handle: number, number: number): PdfPage {
  const { api } = pdfium;
  const pageWidth = api.FPDF_GetPageWidthF(handle);
  const pageHeight = api.FPDF_GetPageHeightF(handle);
  // device units a point: FPDF_PageToDevice answers whole numbers, of 32 bits
  const scale = Math.min(1_000, 1e9 / Math.max(1, pageWidth, pageHeight));
  const out = pdfium.malloc(8);
  const map = (x: number, y: number): [number, number] => {
    api.FPDF_PageToDevice(
      handle,
      0,
      0,
      Math.round(pageWidth * scale),
      Math.round(pageHeight * scale),
      0,
      x,
      y,
      out,
      out + 4,
    );
    return [(pdfium.ints()[out >> 2] ?? 0) / scale, (pdfium.ints()[(out >> 2) + 1] ?? 0) / scale];
  };
  const [x0, y0] = map(0, 0);
  const [x1, y1] = map(100, 0);
  const [x2, y2] = map(0, 100);
  pdfium.free(out);
  const [a, b, c, d] = [(x1 - x0) / 100, (y1 - y0) / 100, (x2 - x0) / 100, (y2 - y0) / 100];
  const toTopLeft = (x: number, y: number) => [x0 + a * x + c * y, y0 + b * x + d * y] as const;
  return {
    number,
    handle,
    width: pageWidth,
    height: pageHeight,
    toTopLeft,
    boxToTopLeft(left, bottom, right, top) {
      // once a character: no pairs made on the way
      const ax = x0 + a * left + c * bottom;
      const ay = y0 + b * left + d * bottom;
      const bx = x0 + a * right + c * top;
      const by = y0 + b * right + d * top;
      return { l: Math.min(ax, bx), t: Math.min(ay, by), r: Math.max(ax, bx), b: Math.max(ay, by) };
    },
  };
}
