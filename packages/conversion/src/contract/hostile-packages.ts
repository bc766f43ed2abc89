import { utils, write } from "@e965/xlsx";
import { strToU8, zipSync } from "fflate";
import { utf8 } from "./hostile-file.ts";

const words = "Some words stand here";

/** A compound file (MS-CFB) of one FAT sector: each stream at least 4,096 bytes, so that none is in the small store. */
export function compoundFile(streams: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const names = Object.keys(streams);
  const sectors = names.map((name) => Math.ceil(Math.max(4_096, streams[name]?.length ?? 0) / 512));
  const file = Buffer.alloc(512 * (3 + sectors.reduce((sum, count) => sum + count, 0)), 0);
  file.write("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "latin1");
  file.set([0x3e, 0, 3, 0, 0xfe, 0xff, 9, 0, 6, 0], 24);
  file.writeUInt32LE(1, 44); // one FAT sector, the first; the directory is the second
  file.writeUInt32LE(1, 48);
  file.writeUInt32LE(4_096, 56);
  for (const at of [60, 68]) file.writeUInt32LE(0xfffffffe, at);
  file.fill(0xff, 76, 512);
  file.writeUInt32LE(0, 76);
  const fat = file.subarray(512, 1_024).fill(0xff);
  fat.writeUInt32LE(0xfffffffd, 0);
  fat.writeUInt32LE(0xfffffffe, 4);
  const entry = (
    index: number,
    name: string,
    type: number,
    start: number,
    size: number,
    child: number,
    next: number,
  ) => {
    const at = file.subarray(1_024 + index * 128, 1_152 + index * 128);
    at.write(name, "utf16le");
    at.writeUInt16LE(name.length * 2 + 2, 64);
    at.set([type, 1], 66);
    at.writeInt32LE(-1, 68);
    at.writeInt32LE(next, 72);
    at.writeInt32LE(child, 76);
    at.writeUInt32LE(start, 116);
    at.writeUInt32LE(size, 120);
  };
  entry(0, "Root Entry", 5, 0xfffffffe, 0, 1, -1);
  let sector = 2;
  for (const [index, name] of names.entries()) {
    const count = sectors[index] ?? 0;
    entry(index + 1, name, 2, sector, count * 512, -1, index + 1 < names.length ? index + 2 : -1);
    file.set(streams[name] ?? new Uint8Array(), 512 * (sector + 1));
    for (let step = 0; step < count; step++)
      fat.writeUInt32LE(step + 1 < count ? sector + step + 1 : 0xfffffffe, (sector + step) * 4);
    sector += count;
  }
  return file;
}

/** What Office writes under a password (MS-OFFCRYPTO 2.3): the whole package, sealed, in a compound file. */
export const lockedOffice = (): Uint8Array =>
  compoundFile({
    EncryptionInfo: utf8("\u0004\u0000\u0004\u0000@\u0000\u0000\u0000<encryption/>"),
    EncryptedPackage: new Uint8Array(5_000).fill(0x5a),
  });

const odfTypes = { odt: "text", ods: "spreadsheet", odp: "presentation" } as const;
/** An OpenDocument file around the content of its body. */
export function odfFile(
  kind: keyof typeof odfTypes,
  body: string,
  { declaration = "", manifest = "", content }: { declaration?: string; manifest?: string; content?: Uint8Array } = {},
): Uint8Array {
  const spaces = ["office", "text", "table", "draw", "manifest"]
    .map((name) => `xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
    .join(" ");
  const office = odfTypes[kind];
  return zipSync({
    mimetype: [strToU8(`application/vnd.oasis.opendocument.${office}`), { level: 0 }],
    "META-INF/manifest.xml": strToU8(`<manifest:manifest ${spaces}>${manifest}</manifest:manifest>`),
    "content.xml":
      content ??
      strToU8(
        `<?xml version="1.0"?>${declaration}<office:document-content ${spaces} xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:${office}>${body}</office:${office}></office:body></office:document-content>`,
      ),
  });
}

/** An e-book of one chapter; its manifest also names a file outside. */
export function epubFile(chapter: string, parts: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
  const opf = `<package xmlns="http://www.idpf.org/2007/opf"><metadata/><manifest><item id="c" href="chapter.xhtml" media-type="application/xhtml+xml"/><item id="o" href="../../../../etc/passwd" media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>`;
  return zipSync({
    mimetype: [strToU8("application/epub+zip"), { level: 0 }],
    "META-INF/container.xml": strToU8('<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'),
    "book.opf": strToU8(opf),
    "chapter.xhtml": strToU8(
      `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body>${chapter}</body></html>`,
    ),
    ...parts,
  });
}

/** A true Excel 97 file of one sheet. */
export const oldWorkbook = (): Uint8Array => {
  const sheet = utils.aoa_to_sheet([[words, "and more"]]);
  return new Uint8Array(write({ SheetNames: ["S"], Sheets: { S: sheet } }, { type: "buffer", bookType: "biff8" }));
};
