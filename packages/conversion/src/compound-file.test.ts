import { expect, it } from "vitest";
import { checkCompoundFile } from "./compound-file.ts";

const sector = 512;
const end = 0xfffffffe;
const none = 0xffffffff;

/** Sector 0 is the table, 1 the directory of a root and one stream, whose sectors are 2 to 11. */
function compoundFile(): {
  bytes: Uint8Array;
  setNext(sector: number, next: number): void;
  setEntry(field: number, value: number): void;
} {
  const bytes = new Uint8Array(sector * 13);
  const view = new DataView(bytes.buffer);
  const put = (at: number, value: number) => view.setUint32(at, value, true);
  view.setUint16(30, 9, true); // sectors of 512 bytes
  for (let at = 76; at < 512; at += 4) put(at, none);
  for (const [at, value] of [
    [44, 1],
    [48, 1],
    [56, 4_096],
    [60, end],
    [68, end],
    [76, 0],
  ] as const)
    put(at, value);
  const setNext = (from: number, next: number) => put(sector + from * 4, next);
  setNext(0, 0xfffffffd);
  setNext(1, end);
  for (let index = 2; index < 12; index++) setNext(index, index === 11 ? end : index + 1);
  const root = sector * 2;
  bytes[root + 66] = 5;
  for (const [at, value] of [
    [68, none],
    [72, none],
    [76, 1],
    [116, end],
  ] as const)
    put(root + at, value);
  bytes[root + 128 + 66] = 2;
  const setEntry = (field: number, value: number) => put(root + 128 + field, value);
  for (const [field, value] of [
    [68, none],
    [72, none],
    [76, none],
    [116, 2],
    [120, 5_000],
  ] as const)
    setEntry(field, value);
  return { bytes, setNext, setEntry };
}

it("takes a file whose chains end", () => {
  expect(() => checkCompoundFile(compoundFile().bytes)).not.toThrow();
});

it.each<[string, (file: ReturnType<typeof compoundFile>) => void]>([
  ["a stream that leads in a circle", (file) => file.setNext(5, 3)],
  ["a directory that leads in a circle", (file) => file.setNext(1, 1)],
  ["a stream larger than the file", (file) => file.setEntry(120, 0x7fffffff)],
  ["an entry that is its own neighbour", (file) => file.setEntry(68, 1)],
  ["a neighbour past the directory", (file) => file.setEntry(72, 4_000)],
])("calls %s damaged", (_, damage) => {
  const file = compoundFile();
  damage(file);
  expect(() => checkCompoundFile(file.bytes)).toThrow(expect.objectContaining({ code: "document_corrupt" }));
});

it("calls a few bytes damaged", () => {
  expect(() => checkCompoundFile(new Uint8Array(100))).toThrow(expect.objectContaining({ code: "document_corrupt" }));
});
