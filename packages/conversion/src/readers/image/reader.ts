import { originOf } from "../origin.ts";
import type { Reader } from "../reader.ts";
import type { Raster } from "./raster.ts";

/**
 * PNG, JPEG, TIFF of several pages, WebP and GIF: each picture becomes a page of a PDF, which the PDF reader reads like
 * any scan. Sizes are checked from the header before a pixel is unpacked.
 */
export const imageReader: Reader = {
  async read(file, type, context) {
    const rasters = await rastersOf(file.bytes, type.format, context.maxPages);
    const { pdfOfRasters } = await import("./pdf-of-rasters.ts");
    const { pdfReader } = await import("../pdf/reader.ts");
    const { document } = await pdfReader.read({ ...file, bytes: pdfOfRasters(rasters) }, type, context);
    return { document: { ...document, origin: originOf(file, type) }, title: null };
  },
};

async function rastersOf(bytes: Uint8Array, format: string, maxPages: number): Promise<readonly Raster[]> {
  switch (format) {
    case "png":
      return [(await import("./png.ts")).readPng(bytes)];
    case "jpeg":
      return [(await import("./jpeg.ts")).readJpeg(bytes)];
    case "webp":
      return [await (await import("./webp.ts")).readWebp(bytes)];
    case "gif":
      return [(await import("./gif.ts")).readGif(bytes)];
    default:
      return (await import("./tiff.ts")).readTiff(bytes, maxPages);
  }
}
