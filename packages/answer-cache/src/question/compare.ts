import { foldText } from "@aurora/kernel";
import { type Form, lexicons, type Word } from "./lexicon.ts";
import type { Item, Kind, Meaning } from "./read-question.ts";
import type { QuestionLanguage } from "./token.ts";

export type Difference =
  | "question_kind"
  | "number"
  | "negation"
  | "quantifier"
  | "modality"
  | "tense"
  | "comparison"
  | "direction"
  | "entity"
  | "person"
  | "possessor"
  | "frequency"
  | "content"
  | "word_form"
  | "preposition"
  | "order"
  | "nothing_asked";

/** The graver ones first: what is said about a miss is the gravest difference. */
const gravity: readonly Kind[] = [
  "negation",
  "number",
  "quantifier",
  "modality",
  "tense",
  "comparison",
  "direction",
  "entity",
  "person",
];

/** Null when both ask the same thing; else in what they differ. */
export function differenceOf(a: Meaning, b: Meaning, language: QuestionLanguage): Difference | null {
  if (a.asks !== b.asks) return "question_kind";
  if (a.items.length === 0 && b.items.length === 0 && !a.asks.startsWith("opening")) return "nothing_asked";
  if (a.frequencies.join() !== b.frequencies.join()) return "frequency";
  const match = matcher(a, b, language);
  const left = [...a.items];
  const right = [...b.items];
  if (left.length === right.length && left.every((item, index) => match(item, right[index]) === null)) return null;
  return reasonOf(left, right, match);
}

type Match = (a: Item | undefined, b: Item | undefined) => Difference | null;

/** The gravest: a thing the other does not say, then how it is said, then in what order. */
function reasonOf(left: readonly Item[], right: readonly Item[], match: Match): Difference {
  const isSaid = (item: Item, others: readonly Item[]) => others.some((other) => match(item, other) !== "content");
  const unmatched = [...left.filter((item) => !isSaid(item, right)), ...right.filter((item) => !isSaid(item, left))];
  for (const kind of gravity) if (unmatched.some((item) => item.kind === kind)) return kind as Difference;
  if (unmatched.length > 0 || left.length !== right.length) return "content";
  for (const item of left) {
    const best = right.map((other) => match(item, other)).filter((found) => found !== "content");
    const [first] = best;
    if (first && !best.includes(null)) return first;
  }
  return "order";
}

function matcher(a: Meaning, b: Meaning, language: QuestionLanguage): Match {
  const { alikeWith } = lexicons[language];
  // who writes no accents at all means the word that has them
  const isBare = language === "fr" && (!a.hasAccents || !b.hasAccents);
  const sameText = (x: string, y: string) => x === y || (isBare && foldText(x) === foldText(y));
  const idsIn = (meaning: Meaning) =>
    new Set(meaning.items.flatMap(({ words, text }) => [foldText(text), ...words.map(({ id }) => id)]));
  const isNegated = [...a.items, ...b.items].some(({ kind }) => kind === "negation");
  const inA = idsIn(a);
  const inB = idsIn(b);
  const alike = alikeWith.filter(({ things }) => [...things].some((thing) => inA.has(thing) && inB.has(thing)));
  const isAlike = (x: string, y: string) => x === y || alike.some(({ verbs }) => verbs.has(x) && verbs.has(y));

  function sameWord(x: Item, y: Item): Difference | null {
    if (x.words.length === 0 && y.words.length === 0) {
      if (sameText(x.text, y.text)) return null;
      return alike.some(({ verbs }) => verbs.has(x.text) && verbs.has(y.text)) ? null : "content";
    }
    if (sameText(x.text, y.text) && (x.words.length === 0 || y.words.length === 0)) return null;
    const unknown = (text: string): Word => ({ id: text, lemma: text, part: "verb", form: "base" });
    const xs = x.words.length > 0 ? x.words : [unknown(x.text)];
    const ys = y.words.length > 0 ? y.words : [unknown(y.text)];
    // "to book" is to reserve, "a book" is none: a verb's synonym is one only where the word is a verb
    const isVerbPlace = (item: Item) => item.determiner === "none" && item.preposition === null;
    const areVerbs = isVerbPlace(x) && isVerbPlace(y);
    const means = (one: Word, other: Word) =>
      isAlike(one.id, other.id) &&
      (one.lemma === other.lemma || one.part !== "verb" || other.part !== "verb" || areVerbs);
    const pairs = xs.flatMap((one) => ys.filter((other) => means(one, other)).map((other) => [one, other] as const));
    if (pairs.length === 0) return "content";
    const sameForm = pairs.some(
      ([one, other]) => one.part === other.part && (one.part !== "verb" || formsMeet(one.form, other.form, language)),
    );
    return sameForm ? null : "word_form";
  }

  return (x, y) => {
    if (!x || !y) return "content";
    if (
      x.kind !== y.kind &&
      !(x.kind === "entity" && y.kind === "content") &&
      !(x.kind === "content" && y.kind === "entity")
    )
      return "content";
    const isSameDuty = x.kind === "modality" && !isNegated && duties.has(x.text) && duties.has(y.text);
    const word = isSameDuty ? null : x.kind === "person" ? persons(x.text, y.text) : sameWord(x, y);
    if (word !== null) return word;
    if (!determinersMeet(x, y, a.asks)) return "possessor";
    if (x.preposition !== y.preposition) return "preposition";
    return null;
  };
}

/** The same when nothing is denied: "need not" is not "must not". */
const duties = new Set(["@must", "must", "@haveto"]);

/** English: -s is no more than the third person, or a plural. */
const present = new Set<Form | null>(["base", "third"]);
const formsMeet = (a: Form | null, b: Form | null, language: QuestionLanguage): boolean =>
  a === b || (language === "en" && present.has(a) && present.has(b));

/** "one" asks as "I" and as "we" do; "I" does not ask as "you" do. */
function persons(a: string, b: string): Difference | null {
  const general = new Set(["on", "one"]);
  const asker = new Set(["i", "je", "we", "nous"]);
  if (a === b) return null;
  return (general.has(a) && asker.has(b)) || (general.has(b) && asker.has(a)) ? null : "content";
}

const plain = new Set(["none", "the", "a"]);
function determinersMeet(x: Item, y: Item, asks: string): boolean {
  const a = x.determiner;
  const b = y.determiner;
  if (a === b) return !(x.gender && y.gender && x.gender !== y.gender && x.text === y.text);
  if (plain.has(a) && plain.has(b)) return true;
  const own = new Set(["my", "our", "your"]);
  const isOwnThing = (one: string, other: string) => own.has(one) && (other === "the" || other === "none");
  if (isOwnThing(a, b) || isOwnThing(b, a)) return true;
  // "comment réinitialiser son mot de passe": anybody's own
  const isAnybody = (one: string, other: string) =>
    one === "one's" && (other === "my" || other === "the" || other === "none");
  return asks === "howto" && (isAnybody(a, b) || isAnybody(b, a));
}
