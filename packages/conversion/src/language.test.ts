import { expect, it } from "vitest";
import { guessLanguage } from "./language.ts";

it.each([
  ["fr", "Le conseil municipal est réuni pour la séance et les comptes sont adoptés par tous."],
  ["en", "The council met in the town hall and the accounts were approved by all members."],
  ["de", "Der Rat hat sich im Rathaus versammelt und die Rechnungen sind von allen genehmigt."],
])("tells %s by its function words", (language, text) => {
  expect(guessLanguage(text)).toBe(language);
});
it.each([
  ["too few words", "Bonjour à tous"],
  ["letters that stand alone", "Table A row o value e item a column o total e sum a b c"],
  ["one function word again and again", "de Vries de Jong de Boer de Wit de Groot de Haan"],
])("is not led by %s", (_, text) => {
  expect(guessLanguage(text)).toBeNull();
});
