import { foldText } from "@aurora/kernel";
import { type Form, lexicons, singular, type Word } from "./lexicon.ts";
import { rewrite } from "./rewrite.ts";
import type { QuestionLanguage, Token } from "./token.ts";
import { tokenize } from "./tokens.ts";

export type Kind =
  | "content"
  | "number"
  | "entity"
  | "negation"
  | "quantifier"
  | "modality"
  | "tense"
  | "comparison"
  | "direction"
  | "person"
  | "possessor";
/** Two that meet are joined: "in to". */
type Preposition = string | null;
type Determiner = "none" | "the" | "a" | "my" | "our" | "your" | "their" | "one's" | "this";

/** One thing a question says, with all it could stand for. */
export interface Item {
  readonly kind: Kind;
  /** As written; for reasons and for words no table knows. */
  readonly text: string;
  readonly words: readonly Word[];
  readonly preposition: Preposition;
  readonly determiner: Determiner;
  /** Of the article, in French. */
  readonly gender: "m" | "f" | null;
}
/** What a question asks, in the order in which it says it. */
export interface Meaning {
  /** `howto`, `who`, `what:price` …; `statement` when nothing is asked. */
  readonly asks: string;
  readonly items: readonly Item[];
  /** `@peryear` …: where they stand does not matter. */
  readonly frequencies: readonly string[];
  readonly hasAccents: boolean;
}

const prepositions: Readonly<Record<QuestionLanguage, Readonly<Record<string, string>>>> = {
  fr: { de: "of", des: "of", à: "at", en: "in", dans: "in", sur: "on", pour: "for", chez: "chez", par: "by" },
  en: { of: "of", "'s": "of", in: "in", at: "in", on: "on", for: "for", by: "by", to: "to", about: "about" },
};
const determiners: Readonly<Record<QuestionLanguage, Readonly<Record<string, Determiner>>>> = {
  fr: {
    ...{ le: "the", la: "the", les: "the", "l'": "the", un: "a", une: "a", des: "a" },
    ...{ mon: "my", ma: "my", mes: "my", notre: "our", nos: "our", votre: "your", vos: "your", ton: "your" },
    ...{ ta: "your", tes: "your", son: "one's", sa: "one's", ses: "one's", leur: "their", leurs: "their" },
    ...{ cet: "this", cette: "this", ces: "this" },
  },
  en: {
    ...{ the: "the", a: "a", an: "a", my: "my", our: "our", your: "your", his: "their", her: "their", its: "their" },
    ...{ their: "their", "one's": "one's", this: "this", that: "this", these: "this", those: "this" },
  },
};
const kinds: readonly (readonly [Kind, string])[] = [
  [
    "negation",
    "pas ne non sans jamais aucun aucune rien ni nul nulle personne sauf hormis excepte hors seulement uniquement exclusivement " +
      "@not @never @nomore @only @onlyone not no never none nothing nobody neither nor without except only unless " +
      "excluding solely exclusively hardly guere seul seule seuls seules",
  ],
  [
    "quantifier",
    "tout toute tous toutes chaque certains certaines certain certaine plusieurs quelques quelque plupart la_plupart deux_ tous_les " +
      "moitie majorite all every each any some several many few most both either half majority much little enough " +
      "whole entire another other others autre autres meme memes same @atleast @atmost tel telle",
  ],
  [
    "modality",
    "peut peux puis pouvons pouvez peuvent pourrait pourrais pourrions pourriez pourront pourra pouvait pouvoir " +
      "dois doit devons devez doivent devrait devrais devrions devra devront devait devoir faut faudra faudrait " +
      "can could may might must should shall would ought need needs @must @allowed @haveto @obliged @necessary " +
      "obligatoire facultatif mandatory optional compulsory required voluntary possible probable",
  ],
  [
    "tense",
    "@past @future @justnow @used a ont avait avaient aura auront aurait ai as avons avez etait etaient etais sera seront serait " +
      "seraient fut furent ete have has had been being going deja encore bientot already yet soon still currently actuellement " +
      "now maintenant today hier demain aujourd'hui yesterday tomorrow previously formerly anciennement prochain " +
      "prochaine dernier derniere precedent precedente last next previous upcoming past future current actuel actuelle",
  ],
  [
    "comparison",
    "plus moins mieux pire aussi autant davantage superieur inferieur more less fewer than greater lower higher better worse most least minimum maximum",
  ],
  [
    "direction",
    "depuis vers contre avant apres pendant durant entre sous selon jusque dès envers avec from into onto toward towards against " +
      "before after during between under over since until till within with through beyond below above outside inside off up down out via",
  ],
  [
    "person",
    "je tu on nous vous il elle ils elles moi lui eux leur i we you one he she they me us him them himself myself se me te",
  ],
];
const kindOf = new Map(kinds.flatMap(([kind, words]) => words.split(" ").map((word) => [word, kind] as const)));

