import { strToU8, zipSync } from "fflate";
import { expect, it } from "vitest";
import { openZip } from "./zip.ts";

const file = zipSync({ "a.txt": strToU8("one"), "b.txt": strToU8("two") }, { level: 0 });

/** Moves count and place of the directory, and each entry's place, to the fields of zip64. */
function asZip64(zip: Uint8Array): Uint8Array {
  const bytes = Buffer.from(zip);
  const end = bytes.lastIndexOf("PK\x05\x06", undefined, "latin1");
  const count = bytes.readUInt16LE(end + 10);
  const start = bytes.readUInt32LE(end + 16);
  const entries: Buffer[] = [];
  for (let at = start; at < end; ) {
    const name = bytes.readUInt16LE(at + 28);
    const next = at + 46 + name;
    const extra = Buffer.alloc(12);
    extra.writeUInt16LE(1, 0);
    extra.writeUInt16LE(8, 2);
    extra.writeBigUInt64LE(BigInt(bytes.readUInt32LE(at + 42)), 4);
    const entry = Buffer.concat([bytes.subarray(at, next), extra]);
    entry.writeUInt32LE(0xffffffff, 42);
    entry.writeUInt16LE(12, 30);
    entries.push(entry);
    at = next;
  }
  const directory = Buffer.concat(entries);
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(start + directory.length), 8);
  const last = Buffer.from(bytes.subarray(end));
  last.writeUInt16LE(0xffff, 10);
  last.writeUInt32LE(0xffffffff, 16);
  return Buffer.concat([bytes.subarray(0, start), directory, record, locator, last]);
}

const textOf = (zip: Uint8Array, name: string): string => Buffer.from(openZip(zip).read(name)).toString();

it("reads a zip whose directory stands in the fields of zip64", () => {
  const large = asZip64(file);
  expect(openZip(large).names).toEqual(["a.txt", "b.txt"]);
  expect(textOf(large, "b.txt")).toBe("two");
});

it("reads names written before UTF-8", () => {
  const bytes = Buffer.from(zipSync({ "xt_.txt": strToU8("été") }));
  for (let at = bytes.indexOf("xt_.txt"); at >= 0; at = bytes.indexOf("xt_.txt", at)) {
    bytes[at] = 0x82; // é in code page 437
    bytes[at + 2] = 0x82;
  }
  expect(openZip(bytes).names).toEqual(["été.txt"]);
});

it.each([
  ["a zip64 record past the end", () => Uint8Array.from(asZip64(file)).fill(0x7f, -34, -27)],
  ["a directory cut short", () => Buffer.concat([file.subarray(0, 90), file.subarray(-22)])],
])("%s is damaged", (_, bytes) => {
  expect(() => openZip(bytes())).toThrow(expect.objectContaining({ code: "document_corrupt" }));
});
