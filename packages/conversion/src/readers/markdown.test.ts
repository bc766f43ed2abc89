import { expect, it } from "vitest";
import { convertHere, textFile } from "../contract/samples.ts";

const read = (text: string) => convertHere(textFile("a.md", text));
const texts = async (text: string) => (await read(text)).document.texts.map((item) => [item.label, item.text]);

it("comes out as it went in: headings, nested lists, table, code", async () => {
  const source =
    "# Titre\n\nUn paragraphe.\n\n## Partie\n\n1. un\n2. deux\n    - sous-point\n\n| A | B |\n| - | - |\n| 1 | 2 |\n\n```\ncode  gardé\n```\n";
  expect((await read(source)).markdown).toBe(source);
});
it("takes its title from the front matter, and keeps that as furniture", async () => {
  const result = await read('---\ntitle: "Règlement"\nauteur: Zoé\n---\nTexte.\n');
  expect([result.title, result.markdown]).toEqual(["Règlement", "Texte.\n"]);
  expect(result.document.texts[0]).toMatchObject({
    content_layer: "furniture",
    text: 'title: "Règlement"\nauteur: Zoé',
  });
  expect(result.conservation).toMatchObject({ coverage: 1, losses: [] });
});
it("reads front matter in TOML too", async () => {
  const result = await read('+++\ntitle = "Règlement"\n+++\nTexte.\n');
  expect([result.title, result.markdown]).toEqual(["Règlement", "Texte.\n"]);
});
it("keeps links, also by reference, and the marks of code in the text", async () => {
  const { document } = await read("Voir [ici][a] et `x = 1`, puis ![plan](p.png).\n\n[a]: https://example.org/\n");
  expect(document.texts.map(({ label, text, hyperlink }) => [label, text, hyperlink ?? null])).toEqual([
    ["text", "Voir", null],
    ["text", "ici", "https://example.org/"],
    ["text", "et", null],
    ["code", "x = 1", null],
    ["text", ", puis .", null],
    ["caption", "plan", null],
  ]);
});
it("reads embedded HTML, entities and escapes", async () => {
  expect(await texts("A &amp; \\*B\\*\n\n<div><p>C<br>d</p></div>\n\ne<sub>2</sub>\n")).toEqual([
    ["text", "A & *B*"],
    ["text", "C\nd"],
    ["text", "e"],
    ["text", "2"],
  ]);
});
it("keeps task boxes, footnotes and the language of a fence", async () => {
  const { document } = await read("- [x] fait\n- [ ] à faire\n\nTexte[^1].\n\n[^1]: La note.\n\n```ts\nlet a;\n```\n");
  expect(document.texts.map(({ label, text }) => [label, text])).toEqual([
    ["list_item", "[x] fait"],
    ["list_item", "[ ] à faire"],
    ["text", "Texte"],
    ["text", "[1]"],
    ["text", "."],
    ["footnote", "[1] La note."],
    ["code", "let a;"],
  ]);
  expect(document.texts.at(-1)?.code_language).toBe("TypeScript");
});
it("loses no word of any of this", async () => {
  const { conservation } = await read(
    "Setext\n===\n\n> cité **gr**as\n\n| a | `b` |\n|---|---|\n| ![alt](x) | [l](y) |\n\n<ul><li>h</li></ul>\n\n[^n]: note\n\n    code\n\n~~non~~ <https://example.org/a>\n",
  );
  expect(conservation).toMatchObject({ coverage: 1, losses: [] });
});
it("refuses quotes in quotes without end", async () => {
  await expect(read(`${">".repeat(1_000)}a`)).rejects.toMatchObject({ code: "document_too_complex" });
});
