import { AppError } from "@aurora/kernel";
import { CFB, utils, write } from "@e965/xlsx";
import { describe, expect, it } from "vitest";
import { convertHere } from "../../contract/samples.ts";
import { tableGrid } from "../../markdown-export.ts";
import { cellsOf } from "./doc-table.ts";

/** The part of SheetJS's compound files used here; the package declares no types for it. */
const compound: {
  utils: { cfb_new(): object; cfb_add(file: object, path: string, content: Uint8Array): void };
  write(file: object, options: { type: "array" }): Uint8Array;
} = CFB;

function compoundFile(streams: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const file = compound.utils.cfb_new();
  for (const [name, content] of Object.entries(streams)) compound.utils.cfb_add(file, `/${name}`, content);
  return Uint8Array.from(compound.write(file, { type: "array" }));
}

const convert = (filename: string, bytes: Uint8Array) => convertHere({ filename, bytes });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "converted",
    (error: unknown) => (AppError.is(error) ? error.code : `not an AppError: ${error}`),
  );

describe("an Excel 97–2003 workbook", () => {
  it("gives the same tables as a newer one: regions, formats, merged cells, hidden sheets", async () => {
    const sheet = utils.aoa_to_sheet([["Nom", "Part"], ["Été", 0.25], [], ["Autre", "tableau"], [1, true]]);
    sheet.B2.z = "0%";
    sheet["!merges"] = [{ s: { r: 0, c: 0 }, e: { r: 0, c: 0 } }];
    const book = utils.book_new();
    utils.book_append_sheet(book, sheet, "Feuille");
    utils.book_append_sheet(book, utils.aoa_to_sheet([["secret"]]), "Cachée");
    book.Workbook = { Sheets: [{ name: "Feuille" }, { name: "Cachée", Hidden: 1 }] };
    const bytes = new Uint8Array(write(book, { type: "array", bookType: "biff8" }));
    const { document, conservation, format } = await convert("a.xls", bytes);
    expect(format).toBe("xls");
    expect(document.tables.map((table) => [table.content_layer, tableGrid(table)])).toEqual([
      [
        "body",
        [
          ["Nom", "Part"],
          ["Été", "25%"],
        ],
      ],
      [
        "body",
        [
          ["Autre", "tableau"],
          ["1", "TRUE"],
        ],
      ],
      ["invisible", [["secret"]]],
    ]);
    expect(conservation.coverage).toBe(1);
  });
});

/** A Word file of one piece in Windows-1252 and one in UTF-16, without formats. */
function docBytes(narrow: string, wide: string, flags = 0, wideAt = 2_048): Uint8Array {
  const word = Buffer.alloc(4_096);
  word.writeUInt16LE(0xa5ec, 0);
  word.writeUInt16LE(0x0200 | flags, 10);
  word.writeUInt32LE(narrow.length + wide.length, 76);
  Buffer.from(narrow, "latin1").copy(word, 1_024);
  Buffer.from(wide, "utf16le").copy(word, 2_048);
  const pieces = Buffer.alloc(5 + 12 + 16);
  pieces.writeUInt8(2, 0);
  pieces.writeUInt32LE(28, 1);
  pieces.writeUInt32LE(narrow.length, 9);
  pieces.writeUInt32LE(narrow.length + wide.length, 13);
  pieces.writeUInt32LE((1_024 * 2) | 0x40000000, 19);
  pieces.writeUInt32LE(wideAt, 27);
  word.writeUInt32LE(0, 154 + 33 * 8);
  word.writeUInt32LE(pieces.length, 158 + 33 * 8);
  return compoundFile({ WordDocument: word, "1Table": Buffer.concat([pieces, Buffer.alloc(4_096)]) });
}

describe("a Word 97–2003 file", () => {
  it("gives the text of all its pieces, without codes of fields", async () => {
    const { document, conservation } = await convert(
      "a.doc",
      docBytes("L\x92\xe9t\xe9\r\x13 HYPERLINK \x14lien\x15 co", "upé Ω\rfin"),
    );
    expect(document.texts.map((text) => text.text)).toEqual(["L’été", "lien coupé Ω", "fin"]);
    expect(conservation.coverage).toBe(1);
  });
  it("ends typed where it is protected, or its text stands outside the file", async () => {
    expect(await codeOf(convert("a.doc", docBytes("a\r", "b", 0x0100)))).toBe("document_encrypted");
    const broken = compoundFile({ WordDocument: Buffer.alloc(4_096, 0xff), "1Table": Buffer.alloc(4_096) });
    expect(await codeOf(convert("a.doc", broken))).toBe("document_type_unsupported");
    expect(await codeOf(convert("a.doc", docBytes("a\r", "b", 0, 1 << 20)))).toBe("document_corrupt");
  });
});

