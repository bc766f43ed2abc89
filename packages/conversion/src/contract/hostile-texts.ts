import { deflateRawSync } from "node:zlib";
import { escapePaths } from "./hostile-archives.ts";
import { type HostileFile, repeated, utf8 } from "./hostile-file.ts";
import { zipOf } from "./hostile-zip.ts";
import { workbookFile } from "./office-samples.ts";

const words = "Some words stand here";

/** A row of a sheet, again and again, packed without ever being whole: `{n}` is the row's number. */
function longSheet(rows: number): Uint8Array {
  const lines = Array.from(
    { length: rows },
    (_, index) =>
      `<row r="${index + 1}"><c r="A${index + 1}"><v>${index}</v></c><c r="B${index + 1}"><v>1</v></c><c r="C${index + 1}"><v>2</v></c></row>`,
  );
  return workbookFile([{ name: "S", xml: `<sheetData>${lines.join("")}</sheetData>` }]);
}

/** The first and the last cell that a sheet can have. */
const farApart = (merged: string): Uint8Array =>
  workbookFile([
    {
      name: "S",
      xml: `<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far words</t></is></c></row></sheetData>${merged}`,
    },
  ]);

const headers = (type: string, rest = ""): string =>
  `From: a@example.org\r\nTo: b@example.org\r\nSubject: ${words}\r\nMIME-Version: 1.0\r\nContent-Type: ${type}\r\n${rest}\r\n`;

/** A message in a message, `depth` deep. */
function messageLoop(depth: number): string {
  let message = `${headers("text/plain")}the deepest word\r\n`;
  for (let level = 0; level < depth; level++) message = `${headers("message/rfc822")}${message}`;
  return message;
}

function nestedMultiparts(depth: number): string {
  let [body, type] = ["the deepest word\r\n", "text/plain"];
  for (let level = 0; level < depth; level++) {
    body = `--b${level}\r\nContent-Type: ${type}\r\n\r\n${body}\r\n--b${level}--\r\n`;
    type = `multipart/mixed; boundary=b${level}`;
  }
  return `${headers(type)}${body}`;
}

const attachments = (count: number): Uint8Array =>
  Buffer.concat([
    Buffer.from(`${headers("multipart/mixed; boundary=x")}--x\r\nContent-Type: text/plain\r\n\r\nthe body's words\r\n`),
    ...Array.from({ length: count }, (_, index) =>
      Buffer.from(
        `--x\r\nContent-Type: text/plain; name=a${index}.txt\r\nContent-Disposition: attachment; filename=a${index}.txt\r\n\r\ntext ${index}\r\n`,
      ),
    ),
    Buffer.from("--x--\r\n"),
  ]);