const modals = new Map([
  ...["puis", "peux", "peut", "pouvons", "pouvez", "peuvent"].map((form) => [form, "pouvoir"] as const),
  ...["dois", "doit", "devons", "devez", "doivent"].map((form) => [form, "devoir"] as const),
]);

/** Reads what a question asks. Whatever is not known to mean nothing stays, and has to be found on the other side. */
export function readQuestion(question: string, language: QuestionLanguage): Meaning {
  const written = tokenize(question, language);
  const hasAccents = written.some(({ text }) => foldText(text) !== text);
  const tokens = rewrite(written, language);
  const { asks, rest } = askedOf(tokens);
  const { per } = lexicons[language];
  const frequencyOf = ({ fold }: Token) => (fold.startsWith("@per") ? fold : (per.get(fold) ?? null));
  const frequencies = rest.map(frequencyOf).filter((frequency) => frequency !== null);
  const items = itemsOf(
    rest.filter((token) => frequencyOf(token) === null),
    language,
    hasAccents || language === "en",
  );
  return canonical({ asks, items, frequencies, hasAccents }, language);
}

const classes =
  /^@(?:howto|howmuch|howlong|howoften|howfar|howold|how|whom|whose|who|when|where|why|what|which|count|yn|def|meaning|hour|date|inhowlong|takes|openinghours|whattodo|hours|required)$/u;

/** The first word of asking, and everything else: what stood before it ("en cas de panne, qui …") comes last. */
function askedOf(tokens: readonly Token[]): { asks: string; rest: Token[] } {
  const at = tokens.findIndex(({ fold }) => classes.test(fold));
  const isQuestion = tokens.some(({ fold }) => fold === "?");
  if (at < 0) return { asks: isQuestion ? "yn" : "statement", rest: [...tokens] };
  return { asks: (tokens[at]?.fold ?? "").slice(1), rest: [...tokens.slice(at + 1), ...tokens.slice(0, at)] };
}

