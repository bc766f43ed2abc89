import { foldText } from "@aurora/kernel";
import type { QuestionLanguage } from "./token.ts";
import { englishIrregular, frenchIrregular } from "./words/conjugation.ts";
import {
  englishAttributes,
  englishExpressions,
  englishIgnored,
  englishNouns,
  englishPer,
  englishVerbs,
  englishWith,
} from "./words/en.ts";
import { englishRules } from "./words/en-rules.ts";
import {
  frenchAttributes,
  frenchExpressions,
  frenchIgnored,
  frenchNouns,
  frenchPer,
  frenchVerbs,
  frenchWith,
} from "./words/fr.ts";
import { frenchRules } from "./words/fr-rules.ts";

export type Form = "base" | "third" | "past" | "future" | "conditional" | "participle" | "gerund" | "pastOrParticiple";
/** What a written word stands for. */
export interface Word {
  /** One name for all words of the same meaning. */
  readonly id: string;
  /** The word itself, without its endings. */
  readonly lemma: string;
  readonly part: "verb" | "action" | "noun";
  /** Of verbs. */
  readonly form: Form | null;
}

export interface Lexicon {
  readonly rules: readonly (readonly [string, string])[];
  readonly expressions: readonly string[];
  readonly ignored: ReadonlySet<string>;
  /** By the word as it is written; a form that two verbs share has both. */
  readonly words: ReadonlyMap<string, readonly Word[]>;
  /** The same by the folded word, for who writes without accents. */
  readonly foldedWords: ReadonlyMap<string, readonly Word[]>;
  readonly attributes: ReadonlyMap<string, string>;
  /** Adjectives that say how often. */
  readonly per: ReadonlyMap<string, string>;
  /** For each pair of verbs: the things beside which they mean the same. */
  readonly alikeWith: readonly { readonly verbs: ReadonlySet<string>; readonly things: ReadonlySet<string> }[];
}

