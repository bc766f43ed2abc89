import { AppError } from "@aurora/kernel";
import { looksLikeText } from "./decode-text.ts";
import { openZip } from "./zip.ts";

/** What a file is, told by its content; the extension decides only among kinds of plain text. */
export interface FileType {
  /** Short name: `pdf`, `docx`, `txt` …; also the name of its reader. */
  readonly format: string;
  readonly mediaType: string;
}

const mediaTypes: Record<string, string> = {
  pdf: "application/pdf",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  pptx: "application/vnd.openxmlformats-officedocument.presentationml.presentation",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
  odt: "application/vnd.oasis.opendocument.text",
  ods: "application/vnd.oasis.opendocument.spreadsheet",
  odp: "application/vnd.oasis.opendocument.presentation",
  epub: "application/epub+zip",
  doc: "application/msword",
  xls: "application/vnd.ms-excel",
  ppt: "application/vnd.ms-powerpoint",
  msg: "application/vnd.ms-outlook",
  eml: "message/rfc822",
  html: "text/html",
  xml: "application/xml",
  json: "application/json",
  docling: "application/vnd.docling+json",
  adoc: "text/asciidoc",
  md: "text/markdown",
  txt: "text/plain",
  csv: "text/csv",
  png: "image/png",
  jpeg: "image/jpeg",
  gif: "image/gif",
  tiff: "image/tiff",
  webp: "image/webp",
  zip: "application/zip",
  gzip: "application/gzip",
  ole: "application/x-ole-storage",
  rtf: "application/rtf",
  exe: "application/octet-stream",
};

const formatOfExtension: Record<string, string> = {
  pdf: "pdf",
  docx: "docx",
  docm: "docx",
  dotx: "docx",
  dotm: "docx",
  pptx: "pptx",
  pptm: "pptx",
  ppsx: "pptx",
  ppsm: "pptx",
  potx: "pptx",
  potm: "pptx",
  xlsx: "xlsx",
  xlsm: "xlsx",
  xltx: "xlsx",
  xltm: "xlsx",
  odt: "odt",
  ods: "ods",
  odp: "odp",
  ott: "odt",
  odm: "odt",
  fodt: "odt",
  ots: "ods",
  fods: "ods",
  otp: "odp",
  odg: "odp",
  otg: "odp",
  fodp: "odp",
  fodg: "odp",
  epub: "epub",
  html: "html",
  htm: "html",
  xhtml: "html",
  md: "md",
  markdown: "md",
  txt: "txt",
  text: "txt",
  log: "txt",
  csv: "csv",
  tsv: "csv",
  tab: "csv",
  png: "png",
  jpg: "jpeg",
  jpeg: "jpeg",
  gif: "gif",
  tif: "tiff",
  tiff: "tiff",
  webp: "webp",
  zip: "zip",
  gz: "gzip",
  doc: "doc",
  xls: "xls",
  ppt: "ppt",
  msg: "msg",
  eml: "eml",
  xml: "xml",
  nxml: "xml",
  json: "json",
  adoc: "adoc",
  asciidoc: "adoc",
  asc: "adoc",
  rtf: "rtf",
  exe: "exe",
};

const plainText: readonly string[] = ["html", "md", "txt", "csv", "adoc", "eml"];
const zipped: readonly string[] = ["docx", "pptx", "xlsx", "odt", "ods", "odp", "epub", "zip"];

/**
 * @param filename Its extension says what the owner believes the file is, nothing more.
 * @throws AppError `document_empty` for no bytes (or only blanks under a text's name); `document_type_mismatch`
 *   {expected, found} where the content is of another known type than the extension says;
 *   `document_type_unsupported` {extension} where neither tells a type.
 */
export function detectType(bytes: Uint8Array, filename: string): FileType {
  if (bytes.length === 0) throw new AppError("document_empty", "The file is empty.");
  const extension = /\.([a-z0-9]{1,10})$/i.exec(filename)?.[1]?.toLowerCase() ?? "";
  const expected = formatOfExtension[extension] ?? null;
  const found = formatOfContent(bytes, expected);
  if (found === null) {
    // damaged beyond its first bytes, or a kind we do not know: its reader says which
    if (expected === null)
      throw new AppError("document_type_unsupported", "This kind of file cannot be read.", { params: { extension } });
    return fileType(expected);
  }
  if (found === "docling" && expected === "json") return fileType(found);
  if (/^od[tsp]$/.test(found) && expected === "xml" && bytes[0] !== 0x50) return fileType(found); // one XML file, no zip ("P")
  if (expected !== null && expected !== found)
    throw new AppError("document_type_mismatch", `The file is named as ${expected} but holds ${found}.`, {
      params: { expected, found },
    });
  return fileType(found);
}

const fileType = (format: string): FileType => ({
  format,
  mediaType: mediaTypes[format] ?? "application/octet-stream",
});