function itemsOf(tokens: readonly Token[], language: QuestionLanguage, hasAccents: boolean): Item[] {
  const { words, foldedWords, ignored } = lexicons[language];
  const items: Item[] = [];
  let preposition: Preposition = null;
  let determiner: Determiner = "none";
  let gender: Item["gender"] = null;
  const isVerb = (item: Item | undefined) =>
    item?.words.some(({ part, form }) => part === "verb" && form !== "participle") ?? false;
  for (const [index, token] of tokens.entries()) {
    const { fold, text } = token;
    const kind = kindOf.get(fold);
    const isPreposition = Object.hasOwn(prepositions[language], fold) && !token.isName;
    if (isPreposition && !(fold === "en" && tokens[index + 1] === undefined)) {
      // "demander du télétravail", "importer des contacts": some of it
      const isSome = fold === "des" || (fold === "de" && ["le", "la", "l'"].includes(tokens[index + 1]?.fold ?? ""));
      const isArticle = language === "fr" && isSome && (items.length === 0 || isVerb(items.at(-1)));
      const added = prepositions[language][fold] ?? null;
      if (!isArticle) preposition = preposition === null ? added : `${preposition} ${added}`;
      if (fold === "des") determiner = isArticle ? "a" : "the";
      continue;
    }
    if (Object.hasOwn(determiners[language], fold) && !token.isName) {
      determiner = determiners[language][fold] ?? "none";
      gender =
        language === "fr" ? (["le", "un"].includes(fold) ? "m" : ["la", "une"].includes(fold) ? "f" : null) : null;
      continue;
    }
    if (fold === "ce" && !["est", "sont", "que", "qui"].includes(tokens[index + 1]?.fold ?? "")) {
      determiner = "this";
      continue;
    }
    if (ignored.has(fold) && kind === undefined && !token.isName) continue;
    const isNumber = fold.startsWith("#");
    const found = isNumber ? [] : (words.get(text) ?? (hasAccents ? undefined : foldedWords.get(fold)) ?? []);
    const voice: Form = token.isActivePast ? "past" : "participle";
    const known = found.map((word) => (word.form === "pastOrParticiple" ? { ...word, form: voice } : word));
    const isPast = token.isActivePast === true && known.length === 0 && /ed$/u.test(fold);
    // "to request": the mark of an infinitive is no direction
    if (preposition === "to" && known.some(({ part, form }) => part === "verb" && form === "base")) preposition = null;
    items.push({
      kind: isNumber
        ? "number"
        : ((token.isName ? undefined : kind) ?? (token.isName && known.length === 0 ? "entity" : "content")),
      text:
        isNumber || fold.startsWith("@")
          ? fold
          : (modals.get(fold) ?? singular(text, language) + (isPast ? " (past)" : "")),
      words: known,
      preposition,
      determiner,
      gender,
    });
    preposition = null;
    determiner = "none";
    gender = null;
  }
  // "who do I report to"
  if (preposition !== null)
    items.push({
      kind: "direction",
      text: preposition,
      words: [],
      preposition: null,
      determiner: "none",
      gender: null,
    });
  return items;
}

const withoutPreposition = (item: Item): Item => ({ ...item, preposition: null });
const asVerb = (item: Item): Item => ({
  ...item,
  preposition: null,
  determiner: "none",
  words: item.words.map((word) => ({ ...word, part: "verb" as const, form: "base" as const })),
});

/** Says the same thing in one way, where nothing but the way of saying it differs. */
function canonical(meaning: Meaning, language: QuestionLanguage): Meaning {
  if (meaning.asks === "what" || meaning.asks === "which") return askedAttribute(meaning, language);
  const isDefined = meaning.asks === "def" && lexicons[language].attributes.has(foldText(meaning.items[0]?.text ?? ""));
  if (isDefined && meaning.items[1]?.preposition === "of")
    return askedAttribute({ ...meaning, asks: "what" }, language);
  if (meaning.asks === "howto") return { ...meaning, items: actionFirst(meaning.items, language) };
  if (meaning.asks === "yn") return generalAgent(meaning);
  if (language === "fr" && (meaning.asks === "who" || meaning.asks === "when")) return duty(meaning);
  return meaning;
}

const isAction = (item: Item | undefined) => item?.words.some(({ part }) => part === "action") ?? false;
const formOf = (item: Item | undefined, ...forms: Form[]) =>
  item?.words.some(({ part, form }) => part === "verb" && form !== null && forms.includes(form)) ?? false;

/** "procedure for password reset", "procédure de réinitialisation du mot de passe" = to reset the password. */
function actionFirst(items: readonly Item[], language: QuestionLanguage): Item[] {
  const [first, second, ...others] = items;
  if (!first) return [];
  if (first.words.some(({ part, form }) => part === "verb" && (form === "base" || form === "gerund")))
    return [asVerb(first), ...items.slice(1)];
  if (language === "fr") {
    if (!isAction(first)) return [...items];
    const rest = second ? [second.preposition === "of" ? withoutPreposition(second) : second, ...others] : [];
    return [asVerb(first), ...rest];
  }
  const end = items.findIndex((item, index) => index > 0 && item.preposition !== null);
  const head = items.slice(0, end < 0 ? items.length : end);
  const action = head.at(-1);
  if (!action || !isAction(action)) return [...items];
  const rest = items.slice(head.length);
  if (head.length === 1)
    return [
      asVerb(action),
      ...rest.map((item, index) => (index === 0 && item.preposition === "of" ? withoutPreposition(item) : item)),
    ];
  return [
    asVerb(action),
    ...head.slice(0, -1).map((item, index) => (index === 0 ? withoutPreposition(item) : item)),
    ...rest,
  ];
}

