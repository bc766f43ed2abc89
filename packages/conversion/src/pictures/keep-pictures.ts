import { AppError, sha256Hex } from "@aurora/kernel";
import type { ImageRef } from "../docling-document.ts";
import type { Picture } from "../port.ts";
import { cleanPicture, type PictureType } from "./clean-picture.ts";

/** Of one document; a picture past them keeps its place, caption and description, and has no image. */
export const pictureLimits = { count: 500, bytesEach: 10 * 1024 * 1024, bytes: 96 * 1024 * 1024, minSide: 8 } as const;

const extensions: Readonly<Record<PictureType, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
};
const pixelsOfPoint = 72; // what Docling says of a picture whose resolution it does not know

export interface PictureKeeper {
  /**
   * @param read The file of the picture, asked for only when there is room for it, and at most `maxBytes` of it.
   * @param dpi Of the picture as shown, where the file does not tell.
   * @returns what the document says of the image; undefined when it is not kept.
   */
  keep(read: (maxBytes: number) => Uint8Array | null, dpi?: number): ImageRef | undefined;
  /** Those the document names, each once. */
  named(refs: readonly (ImageRef | undefined)[]): Picture[];
}

/** Keeps nothing and reads nothing: for those who want the text alone. */
export const noPictures: PictureKeeper = { keep: () => undefined, named: () => [] };

/** Pictures under the hash of their bytes: one that is on every slide is kept once. */
export function createPictureKeeper(): PictureKeeper {
  const kept = new Map<string, Picture>();
  let left: number = pictureLimits.bytes;
  return {
    keep(read, dpi) {
      if (left <= 0 || kept.size >= pictureLimits.count) return undefined;
      const maxBytes = Math.min(left, pictureLimits.bytesEach);
      const found = clean(read, maxBytes);
      if (found === "refused") left -= maxBytes; // however much of it was unpacked
      if (found === "refused" || found === null) return undefined;
      const { width, height, mediaType, bytes } = found;
      if (Math.min(width, height) < pictureLimits.minSide || bytes.length > maxBytes) return undefined;
      const sha256 = sha256Hex(bytes);
      const name = `pictures/${sha256}.${extensions[mediaType]}`;
      if (!kept.has(name)) {
        kept.set(name, { name, sha256, mediaType, bytes });
        left -= bytes.length;
      }
      const resolution = Math.round(found.dpi ?? dpi ?? pixelsOfPoint);
      return { mimetype: mediaType, dpi: Math.max(1, resolution), size: { width, height }, uri: name };
    },
    named: (refs) => [...new Set(refs.map((ref) => ref?.uri))].flatMap((uri) => kept.get(uri ?? "") ?? []),
  };
}

function clean(read: (maxBytes: number) => Uint8Array | null, maxBytes: number) {
  try {
    const bytes = read(maxBytes);
    return bytes && bytes.length <= maxBytes ? cleanPicture(bytes) : null;
  } catch (error) {
    if (AppError.is(error)) return "refused"; // a part that is damaged, or larger than it says
    throw error;
  }
}