describe("rows of a Word 97–2003 table", () => {
  const shape = (edges: number[], merged: { left?: number; above?: number } = {}) => ({
    edges,
    merges: edges.slice(1).map((_, index) => ({ left: merged.left === index, above: merged.above === index })),
  });
  it("stand on the columns that the borders of all of them make", () => {
    const rows = [
      { texts: ["large", "c"], shape: shape([0, 2_000, 3_000]) },
      { texts: ["a", "b", ""], shape: shape([5, 1_000, 2_010, 3_000], { above: 2 }) },
    ];
    expect(cellsOf(rows)).toMatchObject([
      { row: 0, column: 0, columnSpan: 2, text: "large", columnHeader: true },
      { row: 0, column: 2, columnSpan: 1, rowSpan: 2, text: "c" },
      { row: 1, column: 0, columnSpan: 1, text: "a" },
      { row: 1, column: 1, text: "b" },
    ]);
  });
  it("lose no text by a merge, and go column by column where one does not say its shape", () => {
    const merged = [{ texts: ["a", "gardé"], shape: shape([0, 1_000, 2_000], { left: 1 }) }];
    expect(cellsOf(merged).map((cell) => cell.text)).toEqual(["a", "gardé"]);
    expect(cellsOf([...merged, { texts: ["x"], shape: null }]).map((cell) => [cell.row, cell.column])).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
  });
});

const record = (type: number, content: Buffer | readonly Buffer[]): Buffer => {
  const isAtom = Buffer.isBuffer(content);
  const body = isAtom ? content : Buffer.concat(content);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(isAtom ? 0 : 15, 0);
  head.writeUInt16LE(type, 2);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
};
const ints = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeInt32LE(value, index * 4);
  return bytes;
};
const shorts = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeInt16LE(value, index * 2);
  return bytes;
};

/** A property set that names a code page and a title in it. */
function summary(title: string): Buffer {
  const head = Buffer.alloc(48);
  head.writeUInt32LE(48, 44);
  const text = Buffer.from(title, "latin1");
  return Buffer.concat([head, ints(0, 2, 1, 24, 2, 32, 2, 1_252, 0x1e, text.length), text]);
}

/** One slide: a title held in the outline, and a box with a text of its own. */
function pptBytes(token = 0xe391c05f | 0): Uint8Array {
  const title = [record(3999, ints(0)), record(4000, Buffer.from("Titre été", "utf16le"))];
  const box = [record(3999, ints(4)), record(4008, Buffer.from("une bo\xeete\rdeux", "latin1"))];
  const shape = (anchor: Buffer, inner: Buffer[]) => record(0xf004, [record(0xf010, anchor), record(0xf00d, inner)]);
  const drawing = record(1036, [
    record(0xf002, [
      record(0xf003, [
        record(0xf004, []),
        shape(shorts(80, 80, 880, 480), box),
        shape(shorts(800, 80, 880, 1_200), [record(3998, ints(0))]),
      ]),
    ]),
  ]);
  const slide = record(1006, [drawing]);
  const list = record(4080, [record(1011, ints(2, 0, 1, 256, 0)), ...title]);
  const document = record(1000, [record(1001, ints(5_760, 4_320)), list]);
  const directory = record(6002, ints((2 << 20) | 1, 0, document.length));
  const edit = record(4085, ints(0, 0, 0, document.length + slide.length, 1, 2));
  const stream = Buffer.concat([document, slide, directory, edit]);
  const user = Buffer.concat([Buffer.alloc(8), ints(20, token, stream.length - edit.length), Buffer.alloc(16)]);
  return compoundFile({
    "PowerPoint Document": Buffer.concat([stream, Buffer.alloc(4_096)]),
    "Current User": user,
    "\u0005SummaryInformation": Buffer.concat([summary("R\xe9union \x96 1"), Buffer.alloc(4_096)]),
  });
}

describe("a PowerPoint 97–2003 file", () => {
  it("gives the texts of its slides, the title first, with their places in points", async () => {
    const { document, conservation, pages, title } = await convert("a.ppt", pptBytes());
    expect(title).toBe("Réunion – 1");
    expect(pages).toEqual([{ page: 1, width: 720, height: 540 }]);
    expect(document.texts.map((text) => [text.label, text.text])).toEqual([
      ["title", "Titre été"],
      ["paragraph", "une boîte"],
      ["paragraph", "deux"],
    ]);
    expect(document.texts[1]?.prov[0]?.bbox).toEqual({ l: 10, t: 10, r: 110, b: 60, coord_origin: "TOPLEFT" });
    expect(conservation.coverage).toBe(1);
  });
  it("ends typed where it is protected or cut", async () => {
    expect(await codeOf(convert("a.ppt", pptBytes(0xf3d1c4df | 0)))).toBe("document_encrypted");
    const cut = compoundFile({ "PowerPoint Document": Buffer.alloc(5_000), "Current User": Buffer.alloc(40) });
    expect(await codeOf(convert("a.ppt", cut))).toBe("document_corrupt");
  });
});

it("a newer Office file under a password is told as protected", async () => {
  const bytes = compoundFile({ EncryptedPackage: Buffer.alloc(4_096, 7), EncryptionInfo: Buffer.alloc(4_096) });
  expect(await codeOf(convert("a.docx", bytes))).toBe("document_encrypted");
});
