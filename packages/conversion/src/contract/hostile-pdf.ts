import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { HostileFile } from "./hostile-file.ts";
import { assemble, pdfOf, textPdf } from "./pdf-samples.ts";

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");
const fromLatin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");
const words = "Some words stand here";
const font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
const stream = (content: string, entries = ""): string =>
  `<< /Length ${content.length} ${entries} >>\nstream\n${content}\nendstream`;
const shown = (text: string): string => `BT /F 12 Tf 72 720 Td (${text}) Tj ET`;

interface PageParts {
  readonly content?: string;
  readonly catalog?: string;
  readonly page?: string;
  readonly pages?: string;
  readonly box?: string;
  readonly resources?: string;
  readonly font?: string;
  /** Numbered from 6. */
  readonly objects?: readonly string[];
  readonly trailer?: string;
}

/** A file of one page: 1 catalogue, 2 pages, 3 page, 4 font, 5 content. */
function onePage(parts: PageParts): Uint8Array {
  const resources = `/Resources << /Font << /F 4 0 R >> ${parts.resources ?? ""} >>`;
  return assemble(
    [
      `<< /Type /Catalog /Pages 2 0 R ${parts.catalog ?? ""} >>`,
      parts.pages ?? "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
      `<< /Type /Page /Parent 2 0 R /MediaBox [${parts.box ?? "0 0 612 792"}] /Contents 5 0 R ${resources} ${parts.page ?? ""} >>`,
      parts.font ?? font,
      stream(parts.content ?? shown(words)),
      ...(parts.objects ?? []),
    ],
    parts.trailer,
  );
}

const padding = Buffer.from("28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a", "hex");
const md5 = (...parts: readonly Uint8Array[]): Buffer => createHash("md5").update(Buffer.concat(parts)).digest();

function rc4(key: Uint8Array, data: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number): number => state[index & 255] ?? 0;
  const swap = (a: number, b: number) => {
    [state[a], state[b]] = [at(b), at(a)];
  };
  for (let index = 0, other = 0; index < 256; index++) {
    other = (other + at(index) + (key[index % key.length] ?? 0)) & 255;
    swap(index, other);
  }
  let [i, j] = [0, 0];
  const sealed = data.map((byte) => {
    i = (i + 1) & 255;
    j = (j + at(i)) & 255;
    swap(i, j);
    return byte ^ at(at(i) + at(j));
  });
  return Buffer.from(sealed);
}

/** Locked by the standard handler, revision 2 (ISO 32000-1, 7.6.3), with a real key: the right password opens it. */
export function lockedPdf(userPassword: string): Uint8Array {
  const padded = Buffer.concat([Buffer.from(userPassword, "latin1"), padding]).subarray(0, 32);
  const owner = rc4(md5(padded).subarray(0, 5), padded);
  const identifier = Buffer.alloc(16, 7);
  const permissions = Buffer.from([0xd4, 0xff, 0xff, 0xff]); // −44
  const key = md5(padded, owner, permissions, identifier).subarray(0, 5);
  const objectKey = md5(key, Buffer.from([5, 0, 0, 0, 0])).subarray(0, 10);
  const content = latin1(rc4(objectKey, Buffer.from(shown(words), "latin1")));
  const hex = (bytes: Buffer): string => `<${bytes.toString("hex")}>`;
  return onePage({
    content,
    objects: [`<< /Filter /Standard /V 1 /R 2 /P -44 /O ${hex(owner)} /U ${hex(rc4(key, padding))} >>`],
    trailer: `/Encrypt 6 0 R /ID [${hex(identifier)} ${hex(identifier)}]`,
  });
}

const image = (width: number, height: number, data: string): string =>
  stream(
    data,
    `/Type /XObject /Subtype /Image /Width ${width} /Height ${height} /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode`,
  );
const drawing = (picture: string): Uint8Array =>
  onePage({
    content: `${shown(words)} q 500 0 0 500 50 50 cm /I Do Q`,
    resources: "/XObject << /I 6 0 R >>",
    objects: [picture],
  });
const imagePage = (width: number, height: number, data: Uint8Array): Uint8Array =>
  drawing(image(width, height, latin1(data)));

/** A frame of one component, progressive: its decoder holds all of it. */
function progressiveJpeg(side: number): Uint8Array {
  const size = side.toString(16).padStart(4, "0").repeat(2);
  return Buffer.from(
    `ffd8ffe000104a46494600010101004800480000ffc2000b08${size}01011100ffda0008010100000000ffd9`,
    "hex",
  );
}

function base85(bytes: Uint8Array): string {
  const padded = Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
  const groups = Array.from({ length: padded.length / 4 }, (_, index) => {
    let value = padded.readUInt32BE(index * 4);
    const letters = Array.from({ length: 5 }, () => {
      const letter = String.fromCharCode(33 + (value % 85));
      value = Math.floor(value / 85);
      return letter;
    });
    return letters.reverse().join("");
  });
  return `${groups.join("")}~>`;
}

