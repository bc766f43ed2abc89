import { describe, expect, it } from "vitest";
import { convertHere, textFile } from "../contract/samples.ts";
import { tableGrid } from "../markdown-export.ts";

describe("plain text", () => {
  it("makes a paragraph of lines between blank lines, and a list of marked ones", async () => {
    const text = "Première ligne du paragraphe, assez longue pour être coupée\nseconde ligne.\n\n- un\n- deux\n";
    const { markdown, conservation } = await convertHere(textFile("a.txt", text));
    expect(markdown).toBe(
      "Première ligne du paragraphe, assez longue pour être coupée seconde ligne.\n\n- un\n- deux\n",
    );
    expect(conservation).toMatchObject({ coverage: 1, words: 13, losses: [] });
  });
});

describe("delimited text", () => {
  const cells = async (text: string, name = "a.csv") => {
    const { document, conservation } = await convertHere(textFile(name, text));
    expect(conservation.missing).toBe(0);
    const table = document.tables[0];
    return table && tableGrid(table);
  };
  it.each([
    ["commas", 'nom,ville\n"Durand, Jean",Lyon\n'],
    ["semicolons", "nom;ville\nDurand, Jean;Lyon\n"],
    ["tabs", "nom\tville\nDurand, Jean\tLyon\n"],
    ["bars", "nom|ville\nDurand, Jean|Lyon\n"],
    ["what its first line names", "sep=;\nnom;ville\nDurand, Jean;Lyon\n"],
  ])("is cut at %s", async (_, text) => {
    expect(await cells(text)).toEqual([
      ["nom", "ville"],
      ["Durand, Jean", "Lyon"],
    ]);
  });
  it("keeps line ends and quotes within a cell", async () => {
    expect(await cells('a,b\n"un\ndeux","il dit ""oui"""\n')).toEqual([
      ["a", "b"],
      ["un\ndeux", 'il dit "oui"'],
    ]);
  });
  it("is refused past its limit of cells", async () => {
    await expect(cells("a,b,c,d\n".repeat(500_001))).rejects.toMatchObject({ code: "document_too_complex" });
  });
});