export function hostileMails(trap: string, token: string): HostileFile[] {
  const [outside = ""] = escapePaths(token);
  const of = (
    name: string,
    bytes: () => Uint8Array,
    ends: HostileFile["ends"],
    rest: Partial<HostileFile> = {},
  ): HostileFile => ({ name: `a mail ${name}`, filename: "a.eml", bytes, ends, ...rest });
  return [
    of("that forwards itself 200 times", () => utf8(messageLoop(200)), "partial", { says: [words] }),
    of("that forwards itself 20,000 times", () => utf8(messageLoop(20_000)), "partial", {
      says: [words],
      mayExhaust: true,
    }),
    of("of 50 parts in parts", () => utf8(nestedMultiparts(50)), "success", { says: ["the deepest word"] }),
    of("of 5,000 parts in parts", () => utf8(nestedMultiparts(5_000)), "document_corrupt"),
    of("of 100,000 attachments", () => attachments(100_000), "partial", { says: ["the body's words", "text 400"] }),
    of(
      "of 100,000 boundaries",
      () =>
        repeated(
          "--x\r\n\r\n",
          100_000,
          `${headers("multipart/mixed; boundary=x")}`,
          `--x\r\nContent-Type: text/plain\r\n\r\nthe body's words\r\n--x--\r\n`,
        ),
      "success",
      { says: ["the body's words"] },
    ),
    of(
      "whose boundary never comes",
      () => repeated("a line\r\n", 10_000, headers(`multipart/mixed; boundary="${"x".repeat(5_000)}"`)),
      "success",
    ),
    of(
      "of a million header lines",
      () => repeated("X-Long: yes\r\n", 1_000_000, "", `${headers("text/plain")}${words}`),
      "document_corrupt",
    ),
    of(
      "with one header of 20 MB",
      () => repeated("=?utf-8?q?a?= ", 1_500_000, "Subject: ", `\r\nFrom: a@example.org\r\n\r\n${words}`),
      "document_corrupt",
    ),
    of(
      "of remote images and scripts",
      () =>
        utf8(
          `${headers("text/html")}<img src="${trap}/mail.png"><script>alert("a script's words")</script><p>${words}</p><a href="javascript:alert(1)">a link</a>`,
        ),
      "success",
      { says: [words], hides: ["a script's words", "javascript:"] },
    ),
    of(
      "whose body lies elsewhere",
      () =>
        utf8(
          `${headers(`message/external-body; access-type=URL; URL="${trap}/body"`)}Content-Type: text/plain\r\n\r\n`,
        ),
      "success",
      { says: [words] },
    ),
    of(
      "whose charset is none",
      () => utf8(`${headers('text/plain; charset="x-none-of-this"', "Content-Transfer-Encoding: 8bit\r\n")}${words}`),
      "success",
      { says: [words] },
    ),
    of(
      "whose base64 is none",
      () => utf8(`${headers("text/plain", "Content-Transfer-Encoding: base64\r\n")}%%%%${words}====`),
      "success",
      { says: [words] },
    ),
    of(
      "whose attachment wants to be written elsewhere",
      () =>
        utf8(
          `${headers("multipart/mixed; boundary=x")}--x\r\nContent-Type: text/plain; name="../../../..${outside}"\r\nContent-Disposition: attachment; filename="../../../..${outside}"\r\n\r\nattached words\r\n--x--\r\n`,
        ),
      "success",
      { says: ["attached words"] },
    ),
    of("that attaches a zip that holds it", () => utf8(mailOfZips()), "partial", { says: ["the deepest word"] }),
  ];
}

/** Mail in zip in mail in zip: each kind of nesting counts towards one depth. */
function mailOfZips(): string {
  let message = `${headers("text/plain")}the deepest word\r\n`;
  for (let level = 0; level < 6; level++) {
    const zip = Buffer.from(zipOf([{ name: "mail.eml", data: message }])).toString("base64");
    message = `${headers("multipart/mixed; boundary=y")}--y\r\nContent-Type: text/plain\r\n\r\nlevel ${level}: the deepest word is below\r\n--y\r\nContent-Type: application/zip; name=a.zip\r\nContent-Disposition: attachment; filename=a.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n${zip}\r\n--y--\r\n`;
  }
  return message;
}

