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

it("gives nothing for text without words", () => expect(textsOf(" \n--- \n|---|\n")).toEqual([]));
