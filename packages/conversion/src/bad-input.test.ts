import { AppError } from "@aurora/kernel";
import { strToU8, zipSync } from "fflate";
import { expect, it } from "vitest";
import { assemble, emptyPagePdf, noPagesPdf, textPdf } from "./contract/pdf-samples.ts";
import { convertHere, docx, paragraph } from "./contract/samples.ts";

const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
const wordFile = docx(paragraph("Bonjour"));
const bomb = zipSync({ "word/document.xml": new Uint8Array(40_000_000) });
const encrypted = assemble(
  [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [] /Count 0 >>",
    `<< /Filter /Standard /V 1 /R 2 /P -44 /O <${"a1".repeat(32)}> /U <${"b2".repeat(32)}> >>`,
  ],
  `/Encrypt 3 0 R /ID [<${"00".repeat(16)}> <${"00".repeat(16)}>]`,
);
const controls = Uint8Array.from({ length: 600 }, (_, index) => (index * 37) % 32);

it.each([
  ["an empty file", "a.pdf", new Uint8Array(), "document_empty", {}],
  ["a text of blanks", "a.txt", strToU8(" \n\t\n"), "document_empty", {}],
  ["a Markdown file of blanks", "a.md", strToU8("\n\n"), "document_empty", {}],
  ["a PNG named as PDF", "a.pdf", png, "document_type_mismatch", { expected: "pdf", found: "png" }],
  ["a PDF named as text", "a.txt", textPdf(["Hello"]), "document_type_mismatch", { expected: "txt", found: "pdf" }],
  ["a Word file named as PDF", "a.pdf", wordFile, "document_type_mismatch", { expected: "pdf", found: "docx" }],
  [
    "a page of HTML named as Word",
    "a.docx",
    strToU8("<!doctype html><p>x"),
    "document_type_mismatch",
    { expected: "docx", found: "html" },
  ],
  [
    "text named as PDF",
    "a.pdf",
    strToU8("Just some words."),
    "document_type_mismatch",
    { expected: "pdf", found: "txt" },
  ],
  ["a PNG cut after its signature", "a.png", png, "document_corrupt", {}],
  ["binary without a known name", "a.bin", controls, "document_type_unsupported", { extension: "bin" }],
  ["an encrypted PDF", "a.pdf", encrypted, "document_encrypted", {}],
  ["a PDF of no pages", "a.pdf", noPagesPdf(), "document_no_pages", {}],
  ["a PDF without text", "a.pdf", emptyPagePdf(), "document_no_text", { pages: 1 }],
  ["a PDF cut after its header", "a.pdf", textPdf(["Hello"]).subarray(0, 60), "document_corrupt", {}],
  ["a Word file cut in half", "a.docx", wordFile.subarray(0, wordFile.length / 2), "document_corrupt", {}],
  ["a Word file with broken XML", "a.docx", docx("<w:p><w:r>"), "document_corrupt", {}],
  ["a zip bomb named as Word", "a.docx", bomb, "document_too_complex", { limit: "bytes" }],
  ["a page nested to overflow the stack", "a.html", strToU8("<div>".repeat(30_000)), "document_too_complex", {}],
  [
    "a table of millions of places",
    "a.html",
    strToU8(`<table>${"<tr><td colspan=1000>a".repeat(3_000)}</table>`),
    "document_too_complex",
    { limit: 2_000_000 },
  ],
  [
    "broken UTF-8",
    "a.txt",
    Uint8Array.of(...strToU8("d\u00e9j\u00e0 vu "), 0xc3, 0x28, 0xff),
    "document_encoding_invalid",
    {},
  ],
  [
    "lone high bytes",
    "a.txt",
    Uint8Array.of(0x41, 0x20, 0xff, 0xfe, 0xfa, 0x20, 0x42),
    "document_encoding_invalid",
    {},
  ],
  [
    "zero bytes under a text's name",
    "a.txt",
    Uint8Array.of(0x41, 0, 0, 0, 0x42, 0, 0x43, 3, 4),
    "document_encoding_invalid",
    {},
  ],
  ["control bytes under a table's name", "a.csv", controls, "document_encoding_invalid", {}],
])("%s ends with its own code", async (_, filename, bytes, code, params) => {
  const failure = await convertHere({ filename, bytes }).catch((error: unknown) => error);
  expect(AppError.is(failure) ? { code: failure.code, params: failure.params } : failure).toEqual({ code, params });
});

it.each([
  ["UTF-8 with a mark", Uint8Array.of(0xef, 0xbb, 0xbf, ...strToU8("d\u00e9j\u00e0 vu"))],
  ["UTF-16 LE with a mark", Buffer.from("\ufeffd\u00e9j\u00e0 vu", "utf16le")],
  ["UTF-16 LE without one", Buffer.from("d\u00e9j\u00e0 vu", "utf16le")],
  ["UTF-16 BE with a mark", Buffer.from("\ufeffd\u00e9j\u00e0 vu", "utf16le").swap16()],
  ["Windows-1252", Buffer.from("d\u00e9j\u00e0 vu", "latin1")],
])("text in %s is read", async (_, bytes) => {
  const { document } = await convertHere({ filename: "a.txt", bytes: new Uint8Array(bytes) });
  expect(document.texts.map((item) => item.text)).toEqual(["d\u00e9j\u00e0 vu"]);
});
