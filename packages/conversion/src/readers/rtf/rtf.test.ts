import { expect, it } from "vitest";
import { convertHere } from "../../contract/samples.ts";
import { tableGrid } from "../../markdown-export.ts";

const read = (content: string) =>
  convertHere({ filename: "a.rtf", bytes: Buffer.from(`{\\rtf1\\ansi\\ansicpg1252 ${content}}`, "latin1") });
const texts = async (content: string) => (await read(content)).document.texts.map(({ label, text }) => [label, text]);

it("decodes code pages, fonts of other alphabets, Unicode with its stand-ins and symbols", async () => {
  expect(
    await texts(
      "{\\fonttbl{\\f0 Arial;}{\\f1\\fcharset204 Times;}{\\f2\\fcharset128 Gothic;}}d\\'e9j\\'e0 \\u8364?uro \\uc2\\u9731\\'81\\'40 {\\f1 \\'cf\\'f0\\'e8} {\\f2 \\'93\\'fa}\\~\\emdash \\{ok\\}\\par",
    ),
  ).toEqual([["text", "déjà €uro ☃ При 日\u00a0—{ok}"]]);
});
it("reads headings by style and outline level, formatting and links", async () => {
  const { document, title } = await read(
    '{\\stylesheet{\\s1 heading 2;}{\\s2 Title;}}{\\info{\\title Sujet}{\\author Bob}}\\pard\\s2 Titre\\par\\pard\\s1 Partie\\par\\pard\\outlinelevel0 Chapitre\\par\\pard\\plain Un {\\b mot} et {\\field{\\*\\fldinst HYPERLINK "https://example.org/"}{\\fldrslt un lien}} ici\\par',
  );
  expect(title).toBe("Sujet");
  expect(
    document.texts.map(({ label, text, level, formatting, hyperlink }) => [
      label,
      text,
      level ?? formatting ?? hyperlink ?? null,
    ]),
  ).toEqual([
    ["title", "Titre", null],
    ["section_header", "Partie", 2],
    ["section_header", "Chapitre", 1],
    ["text", "Un", null],
    ["text", "mot", { bold: true }],
    ["text", "et", null],
    ["text", "un lien", "https://example.org/"],
    ["text", "ici", null],
  ]);
});
it("nests lists by their level, with the marker the file shows", async () => {
  const { document } = await read(
    "{\\listtext 1.\\tab}\\ls1\\ilvl0 Un\\par{\\listtext\\'b7\\tab}\\ls1\\ilvl1 Deux\\par{\\listtext 2.\\tab}\\ls1\\ilvl0 Trois\\par\\pard Fin\\par",
  );
  expect(document.texts.map((item) => [item.text, item.marker ?? null, item.parent?.$ref])).toEqual([
    ["Un", "1.", "#/groups/0"],
    ["Deux", "-", "#/groups/1"],
    ["Trois", "2.", "#/groups/0"],
    ["Fin", null, "#/body"],
  ]);
  expect(document.groups[1]?.parent?.$ref).toBe("#/texts/0");
});
it("places cells by their edges, merged ones too", async () => {
  const { document } = await read(
    "\\trowd\\cellx1000\\cellx2000\\pard\\intbl A\\cell B\\cell\\row\\trowd\\clvmgf\\cellx1000\\cellx2000\\intbl 1\\cell 2\\cell\\row\\trowd\\clvmrg\\cellx1000\\cellx2000\\intbl\\cell 3\\cell\\row\\trowd\\cellx2000\\intbl large\\cell\\row\\pard Fin\\par",
  );
  expect(document.tables.map(tableGrid)).toEqual([
    [
      ["A", "B"],
      ["1", "2"],
      ["1", "3"],
      ["large", "large"],
    ],
  ]);
  expect(document.texts.map((text) => text.text)).toEqual(["Fin"]);
});
it("keeps notes, headers and comments apart, and lists what is hidden or deleted", async () => {
  const { document, conservation } = await read(
    "{\\header\\pard En-t\\'eate\\par}\\pard Texte{\\footnote\\pard La note.\\par}{\\*\\annotation\\pard Une remarque\\par}{\\v cach\\'e9} {\\deleted parti}{\\pict\\pngblip 8950}{\\*\\unknown rien}\\par",
  );
  expect(document.texts.map(({ label, text, content_layer: layer }) => [label, text, layer])).toEqual([
    ["text", "Texte", "body"],
    ["footnote", "La note.", "body"],
    ["page_header", "En-tête", "furniture"],
    ["text", "Une remarque", "notes"],
  ]);
  expect(conservation.coverage).toBe(1);
  expect(conservation.losses.map(({ reason, sample }) => [reason, sample])).toEqual([
    ["hidden", "caché"],
    ["deleted", "parti"],
  ]);
});
it.each([
  ["groups without end", "{".repeat(5_000), "document_too_complex"],
  [
    "a grid of millions of places",
    Array.from({ length: 3_000 }, (_, n) => `\\trowd\\cellx${n}\\cellx${n + 9_000}\\intbl a\\cell b\\cell\\row `).join(
      "",
    ),
    "document_too_complex",
  ],
  ["nothing to read", "{\\pict 00}", "document_no_text"],
])("refuses %s", async (_, content, code) => {
  await expect(read(content)).rejects.toMatchObject({ code });
});
it("skips binary stretches, and is not led astray by one that claims more than there is", async () => {
  expect(await texts("a{\\pict\\bin4 }{}\\x}b\\par")).toEqual([["text", "ab"]]);
  expect(await texts("a\\par\\bin999999999 b")).toEqual([["text", "a"]]);
});
