import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { gunzipSync } from "node:zlib";
import { AppError } from "@aurora/kernel";
import type { GreyImage } from "./grey-image.ts";

/** Pixels of the image, origin top left. */
export interface PixelBox {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface OcrWord {
  readonly text: string;
  readonly box: PixelBox;
  /** 0 to 100. */
  readonly confidence: number;
}

export interface OcrLine {
  readonly words: readonly OcrWord[];
  /** The line the letters stand on, from its left to its right end. */
  readonly baseline: PixelBox;
  /** From the lowest descender to the highest ascender, in pixels. */
  readonly rowHeight: number;
}

export interface Ocr {
  /** Text as it stands in the image, a page or one line, which must be upright. A page blocks this thread for seconds. */
  recognise(image: GreyImage, dpi: number, as?: "page" | "line"): readonly OcrLine[];
}

/** What we use of Tesseract's C++ API, as Emscripten exposes it. */
interface TesseractApi {
  Init(dataPath: string | null, languages: string, engineMode: number): number;
  SetVariable(name: string, value: string): boolean;
  SetImageFile(exifOrientation: number, radians: number): number;
  SetSourceResolution(dpi: number): void;
  Recognize(monitor: null): number;
  GetJSONText(): string;
  Clear(): void;
}

interface TesseractModule {
  readonly FS: { writeFile(path: string, data: Uint8Array): void; unlink(path: string): void };
  readonly TessBaseAPI: new () => TesseractApi;
}

type TesseractFactory = (options: {
  wasmBinary: Uint8Array;
  TesseractProgress(percent: number): void;
  print(line: string): void;
  printErr(line: string): void;
}) => Promise<TesseractModule>;

interface JsonLine {
  readonly baseline: PixelBox;
  readonly rowAttributes: { readonly rowHeight: number };
  readonly words: readonly { readonly text: string; readonly bbox: PixelBox; readonly confidence: number }[];
}

interface JsonPage {
  readonly blocks: readonly { readonly paragraphs?: readonly { readonly lines: readonly JsonLine[] }[] }[] | null;
}

const models = { fr: "fra", en: "eng" } as const;
export type OcrLanguage = keyof typeof models;
const lstmOnly = 1; // OEM_LSTM_ONLY: the shipped models hold nothing else
const segmentation = { page: "3", line: "7" } as const; // PSM_AUTO: columns found, no guess of the orientation; PSM_SINGLE_LINE
const imagePath = "/input"; // the one SetImageFile reads
const ignore = (): void => {};

const loaded = new Map<OcrLanguage | null, Promise<Ocr>>();

/**
 * Tesseract in one language, or with French and English together where none is told, in this very thread: no worker, so that what ends the process ends it too. Made
 * once a process (0.2 s, 0.2 GB with its first page) from files of node_modules; nothing is downloaded or written.
 */
export function loadOcr(language: OcrLanguage | null): Promise<Ocr> {
  const known = loaded.get(language);
  if (known) return known;
  const made = load(language === null ? Object.values(models) : [models[language]]);
  loaded.set(language, made);
  return made;
}

async function load(languages: readonly string[]): Promise<Ocr> {
  const require = createRequire(import.meta.url);
  const factory = require("tesseract.js-core/tesseract-core-simd-lstm.js") as TesseractFactory;
  const wasmBinary = readFileSync(require.resolve("tesseract.js-core/tesseract-core-simd-lstm.wasm"));
  const tesseract = await factory({ wasmBinary, TesseractProgress: ignore, print: ignore, printErr: ignore });
  for (const language of languages) {
    const model = require.resolve(`@tesseract.js-data/${language}/4.0.0_best_int/${language}.traineddata.gz`);
    tesseract.FS.writeFile(`./${language}.traineddata`, gunzipSync(readFileSync(model)));
  }
  const api = new tesseract.TessBaseAPI();
  if (api.Init(null, languages.join("+"), lstmOnly) !== 0) throw new Error("Tesseract does not take its models");
  return {
    recognise(image, dpi, as = "page") {
      api.SetVariable("tessedit_pageseg_mode", segmentation[as]);
      tesseract.FS.writeFile(imagePath, portableGreymap(image));
      try {
        if (api.SetImageFile(1, 0) !== 0) throw new AppError("document_corrupt", "The image cannot be read.");
        api.SetSourceResolution(dpi);
        if (api.Recognize(null) !== 0) return [];
        return linesOf(JSON.parse(api.GetJSONText()) as JsonPage);
      } finally {
        api.Clear();
        tesseract.FS.unlink(imagePath);
      }
    },
  };
}

/** PGM: a header, then the pixels as they are. */
function portableGreymap({ width, height, pixels }: GreyImage): Uint8Array {
  const header = Buffer.from(`P5\n${width} ${height}\n255\n`, "latin1");
  const file = new Uint8Array(header.length + pixels.length);
  file.set(header);
  file.set(pixels, header.length);
  return file;
}

function linesOf(page: JsonPage): OcrLine[] {
  const lines = (page.blocks ?? []).flatMap((block) => (block.paragraphs ?? []).flatMap(({ lines }) => lines));
  return lines.map((line) => ({
    baseline: line.baseline,
    rowHeight: line.rowAttributes.rowHeight,
    words: line.words.map(({ text, bbox, confidence }) => ({ text: text.trim(), box: bbox, confidence })),
  }));
}