const signatures: readonly (readonly [format: string, offset: number, bytes: string])[] = [
  ["png", 0, "\x89PNG\r\n\x1a\n"],
  ["jpeg", 0, "\xff\xd8\xff"],
  ["gif", 0, "GIF8"],
  ["tiff", 0, "II*\0"],
  ["tiff", 0, "MM\0*"],
  ["webp", 8, "WEBP"],
  ["gzip", 0, "\x1f\x8b\x08"],
  ["ole", 0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  ["rtf", 0, "{\\rtf"],
  ["exe", 0, "\x7fELF"],
];

function formatOfContent(bytes: Uint8Array, expected: string | null): string | null {
  const head = latin1(bytes.subarray(0, 1024));
  if (head.startsWith("%PDF-") || (head.includes("%PDF-") && expected === "pdf")) return "pdf"; // the PDF header may start late
  for (const [format, offset, signature] of signatures)
    if (head.startsWith(signature, offset)) return format === "ole" ? oleFormat(bytes) : format;
  if (head.startsWith("MZ") && bytes.includes(0)) return "exe";
  if (head.startsWith("PK\x03\x04") || head.startsWith("PK\x05\x06")) return zippedFormat(bytes, expected);
  if (!looksLikeText(bytes)) return null;
  const start = head.replace(/^\xef\xbb\xbf/, "").trimStart();
  if (htmlStart.test(start)) return expected === "md" || expected === "txt" ? expected : "html"; // a text about HTML is still a text
  if (expected !== null && plainText.includes(expected)) return expected;
  if (/^[[{]/.test(start) && (expected === "json" || expected === null))
    return /"schema_name"\s*:\s*"DoclingDocument"/.test(head) ? "docling" : "json";
  const flatKind = /<office:document\s[^>]*?office:mimetype="([^"]+)"/.exec(latin1(bytes.subarray(0, 16_384)))?.[1]; // after its namespaces
  const openDocument = start.startsWith("<?xml") && flatKind !== undefined ? openDocumentFormat(flatKind) : null;
  if (openDocument !== null) return openDocument;
  if (start.startsWith("<?xml") || (expected === "xml" && start.startsWith("<"))) return "xml";
  if (expected === null && mailHeader.test(start)) return "eml";
  return "txt";
}

/** A comment ends at its first `-->` and nowhere else: a row of them is read in one way, not in two to their number. */
const htmlStart = /^(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->)[\s\S])*-->\s*)*<(?:!doctype html|html)\b/i;

/** At least two header fields that only a message begins with (RFC 5322). */
const mailHeader =
  /^(?:(?:From|To|Received|Return-Path|Message-ID|MIME-Version|Delivered-To|X-[\w-]+|Date|Subject):[^\n]*\n(?:[ \t][^\n]*\n)*){2}/i;

/** Compound files (MS-CFB) tell their kind by the names of their streams, which stand in UTF-16. */
function oleFormat(bytes: Uint8Array): string {
  // searched as bytes: Node's own search of UTF-16 never ends on memory that begins at an odd address
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const has = (name: string) => content.includes(Buffer.from(name, "utf16le"));
  if (has("__substg1.0_") || has("__properties_version1.0")) return "msg";
  if (has("WordDocument")) return "doc";
  if (has("PowerPoint Document")) return "ppt";
  if (has("Workbook") || has("Book")) return "xls";
  if (has("EncryptedPackage")) throw new AppError("document_encrypted", "The file is protected by a password."); // a newer Office file inside
  return "ole";
}

/** Inside a zip the parts tell the kind; a zip whose directory is lost is what its name says, and damaged. */
function zippedFormat(bytes: Uint8Array, expected: string | null): string {
  let names: readonly string[];
  try {
    names = openZip(bytes).names;
  } catch (error) {
    if (AppError.is(error) && error.code !== "document_corrupt") throw error;
    return expected !== null && zipped.includes(expected) ? expected : "zip";
  }
  const has = (name: string) => names.includes(name);
  if (names.some((name) => /^word\/document\d*\.xml$/i.test(name))) return "docx";
  if (has("ppt/presentation.xml")) return "pptx";
  if (has("xl/workbook.xml")) return "xlsx";
  if (has("mimetype") && has("META-INF/container.xml")) return "epub";
  if (has("mimetype") && has("content.xml")) {
    const kind = new TextDecoder().decode(openZip(bytes).read("mimetype")).trim();
    return openDocumentFormat(kind) ?? Object.keys(mediaTypes).find((format) => mediaTypes[format] === kind) ?? "zip";
  }
  return "zip";
}

const openDocumentKinds: Record<string, string> = {
  text: "odt",
  "text-master": "odt",
  "text-web": "odt",
  spreadsheet: "ods",
  presentation: "odp",
  graphics: "odp", // pages of drawings, read as slides
};

/** Documents and their templates (OASIS ODF 1.3 part 2, 3.3). */
function openDocumentFormat(mediaType: string): string | null {
  const kind = /^application\/(?:vnd\.oasis|x-vnd\.oasis)\.opendocument\.([a-z-]+?)(?:-template)?$/.exec(
    mediaType.trim(),
  );
  return openDocumentKinds[kind?.[1] ?? ""] ?? null;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