const garbageMap = () =>
  `/CIDInit begincmap 99999999 beginbfrange\n<00> <ffffffff> <0041>\n${"<zz> [<<< >>>\n".repeat(2_000)}endbfrange\n1 beginbfchar <41> <${"D8".repeat(5_000)}> endbfchar`;

function manyPages(count: number): Uint8Array {
  return textPdf(Array.from({ length: count }, (_, index) => `Page number ${index + 1}`));
}

const scripts = ["app.alert('x')", "this.submitForm('TRAP')", "app.launchURL('TRAP')"];

const corruptTable = (change: (text: string) => string) => (): Uint8Array =>
  fromLatin1(change(latin1(textPdf([words]))));

export function hostilePdfs(trap: string): HostileFile[] {
  const script = (index: number): string =>
    `<< /S /JavaScript /JS (${(scripts[index] ?? "").replace("TRAP", trap).replace(/[()]/g, "\\$&")}) >>`;
  const file = (
    name: string,
    bytes: () => Uint8Array,
    ends: HostileFile["ends"],
    says: readonly string[] = [],
  ): HostileFile => ({
    name: `a PDF ${name}`,
    filename: "document.pdf",
    bytes,
    ends,
    ...(ends === "success" || ends === "partial" ? { says } : {}),
  });
  return [
    file("locked by a password", () => lockedPdf("secret"), "document_encrypted"),
    file(
      "whose cross-reference table is garbage",
      corruptTable((text) => text.replace(/xref\n[\s\S]*?trailer/, "xref\n0 9\nzzzzzzzzzz\ntrailer")),
      "success",
      [words],
    ),
    file(
      "whose cross-reference offsets lie",
      corruptTable((text) => text.replace(/^\d{10} 00000 n/gm, "9999999999 00000 n")),
      "success",
      [words],
    ),
    file(
      "whose startxref leads past the end",
      corruptTable((text) => text.replace(/startxref\n\d+/, "startxref\n4294967295")),
      "success",
      [words],
    ),
    file(
      "whose cross-references lead to themselves",
      corruptTable((text) => text.replace("/Root 1 0 R", `/Root 1 0 R /Prev ${text.lastIndexOf("xref\n0")}`)),
      "success",
      [words],
    ),
    file(
      "without a trailer or table",
      corruptTable((text) => text.slice(0, text.lastIndexOf("xref\n0"))),
      "success",
      [words],
    ),
    file(
      "without a trailer, table or catalogue",
      corruptTable((text) => text.slice(0, text.lastIndexOf("xref\n0")).replace("/Catalog", "/Dialogue")),
      "success",
      [words],
    ),
    file("that is a header alone", () => fromLatin1("%PDF-1.7\n"), "document_corrupt"),
    file(
      "that is a header and garbage",
      () => fromLatin1(`%PDF-1.7\n${"\x00\xff]>>endobj stream ".repeat(20_000)}`),
      "document_corrupt",
    ),
    file("of 10,000 pages", () => manyPages(10_000), "document_too_complex"),
    file(
      "that claims 10^9 pages",
      () => onePage({ pages: "<< /Type /Pages /Kids [3 0 R] /Count 1000000000 >>" }),
      "success",
      [words],
    ),
    file("that claims -1 pages", () => onePage({ pages: "<< /Type /Pages /Kids [3 0 R] /Count -1 >>" }), "success", [
      words,
    ]),
    file(
      "whose page tree is a loop",
      () => onePage({ pages: "<< /Type /Pages /Kids [3 0 R 2 0 R 2 0 R] /Count 3 /Parent 2 0 R >>" }),
      "success",
      [words],
    ),
    file("whose page tree is 5,000 deep", () => deepTree(5_000), "document_corrupt"),
    file(
      "whose content unpacks to a gigabyte",
      () =>
        onePage({ objects: [stream(latin1(bombOf(1_024)), "/Filter /FlateDecode")], page: "/Contents [5 0 R 6 0 R]" }),
      "partial",
      [words],
    ),
    file(
      "whose content is packed four times",
      () =>
        onePage({
          objects: [stream(latin1(deepBomb()), "/Filter [/FlateDecode /FlateDecode /FlateDecode]")],
          page: "/Contents [5 0 R 6 0 R]",
        }),
      "partial",
      [words],
    ),
    file("with a page as wide as can be", () => onePage({ box: "0 0 2147483647 2147483647" }), "success", [words]),
    file("with a page of no size", () => onePage({ box: "0 0 0 0" }), "success", [words]),
    file("with a page of numbers that are none", () => onePage({ box: "nan inf -1e39 1e39" }), "success", [words]),
    file(
      "whose font maps to garbage",
      () => onePage({ font: font.replace(">>", "/ToUnicode 6 0 R >>"), objects: [stream(garbageMap())] }),
      "success",
    ),
    file(
      "whose form draws itself",
      () =>
        onePage({
          content: `${shown(words)} /X Do`,
          resources: "/XObject << /X 6 0 R >>",
          objects: [
            stream(
              "/X Do /X Do",
              "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 6 0 R >> >>",
            ),
          ],
        }),
      "partial",
      [words],
    ),
    file("whose two forms draw each other", () => mutualForms(), "partial", [words]),
    file("whose forms double thirty times", () => doublingForms(30), "partial", [words]),
    file(
      "whose graphics states never end",
      () => onePage({ content: `${"q ".repeat(500_000)}${shown(words)}` }),
      "success",
      [words],
    ),
    file(
      "with an array 100,000 deep",
      () => onePage({ content: `${"[".repeat(100_000)} ${shown(words)}`, catalog: `/Deep ${"[".repeat(100_000)}` }),
      "document_no_text",
    ),
    file(
      "with an image that claims 30,000 pixels a side",
      () => imagePage(30_000, 30_000, deflateSync(Buffer.alloc(300))),
      "partial",
      [words],
    ),
    file(
      "with a JPEG whose own header claims 65,535 pixels a side",
      () =>
        drawing(
          stream(
            latin1(progressiveJpeg(65_535)),
            "/Type /XObject /Subtype /Image /Width 9 /Height 9 /ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode",
          ),
        ),
      "partial",
      [words],
    ),
    file(
      "whose content unpacks to a gigabyte under base 85",
      () =>
        onePage({
          objects: [stream(base85(bombOf(1_024)), "/Filter [/ASCII85Decode /FlateDecode]")],
          page: "/Contents [5 0 R 6 0 R]",
        }),
      "partial",
      [words],
    ),
    file("with a real image of 20,000 pixels a side", () => imagePage(20_000, 20_000, bombOf(1_145)), "partial", [
      words,
    ]),
    file(
      "that runs a script when opened",
      () =>
        onePage({
          catalog: `/OpenAction ${script(0)} /AA << /WC ${script(1)} >> /Names << /JavaScript << /Names [(a) ${script(2)}] >> >>`,
          page: `/AA << /O ${script(1)} /C ${script(2)} >>`,
        }),
      "success",
      [words],
    ),
    file(
      "that asks for addresses and files",
      () =>
        onePage({
          catalog: `/OpenAction << /S /URI /URI (${trap}/open) >>`,
          page: `/Annots [<< /Type /Annot /Subtype /Link /Rect [0 0 600 700] /A << /S /Launch /F (/bin/sh) >> >> << /Type /Annot /Subtype /Link /Rect [0 700 600 740] /A << /S /URI /URI (javascript:alert\\(1\\)) >> >> << /Type /Annot /Subtype /Link /Rect [0 100 600 200] /A << /S /SubmitForm /F (${trap}/form) >> >>]`,
          objects: [stream("", `/F << /FS /URL /F (${trap}/stream) >>`)],
        }),
      "success",
      [words],
    ),
    file(
      "whose bookmarks are a loop",
      () =>
        onePage({
          catalog: "/Outlines 6 0 R",
          objects: [
            "<< /First 7 0 R /Last 7 0 R >>",
            "<< /Title (Again) /Parent 6 0 R /Next 7 0 R /First 7 0 R /Dest [3 0 R /Fit] >>",
          ],
        }),
      "success",
      [words],
    ),
    file(
      "of a million letters on one spot",
      () => pdfOf([[{ text: "a".repeat(1_000_000), x: 0, y: 0, size: 0.001 }]]),
      "partial", // one word that nobody wrote: its page is unsure
    ),
    file(
      "of 200,000 lines drawn",
      () => pdfOf([[{ text: words, x: 72, y: 700, size: 12 }]], linesDrawn(200_000)),
      "success",
      [words],
    ),
  ];
}

