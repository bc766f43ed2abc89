import type { JobFailure } from "@aurora/contracts";
import { AppError } from "@aurora/kernel";
import type { DoclingDocument } from "../docling-document.ts";
import { createLedger, type Ledger, type SourceLedger } from "../ledger/ledger.ts";
import type { SourceFile } from "../port.ts";
import { readDocling } from "../readers/docling.ts";
import type { ReadResult } from "../readers/reader.ts";
import { failureOf, isRecord, parsed, unavailable } from "./answer.ts";

export interface Adopted extends ReadResult {
  readonly ledger: Ledger;
  /** Instead of those of the reading here, which speak of another document. */
  readonly warnings: readonly JobFailure[];
}

const parserName = "docling-serve";

/**
 * The document in a service's answer, checked as any DoclingDocument from outside. The file itself is read here too, for
 * the pictures of its pages and as the witness of what words it holds; where that yields none (a scan, a kind only the
 * service reads), the document vouches for itself. Runs in the conversion child.
 * @param readHere Reads the file with our own reader, telling its words.
 * @throws AppError `converter_unavailable` {reason} for an answer that is none; `document_*`; limits that `readHere` names.
 */
export async function adoptReply(
  reply: Uint8Array,
  { filename }: Pick<SourceFile, "filename">,
  { maxPages }: { readonly maxPages: number },
  readHere: (ledger: SourceLedger) => Promise<ReadResult>,
): Promise<Adopted> {
  const { json, isPartial } = openReply(reply);
  const own = createLedger();
  const document = readAnswer(json, own);
  const pages = Object.keys(document.pages).length;
  if (pages > maxPages)
    throw new AppError("document_too_complex", "The document has too many pages.", {
      params: { pages, limit: maxPages },
    });
  const warnings: JobFailure[] = isPartial
    ? [{ code: "document_part_failed", params: { name: filename, reason: "document_corrupt" } }]
    : [];

  const witness = createLedger();
  const heard = { words: false };
  const here = await readHere(witnessOf(witness, heard)).catch((error: unknown) => {
    if (!AppError.is(error) || limits.includes(error.code)) throw error;
    heard.words = false;
    return null; // the service can read what we cannot
  });
  return { document, title: here?.title ?? null, ledger: heard.words ? witness : own, warnings };
}

/** What no converter may pass. */
const limits: readonly string[] = ["document_too_complex", "conversion_out_of_memory"];

function openReply(reply: Uint8Array): { json: string; isPartial: boolean } {
  const answer = parsed(reply);
  if (!isRecord(answer)) throw unavailable("malformed");
  const { status, errors, document } = answer;
  if (status === "failure" || status === "skipped") throw failureOf(messagesOf(errors));
  const content = isRecord(document) ? document.json_content : null;
  if ((status !== "success" && status !== "partial_success") || !isRecord(content)) throw unavailable("malformed");
  try {
    return { json: JSON.stringify(content), isPartial: status === "partial_success" };
  } catch (error) {
    throw unavailable("malformed", { cause: error }); // nested beyond what can be walked
  }
}

const messagesOf = (errors: unknown): string[] =>
  (Array.isArray(errors) ? errors : []).map((error) => (isRecord(error) ? String(error.error_message) : ""));

/** What is wrong with the document is the service's doing, not the file's. */
function readAnswer(json: string, ledger: Ledger): DoclingDocument {
  try {
    const document = readDocling(json, { ...ledger, parser: () => {} });
    for (const page of [0, ...Object.keys(document.pages).map(Number)]) ledger.parser(parserName, page);
    return document;
  } catch (error) {
    if (AppError.is(error) && error.code === "document_corrupt") throw unavailable("malformed", { cause: error });
    throw error;
  }
}

/** Hears the words of our reading; whose text is kept is not for it to say. */
function witnessOf(ledger: SourceLedger, heard: { words: boolean }): SourceLedger {
  return {
    source(text, page) {
      if (text.trim() !== "") heard.words = true;
      ledger.source(text, page);
    },
    drop: (text, reason, page) => ledger.drop(text, reason, page),
    parser: (_name, page) => ledger.parser(parserName, page),
    shifted: (pages) => witnessOf(ledger.shifted(pages), heard),
  };
}
