import { createHash } from "node:crypto";
import type { FileType } from "../detect-type.ts";
import type { DocumentOrigin } from "../docling-document.ts";
import type { SourceFile } from "../port.ts";

/** `binary_hash`: the first 53 bits of the SHA-256, the most that JSON carries exactly through JavaScript. */
export function originOf(file: SourceFile, type: FileType): DocumentOrigin {
  const digest = createHash("sha256").update(file.bytes).digest();
  const hash = Number(digest.readBigUInt64BE(0) >> 11n);
  return { mimetype: type.mediaType, binary_hash: hash, filename: file.filename };
}

/** The file name without its extension, as Docling names documents. */
export const nameOf = (file: SourceFile): string => file.filename.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");
