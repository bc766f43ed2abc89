import type { SourceFile } from "../port.ts";
import { utf8 } from "./hostile-file.ts";
import { smallImages } from "./hostile-images.ts";
import { epubFile, odfFile, oldWorkbook } from "./hostile-packages.ts";
import { zipOf } from "./hostile-zip.ts";
import { slideFile, wordFile, workbookFile } from "./office-samples.ts";
import { textPdf } from "./pdf-samples.ts";
import { paragraph } from "./samples.ts";

const words = "Some words stand here, and a few more of them follow.";
const file = (format: string, bytes: Uint8Array): SourceFile => ({ filename: `a.${format}`, bytes });
const long = (line: string): string => Array.from({ length: 40 }, (_, index) => `${line} ${index}`).join("\n");

/** A sound file of every format, the extension its true one. */
export const soundFiles = (): SourceFile[] => [
  file("pdf", textPdf([`${words}\nThe first page`, "The second page says something else"])),
  file("docx", wordFile(paragraph(words).repeat(40))),
  file("pptx", slideFile([`<p:sp><p:txBody><a:p><a:r><a:t>${words}</a:t></a:r></a:p></p:txBody></p:sp>`])),
  file(
    "xlsx",
    workbookFile([
      {
        name: "S",
        xml: `<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>${words}</t></is></c></row></sheetData>`,
      },
    ]),
  ),
  file("xls", oldWorkbook()),
  ...(["odt", "ods", "odp"] as const).map((kind) => file(kind, odfFile(kind, odfBodies[kind]))),
  file("epub", epubFile(`<h1>Title</h1><p>${words}</p>`)),
  file("zip", zipOf([{ name: "one.txt", data: words }])),
  file("html", utf8(`<!doctype html><html><body><h1>Title</h1>${long(`<p>${words}`)}</body></html>`)),
  file("md", utf8(`# Title\n\n${long(`- ${words}`)}\n`)),
  file("adoc", utf8(`= Title\n\n${long(`* ${words}`)}\n`)),
  file("txt", utf8(long(words))),
  file("csv", utf8(`a,b\n${long("one,two")}\n`)),
  file("json", utf8(JSON.stringify({ title: "Title", items: Array(40).fill({ text: words }) }))),
  file("xml", utf8(`<?xml version="1.0"?><report><title>Title</title>${long("<p>word</p>")}</report>`)),
  file("rtf", utf8(`{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}${long(`${words}\\par`)}}`)),
  file(
    "eml",
    utf8(
      `From: a@example.org\r\nTo: b@example.org\r\nSubject: Title\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\n${long(words)}`,
    ),
  ),
  ...smallImages(),
];

const odfBodies = {
  odt: `<text:p>${words}</text:p>`,
  ods: `<table:table><table:table-row><table:table-cell><text:p>${words}</text:p></table:table-cell></table:table-row></table:table>`,
  odp: `<draw:page><draw:frame><draw:text-box><text:p>${words}</text:p></draw:text-box></draw:frame></draw:page>`,
} as const;
