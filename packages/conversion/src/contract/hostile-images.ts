import { deflateSync } from "node:zlib";
import type { SourceFile } from "../port.ts";
import type { HostileFile } from "./hostile-file.ts";
import { zipOf } from "./hostile-zip.ts";

const chunk = (kind: string, data: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(kind, "latin1"), data, Buffer.alloc(4)]); // checksums are not what is tested
};

function png(width: number, height: number, pixels: Uint8Array, depth = 8, type = 0): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type, 0, 0, 0], 8);
  const signature = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]);
}

function jpeg(width: number, height: number): Uint8Array {
  const [w, h] = [Buffer.alloc(2), Buffer.alloc(2)];
  w.writeUInt16BE(width);
  h.writeUInt16BE(height);
  const marks = Buffer.from("ffd8ffe000104a46494600010101004800480000", "hex");
  const frame = Buffer.concat([Buffer.from("ffc0000b08", "hex"), h, w, Buffer.from("01011100", "hex")]);
  return Buffer.concat([
    marks,
    frame,
    Buffer.from("ffda0008010100003f00", "hex"),
    Buffer.alloc(200, 0x55),
    Buffer.from("ffd9", "hex"),
  ]);
}

/** One strip, uncompressed; `next` is where the directory says that another lies. */
function tiff(width: number, height: number, next = 0, dataBytes = 200): Uint8Array {
  const entries: readonly (readonly [tag: number, value: number])[] = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 122],
    [277, 1],
    [278, height],
    [279, 0xffff_fff0],
  ];
  const bytes = Buffer.alloc(122 + dataBytes);
  bytes.write("II*\0", "latin1");
  bytes.writeUInt32LE(8, 4);
  bytes.writeUInt16LE(entries.length, 8);
  for (const [index, [tag, value]] of entries.entries()) {
    const at = 10 + index * 12;
    bytes.writeUInt16LE(tag, at);
    bytes.writeUInt16LE(4, at + 2);
    bytes.writeUInt32LE(1, at + 4);
    bytes.writeUInt32LE(value, at + 8);
  }
  bytes.writeUInt32LE(next, 10 + entries.length * 12);
  return bytes;
}

/** A lossless WebP's header: two fields of 14 bits. */
function webp(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(60);
  bytes.write("RIFF\x34\0\0\0WEBPVP8L\x28\0\0\0\x2f", "latin1");
  bytes.writeUInt32LE(((width - 1) | ((height - 1) << 14)) >>> 0, 21);
  return bytes;
}

/** An extended WebP's header: the canvas in 24 bits, here with no picture behind it. */
function extendedWebp(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(60);
  bytes.write("RIFF\x34\0\0\0WEBPVP8X\x0a\0\0\0", "latin1");
  bytes.writeUIntLE(width - 1, 24, 3);
  bytes.writeUIntLE(height - 1, 27, 3);
  return bytes;
}

function gif(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(40);
  bytes.write("GIF89a", "latin1");
  bytes.writeUInt16LE(width, 6);
  bytes.writeUInt16LE(height, 8);
  bytes.set([0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0], 10);
  bytes.writeUInt16LE(width, 24);
  bytes.writeUInt16LE(height, 26);
  bytes.set([0, 2, 2, 0x4c, 1, 0, 0x3b], 28);
  return bytes;
}

export function hostileImages(): HostileFile[] {
  const file = (name: string, filename: string, bytes: () => Uint8Array, ends: HostileFile["ends"]): HostileFile => ({
    name,
    filename,
    bytes,
    ends,
  });
  const few = deflateSync(Buffer.alloc(300));
  return [
    file("a PNG that claims 30,000 pixels a side", "a.png", () => png(30_000, 30_000, few), "document_too_complex"),
    file("a PNG that claims 2^31 pixels a side", "a.png", () => png(2 ** 31, 2 ** 31, few), "document_too_complex"),
    file("a PNG of no pixels", "a.png", () => png(0, 0, few), "document_corrupt"),
    file(
      "a PNG whose pixels are a bomb",
      "a.png",
      () => png(40, 40, deflateSync(Buffer.alloc(300 * 1_048_576), { level: 9 })),
      "document_corrupt",
    ),
    file(
      "a PNG of real pixels at the limit",
      "a.png",
      () => png(7_000, 7_000, deflateSync(Buffer.alloc(7_001 * 7_000, 255), { level: 1 })),
      "document_no_text",
    ),
    file("a JPEG that claims 30,000 pixels a side", "a.jpg", () => jpeg(30_000, 30_000), "document_too_complex"),
    file("a JPEG that claims 7,000 and holds none", "a.jpg", () => jpeg(7_000, 7_000), "document_no_text"),
    file("a TIFF that claims 30,000 pixels a side", "a.tiff", () => tiff(30_000, 30_000), "document_too_complex"),
    file("a TIFF whose strip leads past the end", "a.tiff", () => tiff(4_000, 4_000), "document_no_text"),
    file("a TIFF whose pages are a loop", "a.tiff", () => tiff(10, 10, 8), "document_no_text"),
    file("a WebP that claims 16,384 pixels a side", "a.webp", () => webp(16_384, 16_384), "document_too_complex"),
    file(
      "a WebP that claims 30,000 pixels a side",
      "a.webp",
      () => extendedWebp(30_000, 30_000),
      "document_too_complex",
    ),
    file("a GIF that claims 65,535 pixels a side", "a.gif", () => gif(65_535, 65_535), "document_too_complex"),
    file("a GIF that claims 7,000 and holds one", "a.gif", () => gif(7_000, 7_000), "document_no_text"),
    {
      name: "a zip of images that claim too much, beside a text",
      filename: "images.zip",
      bytes: () =>
        zipOf([
          { name: "a.png", data: png(30_000, 30_000, few) },
          { name: "b.jpg", data: jpeg(30_000, 30_000) },
          { name: "c.txt", data: "a good text" },
        ]),
      ends: "partial",
      says: ["a good text"],
    },
  ];
}

/** Small pictures whose headers tell the truth. */
export const smallImages = (): SourceFile[] => [
  { filename: "a.png", bytes: png(40, 40, deflateSync(Buffer.alloc(41 * 40, 255))) },
  { filename: "a.jpeg", bytes: jpeg(40, 40) },
  { filename: "a.tiff", bytes: tiff(10, 10, 0, 100) },
  { filename: "a.webp", bytes: webp(16, 16) },
  { filename: "a.gif", bytes: gif(4, 4) },
];