export function hostileTexts(): HostileFile[] {
  const of = (
    name: string,
    filename: string,
    bytes: () => Uint8Array,
    ends: HostileFile["ends"],
    rest: Partial<HostileFile> = {},
  ): HostileFile => ({ name, filename, bytes, ends, ...rest });
  const utf16 = (text: string): Buffer => Buffer.from(text, "utf16le");
  const longText = "Le siège de la coopérative est à Quimper. ";
  return [
    of("0 bytes", "a.pdf", () => new Uint8Array(), "document_empty"),
    of("0 bytes without a name", "", () => new Uint8Array(), "document_empty"),
    of("one byte", "a.txt", () => utf8("x"), "success", { says: ["x"] }),
    of("one zero byte", "a.txt", () => new Uint8Array(1), "document_encoding_invalid"),
    of("blanks alone", "a.csv", () => utf8(" \n \n"), "document_empty"),
    of(
      "bytes that are no text, under a text's name",
      "a.txt",
      () => Uint8Array.from({ length: 5_000 }, (_, index) => (index * 7_919) % 256),
      "document_encoding_invalid",
    ),
    of("UTF-16 without a mark", "a.txt", () => utf16(longText.repeat(50)), "success", { says: ["Quimper"] }),
    of("UTF-16 BE without a mark", "a.txt", () => utf16(longText.repeat(50)).swap16(), "success", {
      says: ["Quimper"],
    }),
    of(
      "UTF-16 cut in the middle of a letter",
      "a.txt",
      () => Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(longText).subarray(0, 41)]),
      "document_encoding_invalid",
    ),
    of(
      "UTF-32",
      "a.txt",
      () =>
        Buffer.concat([
          Buffer.from([0xff, 0xfe, 0, 0]),
          ...[...longText].map((letter) => Buffer.from([letter.charCodeAt(0) & 255, letter.charCodeAt(0) >> 8, 0, 0])),
        ]),
      "document_encoding_invalid",
    ),
    of(
      "UTF-8 with bytes of another charset",
      "a.txt",
      () => Buffer.concat([Buffer.from("déjà vu "), Buffer.from([0xc3, 0x28, 0xa0, 0xff])]),
      "document_encoding_invalid",
    ),
    of(
      "a text of marks that turn and hide",
      "a.txt",
      () => utf8("\u202Eabc\u2066def\u2069 \u200B\uFEFFvisible words\u0000 and more\u001b[31m red"),
      "document_encoding_invalid",
    ),
    of(
      "200 MB of text in one line",
      "a.txt",
      () => repeated(longText, 200_000_000 / Buffer.byteLength(longText)),
      "conversion_out_of_memory",
      { mayExhaust: true },
    ),
    of("20 MB of one word", "a.txt", () => repeated("a", 20_000_000), "success"),
    of("20 MB of line breaks", "a.txt", () => repeated("a\n\n", 7_000_000), "conversion_out_of_memory", {
      mayExhaust: true,
    }),
    of(
      "200 MB of Markdown in one line",
      "a.md",
      () => repeated("*word* ", 200_000_000 / 7),
      "conversion_out_of_memory",
      { mayExhaust: true },
    ),
    of(
      "a table of a million rows",
      "a.csv",
      () => repeated("ville;directrice;nombre\n", 1_000_000),
      "document_too_complex",
    ),
    of("a table of 100,000 rows", "a.csv", () => repeated("ville;directrice\n", 100_000), "success", {
      says: ["directrice"],
    }),
    of(
      "a table of a million columns",
      "a.csv",
      () => repeated("a,", 1_000_000, "", "b\n1,2\n"),
      "document_too_complex",
    ),
    of("a table of three million columns", "a.csv", () => repeated("a,", 3_000_000), "document_too_complex"),
    of("a table whose quote never closes", "a.csv", () => repeated("b,c\n", 500_000, 'a,b\n"'), "success"),
    of("a table of quotes", "a.csv", () => repeated('"""",', 400_000), "success"),
    of("a workbook of a million rows", "a.xlsx", () => longSheet(1_000_000), "document_too_complex"),
    of("a workbook whose cells are far apart", "a.xlsx", () => farApart(""), "success", { says: ["far words"] }),
    of(
      "a workbook whose whole sheet is one cell",
      "a.xlsx",
      () => farApart('<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
      "document_too_complex",
    ),
    of(
      "a workbook whose cells stand where no cell is",
      "a.xlsx",
      () =>
        workbookFile([
          {
            name: "S",
            xml: `<sheetData><row r="99999999999"><c r="ZZZZZZZZ99999999999" t="inlineStr"><is><t>${words}</t></is></c><c r="-1" t="s"><v>99999999</v></c></row></sheetData>`,
          },
        ]),
      "success",
      { says: [words] },
    ),
    of(
      "a page that unpacks beyond its packing",
      "a.txt",
      () => deflateRawSync(Buffer.alloc(10_000_000)),
      "document_encoding_invalid",
    ),
    of(
      "AsciiDoc of a table of a million columns",
      "a.adoc",
      () => repeated("|a", 1_000_000, "|===\n", "\n|===\n"),
      "document_too_complex",
    ),
  ];
}