/** "the price of X", "for X" and "in X" are the same; "the policy for suppliers" is not theirs. */
const ofForIn = new Set(["price", "duration", "delay", "rate", "deadline", "size", "date"]);

/** "quel est le prix de X", "combien coûte X", "what is the X price": the price of X. */
function askedAttribute(meaning: Meaning, language: QuestionLanguage): Meaning {
  const { attributes } = lexicons[language];
  const nameOf = (item: Item | undefined) =>
    item && item.kind === "content" && (item.preposition === null || item.preposition === "of")
      ? attributes.get(foldText(item.text))
      : undefined;
  const { items } = meaning;
  const end = items.findIndex((item, index) => index > 0 && item.preposition !== null);
  const at = language === "fr" || items[1]?.preposition != null ? 0 : (end < 0 ? items.length : end) - 1;
  const name = nameOf(items[at]) ?? nameOf(items[0]);
  const place = nameOf(items[at]) ? at : 0;
  const isTense = items.some(({ kind }) => kind === "tense");
  if (meaning.asks === "what" && name && !isTense) {
    const rest = items.filter((_item, index) => index !== place);
    // what the attribute is of stands first, whether "of" says so or not
    const [first, ...others] = rest;
    const isOf =
      first?.preposition === "of" ||
      (ofForIn.has(name) && (first?.preposition === "for" || first?.preposition === "in"));
    const asked = first ? [isOf ? withoutPreposition(first) : first, ...others] : [];
    return { ...meaning, asks: `what:${name}`, items: name === "delay" ? delayed(asked, language) : asked };
  }
  return generalAgent(language === "fr" && meaning.asks === "which" ? duty(meaning) : meaning);
}

/** "le délai pour livrer", "sous combien de temps suis-je livré" = the delay of delivery. */
function delayed(items: readonly Item[], language: QuestionLanguage): Item[] {
  const [first, ...others] = items;
  return first && formOf(first, "participle") ? [asVerb(first), ...others] : actionFirst(items, language);
}

/** "quels documents fournir", "qui prévenir": what one has to. A bare "où" or "comment" asks what one can. */
function duty(meaning: Meaning): Meaning {
  const { items } = meaning;
  const at = items.findIndex((item) => formOf(item, "base"));
  if (at < 0 || items.some(({ kind }) => kind === "modality" || kind === "person")) return meaning;
  const must: Item = {
    ...{ kind: "modality" as const, text: "@must", words: [], gender: null },
    ...{ preposition: null, determiner: "none" as const },
  };
  return { ...meaning, items: [...items.slice(0, at), must, ...items.slice(at)] };
}

/** "Do you encrypt data" = "is data encrypted"; "quels paiements acceptez-vous" = "quels sont les paiements acceptés". */
function generalAgent(meaning: Meaning): Meaning {
  const { asks, items } = meaning;
  const isYou = (item: Item | undefined) => item?.kind === "person" && /^(?:you|vous)$/u.test(item.text);
  const asParticiple = (item: Item): Item => ({
    ...item,
    words: item.words.filter(({ part }) => part === "verb").map((word) => ({ ...word, form: "participle" as const })),
  });
  const at = items.findIndex(isYou);
  const others = items.filter((item) => !isYou(item));
  const verbs = others.filter((item) => formOf(item, "base", "third"));
  const isPlain =
    others.every(({ kind, preposition }) => kind === "content" && preposition === null) && verbs.length === 1;
  const [verb] = verbs;
  if (at >= 0 && isPlain && verb && others.length > 1) {
    const rest = others.filter((item) => item !== verb);
    const isBeside = Math.abs(items.indexOf(verb) - at) === 1;
    if (isBeside && (asks === "yn" || asks === "which")) return { ...meaning, items: [...rest, asParticiple(verb)] };
  }
  const last = items.at(-1);
  const isPassive = formOf(last, "participle") && items.length > 1 && items.every(({ kind }) => kind === "content");
  if (last && isPassive && asks !== "statement")
    return { ...meaning, asks: asks === "what" ? "which" : asks, items: [...items.slice(0, -1), asParticiple(last)] };
  return meaning;
}
