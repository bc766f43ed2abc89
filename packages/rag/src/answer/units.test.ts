import { expect, it } from "vitest";
import { splitUnits } from "./units.ts";

const textsOf = (text: string) => splitUnits(text).map(({ start, end }) => text.slice(start, end));

it("cuts sentences, not abbreviations, initials, numbers or wrapped lines", () => {
  expect(
    textsOf("M. Dupont (art. 3.2) signe le 3.05. Le reste\nsuit. « Oui ! » dit J. Martin, p. ex. ici. Fin"),
  ).toEqual(["M. Dupont (art. 3.2) signe le 3.05.", "Le reste\nsuit.", "« Oui ! » dit J. Martin, p. ex. ici.", "Fin"]);
});

it("takes list items one by one, without their bullets", () => {
  const text = "Il faut :\n- un extrait ;\n- une attestation.\n\n1. Première\n2) Deuxième";
  expect(textsOf(text)).toEqual(["Il faut :", "un extrait ;", "une attestation.", "Première", "Deuxième"]);
  expect(splitUnits(text).map(({ kind }) => kind)).toEqual(["sentence", "item", "item", "item", "item"]);
});

it("reads rows of a table with the head above them", () => {
  const units = splitUnits("| Ville | Prix |\n|---|---|\n| Paris | 140 |\n\nA\tB\n1\t2");
  expect(units.map(({ cells, head }) => [cells, head])).toEqual([
    [["Ville", "Prix"], []],
    [
      ["Paris", "140"],
      ["Ville", "Prix"],
    ],
    [["A", "B"], []],
    [
      ["1", "2"],
      ["A", "B"],
    ],
  ]);
});

it("reads the tables of chunks: caption, heads above the rule, rows, a head repeated in the middle", () => {
  const text =
    "Tableau 7. Plafonds, en euros\nZone | Hébergement | Repas\nZone | Nuitée | Déjeuner | Dîner\n--- | --- | --- | ---\nÉtranger | 128 | 22 | 28\nZone | Nuitée | Déjeuner | Dîner\nFrance |  | 20";
  const units = splitUnits(text);
  expect(units.map(({ kind }) => kind)).toEqual(["sentence", "head", "head", "row", "head", "row"]);
  expect(units[3]).toMatchObject({
    cells: ["Étranger", "128", "22", "28"],
    head: ["Zone", "Nuitée", "Déjeuner", "Dîner"],
  });
  expect(units[3]?.above).toContain("en euros");
  expect(units[5]?.cells).toEqual(["France", "", "20"]);
});

it("has no head where no rule says so", () => {
  expect(splitUnits("HOTEL | Hôtel\nAUTRE | Autre lieu").map(({ kind, head }) => [kind, head])).toEqual([
    ["row", []],
    ["row", []],
  ]);
});

it("takes lines that stand alone for the items of a list, and their opening not", () => {
  const text =
    "Les pages sont :\n\nAccueil\nMentions légales\nUn champ long qui se termine sans aucun point\nFAQ\n\nFin du texte.";
  expect(splitUnits(text).map(({ kind }) => kind)).toEqual(["sentence", "item", "item", "item", "item", "sentence"]);
});

it("keeps a number or a run-in heading with what it heads", () => {
  expect(textsOf("Art. 1er. – Délégation est donnée. Elle cesse en mai.")).toEqual([
    "Art. 1er. – Délégation est donnée.",
    "Elle cesse en mai.",
  ]);
  expect(textsOf("Part travail. Fraction du résultat versée. Elle est égale.")).toEqual([
    "Part travail. Fraction du résultat versée.",
    "Elle est égale.",
  ]);
});

it("gives nothing for text without words", () => expect(textsOf(" \n--- \n|---|\n")).toEqual([]));
