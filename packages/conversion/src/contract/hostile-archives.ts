import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HostileFile, utf8 } from "./hostile-file.ts";
import { type ZipPart, zipOf } from "./hostile-zip.ts";

const zip = (
  name: string,
  parts: () => readonly ZipPart[],
  rest: Omit<HostileFile, "name" | "filename" | "bytes">,
) => ({
  name,
  filename: "archive.zip",
  bytes: () => zipOf(parts()),
  ...rest,
});
const zeros = () => new Uint8Array(300 * 1024 * 1024);

/** A zip in a zip, `depth` deep, around a text. */
function nested(depth: number): Uint8Array {
  let bytes = zipOf([{ name: "deepest.txt", data: "the deepest word" }]);
  for (let level = 0; level < depth; level++) bytes = zipOf([{ name: `level${level}.zip`, data: bytes }]);
  return bytes;
}

/** Ten copies of a bomb in each of ten zips in a zip: small packed, gigabytes unpacked. */
function nestedBomb(): Uint8Array {
  const bomb = zipOf([{ name: "zeros.txt", data: new Uint8Array(60 * 1024 * 1024) }]);
  const middle = zipOf(Array.from({ length: 10 }, (_, index) => ({ name: `${index}.zip`, data: bomb })));
  return zipOf(Array.from({ length: 10 }, (_, index) => ({ name: `${index}.zip`, data: middle })));
}

/** Every entry of the directory leads to the same packed bytes (D. Fifield's bomb, without its quoting). */
function overlapping(entries: number): Uint8Array {
  const single = Buffer.from(zipOf([{ name: "aaaaaa.txt", data: new Uint8Array(4 * 1024 * 1024).fill(97) }]));
  const start = single.readUInt32LE(single.length - 6);
  const [local, record, end] = [
    single.subarray(0, start),
    single.subarray(start, single.length - 22),
    Buffer.from(single.subarray(single.length - 22)),
  ];
  const records = Array.from({ length: entries }, (_, index) => {
    const copy = Buffer.from(record);
    copy.write(String(index).padStart(6, "0"), 46, "latin1");
    return copy;
  });
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(record.length * entries, 12);
  return Buffer.concat([local, ...records, end]);
}

/** Where entries of the hostile archives want to be written; nothing may ever stand there. */
export const escapePaths = (token: string): string[] => [
  join(tmpdir(), `nexus-escape-${token}.txt`),
  join(tmpdir(), `nexus-escape-${token}-link`),
];

export function hostileArchives(token: string): HostileFile[] {
  const [outside = "", link = ""] = escapePaths(token);
  return [
    zip("a zip bomb", () => [{ name: "zeros.txt", data: zeros() }], { ends: "document_too_complex" }),
    zip(
      "a zip bomb that claims to be small, beside a good text",
      () => [
        { name: "zeros.txt", data: zeros(), claimedBytes: 12 },
        { name: "good.txt", data: "a good text" },
      ],
      { ends: "partial", says: ["a good text"] },
    ),
    { name: "zip bombs in zips", filename: "bombs.zip", bytes: nestedBomb, ends: "document_no_text" },
    {
      name: "a zip whose entries overlap",
      filename: "overlap.zip",
      bytes: () => overlapping(5_000),
      ends: "document_too_complex",
    },
    { name: "a zip nested beyond the limit", filename: "deep.zip", bytes: () => nested(40), ends: "document_no_text" },
    zip(
      "a zip of more entries than allowed",
      () => Array.from({ length: 60_000 }, (_, index) => ({ name: `${index}.txt`, data: "x", isStored: true })),
      { ends: "document_too_complex" },
    ),
    zip(
      "a zip of more files than are read",
      () =>
        Array.from({ length: 2_000 }, (_, index) => ({ name: `${index}.txt`, data: `text ${index}`, isStored: true })),
      { ends: "partial", says: ["text 1"] },
    ),
    zip("a zip of encrypted entries", () => [{ name: "a.txt", data: "0123456789abcdef", isEncrypted: true }], {
      ends: "document_encrypted",
    }),
    zip(
      "a zip where one entry is encrypted",
      () => [
        { name: "a.txt", data: "0123456789abcdef", isEncrypted: true },
        { name: "b.txt", data: "an open text" },
      ],
      { ends: "partial", says: ["an open text"] },
    ),
    zip(
      "a zip whose names lead out",
      () => [
        { name: `../../../../../../../..${outside}`, data: "climbed words" },
        { name: outside, data: "absolute words" },
        { name: `..\\..\\..\\${outside.replaceAll("/", "\\")}`, data: "backslash words" },
        { name: "C:\\Windows\\nexus-escape.txt", data: "drive words" },
        { name: "good.txt", data: "good words" },
      ],
      { ends: "success", says: ["climbed words", "absolute words", "good words"], hides: ["../", "..\\"] },
    ),
    zip(
      "a zip of symbolic links",
      () => [
        { name: "passwords", data: "/etc/passwd", mode: 0o120777, isStored: true },
        { name: "passwords.txt", data: "/etc/passwd", mode: 0o120777, isStored: true },
        { name: link, data: "/etc", mode: 0o120777, isStored: true },
        { name: `${link}/written.txt`, data: "through the link" },
        { name: "good.txt", data: "good words" },
      ],
      { ends: "success", says: ["good words"], hides: ["root:x:"] },
    ),
    zip(
      "a zip whose names hold controls, marks and markup",
      () => [
        { name: "a\u0000b.txt", data: "zero words" },
        { name: "line\nbreak\r.txt", data: "broken words" },
        { name: "\u202Etxt.exe.txt", data: "turned words" },
        { name: `${"long".repeat(5_000)}.txt`, data: "long words" },
        { name: "<script>alert(1)</script>.txt", data: "script words" },
        { name: Uint8Array.of(0xff, 0xfe, 0x2e, 0x74, 0x78, 0x74), data: "odd words" },
        { name: "", data: "nameless words" },
      ],
      {
        ends: "success",
        says: ["zero words", "broken words", "turned words", "long words", "script words", "odd words"],
        hides: ["<script>", "\u0000"],
      },
    ),
    zip(
      "a zip of the same name twice",
      () => [
        { name: "a.txt", data: "first words" },
        { name: "a.txt", data: "second words" },
      ],
      { ends: "success", says: ["second words"] },
    ),
    {
      name: "a zip whose directory is cut off",
      filename: "cut.zip",
      bytes: () => nested(1).subarray(0, 90),
      ends: "document_corrupt",
    },
    {
      name: "a zip that counts entries it has not",
      filename: "counted.zip",
      bytes() {
        const bytes = Buffer.from(nested(0));
        bytes.writeUInt16LE(0xfffe, bytes.length - 12);
        return bytes;
      },
      ends: "document_too_complex",
    },
    { name: "a zip of nothing", filename: "none.zip", bytes: () => zipOf([]), ends: "document_no_text" },
    {
      name: "a gzip",
      filename: "a.gz",
      bytes: () => Uint8Array.of(0x1f, 0x8b, 8, 0, ...utf8("rest")),
      ends: "document_type_unsupported",
    },
  ];
}
