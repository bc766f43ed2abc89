import { deflateSync } from "node:zlib";
import { AppError } from "@aurora/kernel";
import { strToU8, zipSync } from "fflate";
import jpeg from "jpeg-js";
import UTIF from "utif2";
import { beforeAll, describe, expect, it } from "vitest";
import { pdfOf } from "../../contract/pdf-samples.ts";
import { convertHere } from "../../contract/samples.ts";
import { convertFile } from "../../convert.ts";
import type { ConvertedDocument } from "../../port.ts";
import { loadPdfium, openPdf } from "../pdf/pdfium.ts";
import { type Bitmap, encodePng } from "../pdf/png.ts";
import { paintPage } from "../pdf/render.ts";

const sentences = ["The committee met on Tuesday morning", "La réunion a été reportée à l'été"];
let page: Bitmap;

beforeAll(async () => {
  const pdfium = await loadPdfium();
  const texts = sentences.map((text, index) => ({ text, x: 60, y: 600 - index * 40, size: 18 }));
  const pdf = openPdf(pdfium, pdfOf([texts]));
  page = pdf.withPage(0, (open) => paintPage(pdfium, open, 110)) as Bitmap;
  pdf.close();
});

const convert = (filename: string, bytes: Uint8Array): Promise<ConvertedDocument> => convertHere({ filename, bytes });
const textOf = (result: ConvertedDocument): string => result.document.texts.map((item) => item.text).join(" ");

/** Bytes R, G, B, A a pixel. */
function rgbaOf({ width, height, pixels }: Bitmap): Buffer {
  const rgba = Buffer.alloc(width * height * 4, 255);
  for (const [index, colour] of pixels.entries())
    rgba.set([(colour >>> 16) & 255, (colour >>> 8) & 255, colour & 255], index * 4);
  return rgba;
}

/** The page as a camera held sideways stores it: turned a quarter counter-clockwise. */
function turnedBack({ width, height, pixels }: Bitmap): Bitmap {
  const turned = new Uint32Array(pixels.length);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) turned[(width - 1 - x) * height + y] = pixels[y * width + x] ?? 0;
  return { width: height, height: width, pixels: turned };
}

const jpegOf = (bitmap: Bitmap): Buffer =>
  Buffer.from(jpeg.encode({ data: rgbaOf(bitmap), width: bitmap.width, height: bitmap.height }, 90).data);

function pngChunk(kind: string, data: Uint8Array): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length, 0);
  head.write(kind, 4, "latin1");
  return Buffer.concat([head, data, Buffer.alloc(4)]); // no reader checks the sum
}

/** Grey and alpha: black letters that only the alpha channel shows. */
function transparentPng({ width, height, pixels }: Bitmap): Buffer {
  const rows = Buffer.alloc((width * 2 + 1) * height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) rows[y * (width * 2 + 1) + 2 + x * 2] = 255 - ((pixels[y * width + x] ?? 0) & 255);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 4], 8);
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  return Buffer.concat([
    signature,
    pngChunk("IHDR", header),
    pngChunk("IDAT", deflateSync(rows)),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** EXIF that holds nothing but the orientation. */
function withOrientation(file: Buffer, orientation: number): Buffer {
  const tiff = Buffer.from("4d4d002a000000080001011200030000000100000000000000000000", "hex");
  tiff.writeUInt16BE(orientation, 18);
  const body = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const head = Buffer.from([0xff, 0xe1, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([file.subarray(0, 2), head, body, file.subarray(2)]);
}

describe("an image of a text", { timeout: 60_000 }, () => {
  it.each([
    ["PNG", "a.png", () => encodePng(page)],
    ["PNG whose ground is transparent", "a.png", () => transparentPng(page)],
    ["JPEG", "a.jpg", () => jpegOf(page)],
    ["JPEG turned by its EXIF", "a.jpg", () => withOrientation(jpegOf(turnedBack(page)), 6)],
  ])("as %s is read, with its boxes and the ledger told", async (_, filename, bytes) => {
    const result = await convert(filename, bytes());
    for (const sentence of sentences) expect(textOf(result).replaceAll("’", "'")).toContain(sentence);
    expect(result.pages).toHaveLength(1);
    expect(result.pages[0]?.height).toBeGreaterThan(result.pages[0]?.width ?? 0);
    expect(result.conservation).toMatchObject({ coverage: 1, missing: 0 });
    expect(result.conservation.pages[0]).toMatchObject({ page: 1, parser: "tesseract" });
    expect(result.conservation.pages[0]?.quality).toBeGreaterThan(0.8);
    const box = result.document.texts[0]?.prov[0]?.bbox;
    expect(box?.l).toBeGreaterThan(20);
    expect(box?.t).toBeGreaterThan(box?.b ?? 0);
  });

  it("of several pages gives each its number", async () => {
    const tiff = UTIF.encode([0, 1].map(() => ifdOf(page)));
    const pixels = rgbaOf(page);
    const start = 4_000; // the directories end before
    const file = Buffer.alloc(start + pixels.length);
    file.set(new Uint8Array(tiff));
    file.set(pixels, start);
    const result = await convert("a.tiff", file);
    expect(result.pages.map((one) => one.page)).toEqual([1, 2]);
    for (const number of [1, 2]) {
      const texts = result.document.texts.filter((item) => item.prov[0]?.page_no === number);
      expect(texts.map((item) => item.text).join(" ")).toContain(sentences[0]);
    }
  });

  it("is left out with a warning when the time for recognition is over; the rest is kept", async () => {
    const bytes = zipSync({ "a.txt": strToU8("A text beside it."), "b.png": encodePng(page) });
    const options = { maxPages: 10, pageImageDpi: 0, timeoutMs: 0 };
    const result = await convertFile({ filename: "a.zip", bytes }, options, async () => {});
    expect(textOf(result)).toContain("A text beside it.");
    expect(result.warnings).toEqual([
      { code: "document_part_skipped", params: { name: "p. 1", reason: "conversion_timeout" } },
    ]);
  });

  it("without a word ends as document_no_text", async () => {
    const blank = { width: 300, height: 300, pixels: new Uint32Array(90_000).fill(0xffffff) };
    const failure = await convert("a.png", encodePng(blank)).catch((error: unknown) => error);
    expect(AppError.is(failure) ? failure.code : failure).toBe("document_no_text");
  });
});

/** Plain RGBA in one strip, which stands at byte 4,000. */
const ifdOf = ({ width, height }: Bitmap) =>
  ({
    t256: [width],
    t257: [height],
    t258: [8, 8, 8, 8],
    t259: [1],
    t262: [2],
    t273: [4_000],
    t277: [4],
    t278: [height],
    t279: [width * height * 4],
  }) as unknown as Parameters<typeof UTIF.encode>[0][number];
