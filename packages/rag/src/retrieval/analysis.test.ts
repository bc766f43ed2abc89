import { describe, expect, it } from "vitest";
import { analyse, termOf } from "./analysis.ts";
import { stemEnglish } from "./english-stemmer.ts";
import { detectLanguage } from "./language.ts";
import { termId } from "./term-id.ts";

const terms = (text: string, language: "fr" | "en" | "de" | "es" | "it" | "pt" | null) =>
  analyse(text, language).map(({ term }) => term);

describe("analyse", () => {
  it("drops elided articles before either apostrophe, and keeps a letter that stands alone", () => {
    expect(terms("l'école, l’école", null)).toEqual(["ecole", "ecole"]);
    expect(terms("jusqu'ici aujourd'hui", null)).toEqual(["ici", "aujourd", "hui"]);
    expect(terms("hépatite C", null)).toEqual(["hepatite", "c"]);
  });

  it("finds a word typed without accents, in capitals or decomposed", () => {
    for (const typed of ["sécurité", "SECURITE", "se\u0301curite\u0301", "Sécurités"])
      expect(terms(typed, "fr")).toEqual(terms("sécurité", "fr"));
    expect(terms("œuvre", "fr")).toEqual(terms("oeuvre", "fr"));
  });

  it("drops the stop words of its language only", () => {
    expect(terms("La durée des congés est de cinq semaines", "fr")).toEqual(["dure", "cong", "cinq", "semain"]);
    expect(terms("the durée of congés", "fr")).toContain("the");
  });

  it("indexes text of an unknown language word by word", () => {
    expect(terms("Η συμφωνία 2024", null)).toEqual(["η", "συμφωνια", "2024"]);
  });

  it("leaves out runs too long to be words", () => {
    expect(terms(`${"a".repeat(65)} mot`, null)).toEqual(["mot"]);
  });

  it.each([
    ["fr", "continuellement", "continuel"],
    ["de", "aufgaben", "aufgab"],
    ["es", "torneadoras", "torneador"],
    ["it", "abbandonata", "abbandon"],
    ["pt", "quilometros", "quilometr"],
  ] as const)("stems %s as Snowball does: %s → %s", (language, word, stem) => {
    expect(termOf(word, language)).toBe(stem);
  });
});

// From the sample vocabulary of the Snowball project.
it.each([
  ["consign", "consign"],
  ["consigned", "consign"],
  ["consistency", "consist"],
  ["consolation", "consol"],
  ["knackeries", "knackeri"],
  ["knavish", "knavish"],
  ["kneeling", "kneel"],
  ["abduction", "abduct"],
  ["generally", "general"],
  ["hopping", "hop"],
  ["hoping", "hope"],
  ["dying", "die"],
  ["news", "news"],
  ["proceed", "proceed"],
  ["sayings", "say"],
  ["yes", "yes"],
])("stems English by Porter2: %s → %s", (word, stem) => {
  expect(stemEnglish(word)).toBe(stem);
});

it.each([
  ["Quelle est la durée du préavis de démission ?", "fr"],
  ["How long is the notice period?", "en"],
  ["Wie lange ist die Kündigungsfrist?", "de"],
  ["¿Cuál es el plazo de preaviso?", "es"],
  ["Qual è il periodo di preavviso per gli operai?", "it"],
  ["Qual é o prazo de aviso prévio para os funcionários?", "pt"],
  ["wifi HP-2250", null],
  ["Ποια είναι η προθεσμία;", null],
])("tells the language of %j: %s", (text, language) => {
  expect(detectLanguage(text)).toBe(language);
});

// Published FNV-1a vectors, then terms as every stored index holds them: a change here orphans every index.
it.each([
  ["", 0x811c9dc5],
  ["a", 0xe40c292c],
  ["foobar", 0xbf9cf968],
])("hashes %j to the published FNV-1a value", (term, id) => {
  expect(termId(term)).toBe(id);
});
