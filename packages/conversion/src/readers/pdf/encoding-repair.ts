import { decodeWindows1252 } from "../../decode-text.ts";
import { isMisread, textQuality } from "./text-quality.ts";

/** Characters of Adobe's StandardEncoding beyond ASCII by code, 0 where the code is free (PDF 32000-1, annex D). */
const standard: Readonly<Record<number, string>> = Object.fromEntries(
  [
    [0xa1, "¡¢£⁄¥ƒ§¤'“«‹›ﬁﬂ"],
    [0xb1, "–†‡·"],
    [0xb6, "¶•‚„”»…‰"],
    [0xbf, "¿"],
    [0xc1, "`´ˆ˜¯˘˙¨"],
    [0xca, "˚¸"],
    [0xcd, "˝˛ˇ—"],
    [0xe1, "Æ"],
    [0xe3, "ª"],
    [0xe8, "ŁØŒº"],
    [0xf1, "æ"],
    [0xf5, "ı"],
    [0xf8, "łøœß"],
  ].flatMap(([from, letters]) => [...String(letters)].map((letter, index) => [Number(from) + index, letter])),
);

type Table = ReadonlyMap<string, string>;

const highCodes = Array.from({ length: 128 }, (_, index) => 128 + index);
const decoded = (label: string) => (code: number) => new TextDecoder(label).decode(Uint8Array.of(code));
const windows = (code: number): string => decodeWindows1252(Uint8Array.of(code));
const macintosh = decoded("macintosh");

/** From what one encoding shows for a code to what another does. */
const table = (shown: (code: number) => string | undefined, meant: (code: number) => string): Table =>
  new Map(
    highCodes.flatMap((code): [string, string][] => {
      const [from, to] = [shown(code), meant(code)];
      return from === undefined || from === to || from < "\u0080" ? [] : [[from, to]];
    }),
  );

/** Codes put into the private-use area as they are, as symbol fonts have them. */
const privateUse: Table = new Map(
  [0xe000, 0xf000].flatMap((start) =>
    Array.from({ length: 224 }, (_, index): [string, string] => [
      String.fromCharCode(start + 32 + index),
      windows(32 + index),
    ]),
  ),
);

let tables: readonly Table[] | undefined;

/**
 * Mends text whose codes were read by a neighbour of the encoding they were written in ("calculØ" for "calculé"):
 * the one table that turns all the wrong words of the page into sound ones. Sound words are left alone.
 * @returns The mending of one word; null when no table makes the page sound.
 */
export function encodingRepair(text: string): ((word: string) => string) | null {
  tables ??= [
    table((code) => standard[code], windows),
    table(macintosh, windows),
    table(windows, macintosh),
    privateUse,
  ];
  const before = textQuality(text);
  const mends = [fromUtf8, ...tables.map((pairs) => (word: string) => throughTable(word, pairs))];
  const mended = mends.map((mend) => {
    const repaired = (word: string) => (isMisread(word) ? mend(word) : word);
    return { repaired, quality: textQuality(text.replace(/\S+/g, repaired)) };
  });
  const best = mended.sort((a, b) => b.quality - a.quality)[0];
  return best && best.quality >= 0.99 && best.quality > before ? best.repaired : null;
}

const throughTable = (word: string, pairs: Table): string =>
  [...word].map((letter) => pairs.get(letter) ?? letter).join("");

const codeOfWindows: ReadonlyMap<string, number> = new Map(highCodes.map((code) => [windows(code), code]));

/** UTF-8 that was read as Windows-1252. */
function fromUtf8(word: string): string {
  const bytes: number[] = [];
  for (const letter of word) {
    const point = letter.codePointAt(0) ?? 0;
    const code = point < 256 ? point : codeOfWindows.get(letter);
    if (code === undefined) return word;
    bytes.push(code);
  }
  const text = new TextDecoder().decode(Uint8Array.from(bytes));
  return text.includes("\uFFFD") ? word : text;
}
