import { AppError } from "@aurora/kernel";
import { type ByteView, createByteView, openCompound } from "./compound.ts";

/** The streams a Word file is read from, and the offsets its header gives. */
export interface DocStreams {
  readonly word: ByteView;
  readonly table: ByteView;
  readonly title: string | null;
  /** Offset and length in the table stream of the nth structure (MS-DOC 2.5.6). */
  structure(index: number): { at: number; length: number };
}

/** @throws AppError `document_corrupt`, `document_encrypted`, `document_type_unsupported` for files before Word 97. */
export function openDoc(bytes: Uint8Array): DocStreams {
  const file = openCompound(bytes);
  const main = file.stream("WordDocument");
  if (!main || main.length < 512) throw corrupt("no text stream");
  const word = createByteView(main);
  if (word.u16(0) !== 0xa5ec)
    throw new AppError("document_type_unsupported", "This kind of file cannot be read.", {
      params: { extension: "doc", found: "doc" },
    });
  const flags = word.u16(10);
  if (flags & 0x0100) throw new AppError("document_encrypted", "The file is protected by a password.");
  const table = file.stream(flags & 0x0200 ? "1Table" : "0Table");
  if (!table) throw corrupt("no table stream");
  return {
    word,
    table: createByteView(table),
    title: file.title,
    structure: (index) => ({ at: word.u32(154 + index * 8), length: word.u32(158 + index * 8) }),
  };
}

export const corrupt = (detail: string) =>
  new AppError("document_corrupt", "The file is damaged or incomplete.", { internal: { detail } });
