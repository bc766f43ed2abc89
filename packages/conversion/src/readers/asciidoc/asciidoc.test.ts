import { expect, it } from "vitest";
import { convertHere, textFile } from "../../contract/samples.ts";
import { tableGrid } from "../../markdown-export.ts";

const read = (text: string) => convertHere(textFile("a.adoc", text));
const texts = async (text: string) => (await read(text)).document.texts.map((item) => [item.label, item.text]);
const grid = async (text: string) => {
  const { document, conservation } = await read(text);
  expect(conservation.missing).toBe(0);
  return document.tables[0] && tableGrid(document.tables[0]);
};

it("reads titles by their depth and joins the lines of a paragraph", async () => {
  const { document } = await read("= Titre\n\nUn\ndeux.\n\n== Partie\n=== Sous-partie\ntrois\n");
  expect(document.texts.map(({ label, text, level }) => [label, text, level ?? null])).toEqual([
    ["title", "Titre", null],
    ["text", "Un deux.", null],
    ["section_header", "Partie", 1],
    ["section_header", "Sous-partie", 2],
    ["text", "trois", null],
  ]);
});
it("nests lists by mark and by indent, and takes a block a plus sign binds", async () => {
  const { document } = await read("* un\n** deux\n  - trois\n* quatre\n\n. A\n. B\n+\nsuite\n");
  const nameOf = (ref: string | undefined) => document.texts.find((item) => item.self_ref === ref)?.text ?? ref;
  const holderOf = (ref = "") => nameOf(document.groups.find((group) => group.self_ref === ref)?.parent?.$ref ?? ref);
  expect(document.texts.map((item) => [item.text, item.marker ?? null, holderOf(item.parent?.$ref)])).toEqual([
    ["un", "-", "#/body"],
    ["deux", "-", "un"],
    ["trois", "-", "deux"],
    ["quatre", "-", "#/body"],
    ["A", "1.", "quatre"],
    ["B", "2.", "quatre"],
    ["suite", null, "B"],
  ]);
});
it("reads tables by line, by cell, with spans and captions", async () => {
  expect(await grid("|===\n|A |B\n|1 |2\n|===\n")).toEqual([
    ["A", "B"],
    ["1", "2"],
  ]);
  expect(await grid('[cols="1,1"]\n|===\n|A\n|B\n\n2+|large\n|===\n')).toEqual([
    ["A", "B"],
    ["large", "large"],
  ]);
  expect(await grid(".Légende\n|===\n^h|A ^h|B\n.2+|haut |1\n|2\n|===\n")).toEqual([
    ["A", "B"],
    ["haut", "1"],
    ["haut", "2"],
  ]);
  const { document } = await read(".Légende\n|===\n|A |B\n|===\n");
  expect(document.texts.map((item) => [item.label, item.text])).toEqual([["caption", "Légende"]]);
});
it("shows what macros and marks show, and keeps their targets out of the text", async () => {
  const { markdown, conservation } = await read(
    ":produit: Aurora\n\nCliquez btn:[Envoyer] dans *{produit}*, voir https://example.org/[le site] et <<a,la partie>>.\n",
  );
  expect(markdown).toContain(
    "Cliquez Envoyer dans **Aurora** , voir [le site](https://example.org/) et [la partie](#a) .",
  );
  expect(conservation.coverage).toBe(1);
});
it("keeps code and the content of blocks, and leaves comments out", async () => {
  const { document, conservation } = await read(
    "[source,python]\n----\nif a:\n  b\n----\n\n// note\n////\ncaché\n////\n\n====\nNOTE: Attention.\n====\n\nTerme:: Sens\n",
  );
  expect(
    document.texts.filter((item) => item.content_layer === "body").map(({ label, text }) => [label, text]),
  ).toEqual([
    ["code", "if a:\n  b"],
    ["text", "NOTE: Attention."],
    ["list_item", "Terme"],
    ["list_item", "Sens"],
  ]);
  expect(conservation.losses).toEqual([{ page: null, reason: "hidden", words: 2, sample: "note caché" }]);
});
it("includes nothing", async () => {
  expect(await texts("include::/etc/passwd[]\n\nTexte\n")).toEqual([
    ["text", "include::/etc/passwd[]"],
    ["text", "Texte"],
  ]);
});
it("ends soon on marks that never close", async () => {
  const started = performance.now();
  await read(`${"*a ".repeat(30_000)}\n\n${"image:a[".repeat(10_000)}`);
  expect(performance.now() - started).toBeLessThan(5_000);
});
