import { AppError } from "@aurora/kernel";
import { createDocumentBuilder } from "../document-builder.ts";
import { openZip } from "../zip.ts";
import { nameOf, originOf } from "./origin.ts";
import { createParts } from "./parts.ts";
import type { Reader } from "./reader.ts";

const byName = new Intl.Collator("en", { numeric: true });

/**
 * A zip of documents: its members in the order of their names, each a section headed by its path. Names are only shown,
 * never opened. A member that cannot be read is a warning; what systems put in by themselves (`__MACOSX`, names that
 * begin with a dot) is left out.
 */
export const archiveReader: Reader = {
  async read(file, type, context) {
    const zip = openZip(file.bytes);
    const builder = createDocumentBuilder(nameOf(file), originOf(file, type));
    const parts = createParts(builder, context, 1);
    const members = zip.names.map((name) => ({ name, path: shownPath(name) })).filter(({ name }) => !isFolder(name));
    members.sort((a, b) => byName.compare(a.path, b.path) || (a.path < b.path ? -1 : 1));
    const skipped = new Set<string>();
    let [encrypted, read] = [0, 0];
    let refusal: AppError | null = null; // of the first member that could not be unpacked
    for (const [index, { name, path }] of members.entries()) {
      const hidden = hiddenPart(path);
      if (hidden !== null) skipped.add(hidden);
      else if (zip.isEncrypted(name)) {
        encrypted++;
        context.warn({ code: "document_part_failed", params: { name: path, reason: "document_encrypted" } });
      } else {
        const bytes = unpacked(zip, name);
        if (AppError.is(bytes)) {
          refusal ??= bytes;
          context.warn({ code: "document_part_failed", params: { name: path, reason: bytes.code } });
        } else if (await parts.add({ filename: path.replace(/^.*\//, ""), bytes }, path)) read++;
      }
      context.onProgress((index + 1) / members.length);
    }
    for (const name of skipped) context.warn({ code: "document_part_skipped", params: { name } });
    if (read === 0 && encrypted > 0)
      throw new AppError("document_encrypted", "The file is protected by a password.", {
        params: { parts: encrypted },
      });
    if (read === 0) throw refusal ?? new AppError("document_no_text", "No file in the archive can be read.");
    return { document: builder.document, title: null };
  },
};

function unpacked(zip: ReturnType<typeof openZip>, name: string): Uint8Array | AppError {
  try {
    return zip.read(name);
  } catch (error) {
    if (AppError.is(error)) return error;
    throw error;
  }
}

const isFolder = (name: string): boolean => /[\\/]$/.test(name);

/** The path as people read it: one kind of slash, no controls, and no way out of the archive. */
const shownPath = (name: string): string =>
  name
    .replace(/\p{Cc}+/gu, " ")
    .split(/[\\/]+/)
    .filter((part) => part !== "" && part !== "." && part !== ".." && !/^[a-z]:$/i.test(part))
    .join("/") || "?";

/** The folder or file that hides this member; null for a document. */
function hiddenPart(path: string): string | null {
  const parts = path.split("/");
  const index = parts.findIndex(
    (part) => part === "__MACOSX" || part.startsWith(".") || /^(?:thumbs\.db|desktop\.ini)$/i.test(part),
  );
  return index < 0 ? null : parts.slice(0, index + 1).join("/");
}
