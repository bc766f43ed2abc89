import { expect, it } from "vitest";
import { encodingRepair } from "./encoding-repair.ts";
import { soundQuality, textQuality } from "./text-quality.ts";

it.each([
  ["French", "Les bénéficiaires présentent une pièce d'identité ; l'élu « référent » l'a visée à Œuilly, n° 12 §4."],
  ["English", "The quick brown fox — 12 µm wide, at 30 °C — jumped over McDonald's £5 fence in São Tomé."],
  ["names with capitals inside", "iPhone LaTeX DocLayNet eBay McDonald"],
  ["numbers", "12 345,67 € 98 % 1 024 m² 3×4 ±5"],
])("%s is sound", (_, text) => {
  expect(textQuality(text)).toBeGreaterThanOrEqual(soundQuality);
});

it.each([
  ["StandardEncoding", "le montant calculØ par la prØfecture", "le montant calculé par la préfecture"],
  ["Mac OS read as Windows", "le montant calculŽ par la prŽfecture", "le montant calculé par la préfecture"],
  ["Windows read as Mac OS", "le montant calculÈ par la prÈfecture", "le montant calculé par la préfecture"],
  ["UTF-8 read as Windows", "le montant calculÃ© par la prÃ©fecture", "le montant calculé par la préfecture"],
])("%s is told and mended", (_, text, meant) => {
  expect(textQuality(text)).toBeLessThan(soundQuality);
  const repair = encodingRepair(text);
  expect(repair && text.replace(/\S+/g, repair)).toBe(meant);
});

it("tells a page of letters that are those of no language", () => {
  const text = "Kd lhtf bk jhfj xqzw vvkq jxwz pqkx zzvj ".repeat(4);
  expect(textQuality(text)).toBeLessThan(0.5);
});
