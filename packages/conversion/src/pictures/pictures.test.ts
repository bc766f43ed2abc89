import { strToU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { docx } from "../contract/samples.ts";
import { convertFile } from "../convert.ts";
import type { Picture } from "../port.ts";
import { encodePng } from "../readers/pdf/png.ts";
import { cleanPicture } from "./clean-picture.ts";
import { createPictureKeeper, pictureLimits } from "./keep-pictures.ts";

const png = (side = 16, colour = 0x336699): Uint8Array =>
  encodePng({ width: side, height: side, pixels: new Uint32Array(side * side).fill(colour) });

const chunk = (type: string, data: string): Uint8Array => {
  const bytes = Buffer.alloc(12 + data.length);
  bytes.writeUInt32BE(data.length, 0);
  bytes.write(type + data, 4, "latin1");
  return bytes;
};
/** A chunk put before the end of a PNG. */
const withChunk = (bytes: Uint8Array, type: string, data: string): Uint8Array =>
  Buffer.concat([bytes.subarray(0, -12), chunk(type, data), bytes.subarray(-12)]);
const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("latin1");

/** The start of a JPEG of 16 × 16 pixels in grey, one scan, `segments` after its first two bytes. */
function jpeg(...segments: Uint8Array[]): Uint8Array {
  const frame = Uint8Array.of(0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0);
  const scan = Uint8Array.of(0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x12, 0xff, 0x00, 0x34, 0xff, 0xd9);
  return Buffer.concat([Uint8Array.of(0xff, 0xd8), ...segments, frame, scan]);
}
const segment = (marker: number, data: string): Uint8Array =>
  Buffer.concat([Uint8Array.of(0xff, marker, 0, data.length + 2), Buffer.from(data, "latin1")]);

describe("a picture from a file", () => {
  it("keeps the pixels of a PNG, and neither its notes nor what follows its end", () => {
    const hostile = Buffer.concat([withChunk(png(), "tEXt", "Comment\0<script>"), strToU8("<html><script>")]);
    const clean = cleanPicture(hostile);
    expect(clean).toMatchObject({ mediaType: "image/png", width: 16, height: 16 });
    expect(text(clean?.bytes)).toBe(text(png()));
  });

  it("keeps the scan of a JPEG and which way is up, and not where it was taken", () => {
    const exif = `Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0GPS 48.85`;
    const clean = cleanPicture(
      Buffer.concat([
        jpeg(segment(0xe1, exif), segment(0xfe, "a remark"), segment(0xec, "maker")),
        strToU8("<script>"),
      ]),
    );
    expect(clean).toMatchObject({ mediaType: "image/jpeg", width: 16, height: 16 });
    const bytes = text(clean?.bytes);
    expect(bytes).toContain("\x12\xff\x00\x34\xff\xd9");
    expect(bytes).toContain("\x01\x12\0\x03\0\0\0\x01\0\x06");
    for (const gone of ["GPS", "a remark", "maker", "script"]) expect(bytes).not.toContain(gone);
  });

  it("takes the notes out of a WebP", () => {
    const part = (type: string, data: string) => {
      const bytes = Buffer.alloc(8 + data.length + (data.length % 2));
      bytes.write(type, 0, "latin1");
      bytes.writeUInt32LE(data.length, 4);
      bytes.write(data, 8, "latin1");
      return bytes;
    };
    const extended = part("VP8X", "\x0c\0\0\0\x0f\0\0\x0f\0\0");
    const body = Buffer.concat([extended, part("VP8L", "\x2f pixels"), part("EXIF", "GPS"), part("XMP ", "author")]);
    const head = Buffer.alloc(12);
    head.write("RIFF", 0, "latin1");
    head.writeUInt32LE(4 + body.length, 4);
    head.write("WEBP", 8, "latin1");
    const clean = cleanPicture(Buffer.concat([head, body]));
    expect(clean).toMatchObject({ mediaType: "image/webp", width: 16, height: 16 });
    expect(text(clean?.bytes)).not.toMatch(/GPS|author|EXIF|XMP/);
    expect(clean?.bytes[20]).toBe(0); // the flags say so
  });

  it.each([
    ["SVG", strToU8('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ["HTML named a picture", strToU8("<!doctype html><script>")],
    ["a PNG cut short", png().subarray(0, 40)],
    [
      "a PNG that claims a billion pixels",
      Buffer.from(text(png()).replace("\0\0\0\x10\0\0\0\x10", "\0\0\x7f\xff\0\0\x7f\xff"), "latin1"),
    ],
    ["a JPEG without end", jpeg().subarray(0, 20)],
    ["EMF", Uint8Array.of(1, 0, 0, 0, 108, 0, 0, 0)],
    ["nothing", new Uint8Array()],
  ])("is none when it is %s", (_, bytes) => expect(cleanPicture(bytes)).toBeNull());
});

describe("the pictures of a document", () => {
  it("are kept once each under the hash of their bytes, within limits, small marks left out", () => {
    const keeper = createPictureKeeper();
    const first = keeper.keep(() => png());
    expect(first).toMatchObject({ mimetype: "image/png", dpi: 72, size: { width: 16, height: 16 } });
    expect(first?.uri).toMatch(/^pictures\/[0-9a-f]{64}\.png$/);
    expect(keeper.keep(() => png())).toEqual(first);
    expect(keeper.keep(() => png(4))).toBeUndefined();
    expect(keeper.keep((maxBytes) => new Uint8Array(maxBytes + 1))).toBeUndefined();
    expect(keeper.named([first, first, undefined]).map(({ name }) => name)).toEqual([first?.uri]);
    for (let colour = 1; colour < pictureLimits.count + 10; colour++) keeper.keep(() => png(16, colour));
    let isAsked = false;
    keeper.keep(() => {
      isAsked = true;
      return png(20);
    });
    expect(isAsked).toBe(false); // full
  });

  const converted = async (filename: string, bytes: Uint8Array, pageImageDpi = 0) => {
    const pictures: Picture[] = [];
    const { document } = await convertFile(
      { filename, bytes },
      { maxPages: 10, pageImageDpi, onPicture: async (picture) => void pictures.push(picture) },
      async () => {},
    );
    return {
      named: document.pictures.map(({ image }) => image?.uri),
      kept: pictures.map(({ name }) => name),
      pictures,
    };
  };
  const blip = `<w:p><w:r><w:t>Texte</w:t></w:r><w:r><w:drawing><wp:inline xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"><wp:docPr id="1" name="a" descr="Un carré"/><a:graphic xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><a:graphicData><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:embed="rId1"/></pic:blipFill></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>`;
  const relation = (target: string, mode = "") =>
    `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="${target}"${mode}/></Relationships>`;
  const word = (rels: string, media: Record<string, Uint8Array>) => {
    const plain = docx(blip);
    return zipSync({ ...unzipSync(plain), "word/_rels/document.xml.rels": strToU8(rels), ...media });
  };

  it("come from a Word file, and none from outside of it", async () => {
    const inside = await converted("a.docx", word(relation("media/1.png"), { "word/media/1.png": png() }));
    expect(inside.named).toEqual(inside.kept);
    expect(inside.kept).toHaveLength(1);
    const outside = await converted(
      "a.docx",
      word(relation("https://example.org/1.png", ' TargetMode="External"'), {}),
    );
    expect([outside.named, outside.kept]).toEqual([[undefined], []]);
  });

  it("come from a page only where they stand in it", async () => {
    const inline = `data:image/png;base64,${Buffer.from(png()).toString("base64")}`;
    const svg = `data:image/svg+xml;base64,${Buffer.from("<svg onload='x'/>").toString("base64")}`;
    const page = `<h1>T</h1><p>Texte</p><img src="${inline}" alt="a"><img src="https://example.org/x.png" alt="b"><img src="${svg}" alt="c">`;
    const { named, kept } = await converted("a.html", strToU8(page));
    expect(named).toEqual([expect.stringMatching(/^pictures\//), undefined, undefined]);
    expect(kept).toHaveLength(1);
  });

  it("are not read where nobody wants them", async () => {
    const file = { filename: "a.docx", bytes: word(relation("media/1.png"), { "word/media/1.png": png() }) };
    const { document } = await convertFile(file, { maxPages: 10, pageImageDpi: 0 }, async () => {});
    expect(document.pictures.map((picture) => "image" in picture)).toEqual([false]);
  });
});
