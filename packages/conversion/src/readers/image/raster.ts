import { AppError } from "@aurora/kernel";

/** One picture, its pixels packed as a PDF takes them. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** Dots per inch the file claims; null where it is silent. */
  readonly dpi: number | null;
  /** EXIF's number, 1 to 8: 1 is upright. */
  readonly orientation: number;
  readonly colours: "DeviceGray" | "DeviceRGB" | "DeviceCMYK";
  readonly filter: "FlateDecode" | "DCTDecode";
  readonly data: Uint8Array;
  /** Adobe's CMYK JPEGs keep the ink's absence. */
  readonly isInverted?: boolean;
}

const maxSide = 20_000;
const maxPixels = 50_000_000; // an A4 page at 720 dpi

/** Called with the header's size, before a pixel is unpacked. @throws AppError `document_too_complex`, `document_corrupt`. */
export function checkSize(width: number, height: number): void {
  if (width < 1 || height < 1) throw damagedImage("no pixels");
  if (width > maxSide || height > maxSide || width * height > maxPixels)
    throw new AppError("document_too_complex", "The image has too many pixels.", {
      params: { limit: `${maxSide} × ${maxSide}, ${maxPixels}` },
    });
}

export const damagedImage = (detail: string, cause?: unknown): AppError =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { cause, internal: { detail } });

/** Reads the numbers of a header. @throws AppError `document_corrupt` past its end. */
export function headerOf(bytes: Uint8Array, littleEndian = false) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const within = (at: number, size: number): number => {
    if (at < 0 || at + size > bytes.length) throw damagedImage("header cut short");
    return at;
  };
  return {
    uint8: (at: number) => view.getUint8(within(at, 1)),
    uint16: (at: number) => view.getUint16(within(at, 2), littleEndian),
    uint32: (at: number) => view.getUint32(within(at, 4), littleEndian),
    ascii: (at: number, length: number) =>
      Buffer.from(bytes.subarray(within(at, length), at + length)).toString("latin1"),
  };
}

/** Colours without their transparency, as they look on white paper. */
export function rgbOnWhite(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3] ?? 255;
    for (let channel = 0; channel < 3; channel++)
      rgb[to + channel] = 255 - ((255 - (rgba[from + channel] ?? 0)) * alpha) / 255;
  }
  return rgb;
}
