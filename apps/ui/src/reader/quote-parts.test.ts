import { expect, it } from "vitest";
import { quoteLine, quoteParts } from "./quote-parts.ts";

it("tells the rows of a table from the words around them", () => {
  expect(quoteParts("Tableau 7. Plafonds\nVille | Nuitée\n--- | ---\nLyon | 115\n\nHors taxes.")).toEqual([
    { kind: "text", text: "Tableau 7. Plafonds" },
    {
      kind: "table",
      rows: [
        ["Ville", "Nuitée"],
        ["Lyon", "115"],
      ],
    },
    { kind: "text", text: "Hors taxes." },
  ]);
  expect(quoteParts("| Lyon |  | 115 |")).toEqual([{ kind: "table", rows: [["Lyon", "", "115"]] }]);
});

it("leaves words as they are, also those with a bar or dashes in them", () => {
  expect(quoteParts("Deux lignes,\nun texte.")).toEqual([{ kind: "text", text: "Deux lignes,\nun texte." }]);
  expect(quoteParts("a|b -- c")).toEqual([{ kind: "text", text: "a|b -- c" }]);
});

it("says a row on one line", () => {
  expect(quoteLine("Étranger | Bruxelles |  | 128")).toBe("Étranger · Bruxelles · 128");
});