const bombOf = (megabytes: number): Uint8Array => {
  const one = Buffer.alloc(megabytes * 1_048_576, 0x20);
  return deflateSync(one, { level: 9 });
};
const deepBomb = (): Uint8Array => deflateSync(deflateSync(bombOf(512), { level: 9 }), { level: 9 });

function deepTree(depth: number): Uint8Array {
  const inner = Array.from(
    { length: depth },
    (_, index) => `<< /Type /Pages /Kids [${index === depth - 1 ? 3 : index + 7} 0 R] /Count 1 >>`,
  );
  return onePage({ pages: "<< /Type /Pages /Kids [6 0 R] /Count 1 >>", objects: inner });
}

function mutualForms(): Uint8Array {
  const form = (other: number): string =>
    stream(
      "/X Do /X Do",
      `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X ${other} 0 R >> >>`,
    );
  return onePage({
    content: `${shown(words)} /X Do`,
    resources: "/XObject << /X 6 0 R >>",
    objects: [form(7), form(6)],
  });
}

/** Each form draws the next twice: 2^count in all. */
function doublingForms(count: number): Uint8Array {
  const forms = Array.from({ length: count }, (_, index) =>
    stream(
      index === count - 1 ? "0 0 1 1 re f" : "/X Do /X Do",
      `/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X ${index + 7} 0 R >> >>`,
    ),
  );
  return onePage({ content: `${shown(words)} /X Do`, resources: "/XObject << /X 6 0 R >>", objects: forms });
}

function linesDrawn(count: number): string {
  return Array.from(
    { length: count },
    (_, index) => `${index % 600} ${(index * 7) % 790} m ${(index * 13) % 600} ${(index * 7) % 790} l S`,
  ).join("\n");
}
