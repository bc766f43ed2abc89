import { expect, it } from "vitest";
import { foldText } from "./fold.ts";

it("folds case, marks and ligatures, composed or decomposed", () => {
  expect(foldText("Élève ŒUVRE Æsir Straße")).toBe("eleve oeuvre aesir straße");
  expect(foldText("E\u0301te\u0301")).toBe(foldText("Été"));
});
