import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { strToU8, zipSync } from "fflate";
import UTIF from "utif2";

export interface Sample {
  readonly filename: string;
  read(): Uint8Array;
}

/** What is recognised takes seconds and is little of a parser's input: one run in so many. */
const recognisedEvery = 50;
export const recognitionMs = 10_000;
export const isRecognised = (index: number): boolean => index % recognisedEvery === recognisedEvery - 1;

const largestBytes = 400_000; // larger ones take their time from the number of runs

/** Real files of every format, in a fixed order, and a few small ones of kinds no folder holds. */
export function samplesOf(documents: string): Sample[] {
  const docling = join(documents, "docling");
  if (!existsSync(docling)) throw new Error(`There are no documents in ${docling}. Set NEXUS_FIXTURES_DIR.`);
  const paths = readdirSync(docling)
    .sort()
    .map((format) => join(docling, format, "sources"))
    .filter(existsSync)
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .sort()
        .map((name) => join(folder, name)),
    )
    .filter((path) => statSync(path).isFile() && statSync(path).size > 0 && statSync(path).size <= largestBytes);
  const files = paths.map((path) => ({ filename: basename(path), read: () => Uint8Array.from(readFileSync(path)) }));
  const inZip = files.filter((_, index) => index % 17 === 0).slice(0, 8);
  return [
    ...files,
    { filename: "all.zip", read: () => zipSync(Object.fromEntries(inZip.map((file) => [file.filename, file.read()]))) },
    { filename: "a.gif", read: () => Uint8Array.from(Buffer.from(gif, "base64")) },
    { filename: "a.png", read: () => Uint8Array.from(Buffer.from(png, "base64")) },
    { filename: "a.tiff", read: () => new Uint8Array(UTIF.encodeImage(new Uint8Array(1_024).fill(128), 16, 16)) },
    {
      filename: "a.json",
      read: () => strToU8('{"title":"Report","items":[{"name":"a","value":1},{"name":"b","value":[1,2]}]}'),
    },
    {
      filename: "a.rtf",
      read: () => strToU8("{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 Some {\\b bold} text.\\par Next \\'e9.\\par}"),
    },
  ];
}

const gif = "R0lGODlhCgAKAJEAAAAAAP///wAAAAAAACH5BAEAAAEALAAAAAAKAAoAAAIIjI+py+0PYysAOw==";
const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAUAAAAFCAYAAACNbyblAAAAHElEQVQI12P4//8/w38GIAXDIBKE0DHxgljNBAAO9TXL0Y4OHwAAAABJRU5ErkJggg==";