function build(language: QuestionLanguage): Lexicon {
  const isFrench = language === "fr";
  const words = new Map<string, Word[]>();
  const put = (form: string, word: Word) => {
    const text = form.toLowerCase();
    const known = words.get(text) ?? [];
    if (!known.some((other) => other.id === word.id && other.form === word.form && other.part === word.part))
      words.set(text, [...known, word]);
  };
  const idOf = new Map<string, string>();
  for (const line of isFrench ? frenchVerbs : englishVerbs) {
    const [verbs = "", actions = ""] = line.split(" = ");
    const names = verbs.split(" ").map((name) => name.replace(/^s'/u, ""));
    const id = foldText(names[0] ?? "");
    for (const name of names) {
      idOf.set(foldText(name), id);
      for (const [form, text] of isFrench ? frenchForms(name) : englishForms(name))
        put(text, { id, lemma: name, part: "verb", form });
    }
    for (const action of actions.split(" ").filter(Boolean)) {
      put(action, { id, lemma: action, part: "action", form: null });
      put(`${action}s`, { id, lemma: action, part: "action", form: null });
    }
  }
  for (const line of isFrench ? frenchNouns : englishNouns) {
    const names = line.split(" ");
    const id = foldText(names[0] ?? "");
    for (const name of names)
      for (const text of [name, `${name}s`, ...(/y$/u.test(name) && !isFrench ? [name.replace(/y$/u, "ies")] : [])]) {
        put(text, { id, lemma: name, part: "noun", form: null });
        idOf.set(foldText(name), id);
      }
  }
  const attributes = new Map<string, string>();
  for (const line of isFrench ? frenchAttributes : englishAttributes) {
    const [name = "", forms = ""] = line.split(": ");
    for (const form of forms.split(" ")) attributes.set(foldText(form), name);
  }
  const foldedWords = new Map<string, Word[]>();
  for (const [text, list] of words)
    foldedWords.set(foldText(text), [...(foldedWords.get(foldText(text)) ?? []), ...list]);
  const ids = (names: string) =>
    new Set(names.split(" ").map((name) => idOf.get(foldText(name)) ?? singular(foldText(name), language)));
  return {
    rules: isFrench ? frenchRules : englishRules,
    expressions: isFrench ? frenchExpressions : englishExpressions,
    ignored: isFrench ? frenchIgnored : englishIgnored,
    words,
    foldedWords,
    attributes,
    per: new Map(Object.entries(isFrench ? frenchPer : englishPer)),
    alikeWith: (isFrench ? frenchWith : englishWith).map(({ verbs, things }) => ({
      verbs: ids(verbs),
      things: ids(things),
    })),
  };
}

function frenchForms(verb: string): [Form, string][] {
  const irregular = frenchIrregular[verb];
  const endings = (form: Form, stem: string, list: string): [Form, string][] =>
    list.split(" ").map((ending) => [form, stem + ending]);
  const tenses = (imperfect: string, future: string): [Form, string][] => [
    ...endings("past", imperfect, "ais ait ions iez aient"),
    ...endings("future", future, "ai as a ons ez ont"),
    ...endings("conditional", future, "ais ait ions iez aient"),
    ...endings("gerund", imperfect, "ant"),
  ];
  if (irregular !== undefined) {
    const [present = "", imperfect = "", future = "", participles = ""] = irregular.split(" | ");
    return [
      ["base", verb],
      ...endings("third", "", present),
      ...tenses(imperfect, future),
      ...endings("participle", "", participles),
    ];
  }
  const stem = verb.replace(/(?:er|ir|re)$/u, "");
  if (verb.endsWith("ir"))
    return [
      ["base", verb],
      ...endings("third", stem, "is it issons issez issent isse"),
      ...tenses(`${stem}iss`, verb),
      ...endings("participle", stem, "i ie is_ ies"),
    ];
  // placer → plaçons, charger → chargeons, gérer → gère, payer → paie, renouveler → renouvelle, acheter → achète
  const soft = verb.endsWith("cer") ? stem.replace(/c$/u, "ç") : verb.endsWith("ger") ? `${stem}e` : stem;
  const stressed = verb.endsWith("yer")
    ? stem.replace(/y$/u, "i")
    : /(?:eler|eter)$/u.test(verb) && !/^(?:acheter|geler|congeler)$/u.test(verb)
      ? stem + (stem.at(-1) ?? "")
      : stem.replace(/[ée](?=[^aeiouyéè]{1,2}$)/u, "è");
  const futureStem = /é(?=[^aeiouyéè]{1,2}$)/u.test(stem) ? verb : `${stressed}er`;
  return [
    ["base", verb],
    ...endings("third", stressed, "e es ent"),
    ...endings("third", stem, "ez e es ent"),
    ...endings("third", soft, "ons"),
    ...endings("past", soft, "ais ait aient a"),
    ...endings("past", stem, "ions iez"),
    ...endings("future", futureStem, "ai as a ons ez ont"),
    ...endings("future", verb, "ai as a ons ez ont"),
    ...endings("conditional", futureStem, "ais ait ions iez aient"),
    ...endings("participle", stem, "é ée és ées"),
    ...endings("gerund", soft, "ant"),
  ];
}

function englishForms(verb: string): [Form, string][] {
  const irregular = englishIrregular[verb]?.split(" ") ?? [];
  const cut = verb.replace(/e$/u, "");
  const third = /(?:s|x|z|ch|sh|o)$/u.test(verb)
    ? `${verb}es`
    : /[^aeiou]y$/u.test(verb)
      ? verb.replace(/y$/u, "ies")
      : `${verb}s`;
  const forms: [Form, string][] = [
    ["base", verb],
    ["third", third],
    ["gerund", `${/ee$/u.test(verb) ? verb : cut}ing`],
  ];
  for (const form of irregular.filter((text) => text !== verb))
    forms.push([form.endsWith("ing") ? "gerund" : "pastOrParticiple", form]);
  if (irregular.length === 0 || !irregular.some((text) => !text.endsWith("ing")))
    forms.push(["pastOrParticiple", /[^aeiou]y$/u.test(verb) ? verb.replace(/y$/u, "ied") : `${cut}ed`]);
  return forms;
}

/** Words that end in -s and are no plurals. */
const noPlural = new Set(
  (
    "cours fois mois bras prix poids corps temps cas bas frais accès acces avis congrès succès procès univers vers sens dos tiers " +
    "fonds devis colis gros mauvais français anglais repas relais palais progrès rendezvous virus bonus campus choix voix taux " +
    "news customs goods means terms sales arms damages works series species premises savings earnings glasses contents " +
    "business process address access status basis analysis this is was has less across always perhaps gas bus plus des les ses suis puis dois fais vais je"
  ).split(" "),
);
/** Only what a plural adds is taken off, and only where the rest is long enough to be the same word. */
export function singular(word: string, language: QuestionLanguage): string {
  if (word.length <= 3 || noPlural.has(word) || /[\p{N}@#]/u.test(word)) return word;
  if (language === "en") {
    if (/(?:ss|us|is)$/u.test(word)) return word;
    if (/[^aeiou]ies$/u.test(word) && word.length > 4) return word.replace(/ies$/u, "y");
    if (/(?:ch|sh|x|ss|z)es$/u.test(word)) return word.replace(/es$/u, "");
    return word.replace(/(?<=\p{L})s$/u, "");
  }
  if (/(?:ss|us|is)$/u.test(word) && !/[éu]is$/u.test(word)) return word;
  if (/eaux$/u.test(word)) return word.replace(/x$/u, "");
  return word.replace(/(?<=\p{L})s$/u, "");
}

export const lexicons: Readonly<Record<QuestionLanguage, Lexicon>> = { fr: build("fr"), en: build("en") };
