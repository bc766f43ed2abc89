import { readNumbers } from "./numbers.ts";

import { type QuestionLanguage, type Token, tokenOf } from "./token.ts";

const elisions: Readonly<Record<string, string>> = {
  ...{ l: "l'", d: "de", j: "je", m: "me", t: "te", s: "se", c: "ce", n: "ne", qu: "que" },
  ...{ jusqu: "jusque", lorsqu: "lorsque", puisqu: "puisque", quoiqu: "quoique", quelqu: "quelque" },
};
const contracted: Readonly<Record<string, readonly string[]>> = {
  ...{ au: ["à", "le"], aux: ["à", "les"], du: ["de", "le"] },
};
const clitic = /-(?:t-)?(je|tu|il|elle|on|nous|vous|ils|elles|ce|moi|y|en|le|la|les|lui|leur|ci|là)(?=-|$)/gu;
const keptHyphens = /^(?:rendez-vous|peut-être|celui-ci|celle-ci|ceux-ci|celles-ci|savoir-faire|prêt-à-.*)$/u;

const english: Readonly<Record<string, readonly string[]>> = {
  ...{ "can't": ["can", "not"], cannot: ["can", "not"], "won't": ["will", "not"], "shan't": ["shall", "not"] },
  ...{ "let's": ["let", "us"], gonna: ["going", "to"], wanna: ["want", "to"] },
};
const englishEndings: readonly (readonly [RegExp, readonly string[]])[] = [
  [/n't$/u, ["not"]],
  [/'m$/u, ["am"]],
  [/'re$/u, ["are"]],
  [/'ve$/u, ["have"]],
  [/'ll$/u, ["will"]],
  [/'d$/u, ["would"]],
];
const isAfterWhat = /^(?:what|who|where|when|how|why|it|that|there|here|he|she|which)$/u;

/** Words of a question in order; punctuation is `,` (any break inside) and `?`; numbers are read (`numbers.ts`). */
export function tokenize(question: string, language: QuestionLanguage): Token[] {
  const isShouted = !/\p{Ll}/u.test(question);
  const text = (isShouted ? question.toLowerCase() : question)
    .normalize("NFC")
    .replace(/[’ʼ‘`´]/gu, "'")
    .replace(/[\u00a0\u202f\u2009]/gu, " ")
    .replace(/[‐‑–—]/gu, "-")
    .replace(/œ/gu, "oe")
    .replace(/Œ/gu, "Oe")
    .replace(language === "fr" ? /(?<=\d),(?=\d)/gu : /(?!)/u, ".")
    .replace(language === "en" ? /(?<=\d),(?=\d{3}\b)/gu : /(?!)/u, "");
  const tokens: Token[] = [];
  const pattern =
    /(?<word>[\p{L}\p{N}]+(?:(?:['-]|[._/:](?=\p{N}))[\p{L}\p{N}]+)*'?)|(?<sign>[%€$£+°#&@<>=≤≥±]|-(?=\p{N}))|(?<end>[?])|(?<stop>[,;:.!()«»"…]| - )/gu;
  let isFirst = true;
  for (const { groups } of text.matchAll(pattern)) {
    if (groups?.word) {
      const isName = /\p{Lu}/u.test(isFirst ? groups.word.slice(1) : groups.word);
      for (const part of language === "fr" ? frenchParts(groups.word) : englishParts(groups.word))
        tokens.push(tokenOf(part.toLowerCase(), isName && part.length > 1 && !/^[a-z]'?$/u.test(part)));
      isFirst = false;
    } else if (groups?.sign) tokens.push(tokenOf(groups.sign));
    else if (groups?.end) {
      tokens.push(tokenOf("?"));
      isFirst = true;
    } else if (tokens.at(-1)?.text !== ",") {
      tokens.push(tokenOf(","));
      isFirst = groups?.stop !== ",";
    }
  }
  return readNumbers(language === "en" ? withVoice(tokens) : tokens, language);
}

const be = new Set("is are am be been being was were get gets got".split(" "));
const subjects = new Set("who which that what whose i we you he she they it".split(" "));

/** A form in -ed is passive or perfect after "be" and "have", else it says what somebody did. */
function withVoice(tokens: readonly Token[]): Token[] {
  return tokens.map((token, index) => {
    for (let at = index - 1; at >= 0; at--) {
      const fold = tokens[at]?.fold ?? "";
      if (be.has(fold) || fold === "have" || fold === "has" || fold === "had") return token;
      if (subjects.has(fold)) break;
    }
    return { ...token, isActivePast: true };
  });
}

function frenchParts(word: string): string[] {
  const lower = word.toLowerCase();
  if (/\p{N}/u.test(word) && !/^\p{L}+'/u.test(word)) return [word];
  if (lower === "aujourd'hui") return [word];
  const [head, ...rest] = word.split("'");
  if (rest.length > 0 && head !== undefined && Object.hasOwn(elisions, head.toLowerCase())) {
    const tail = rest.join("'");
    if (head.toLowerCase() === "s" && /^ils?$/iu.test(tail)) return ["si", tail];
    return [elisions[head.toLowerCase()] ?? head, ...(tail === "" ? [] : frenchParts(tail))];
  }
  if (Object.hasOwn(contracted, lower)) return [...(contracted[lower] ?? [])];
  if (keptHyphens.test(lower)) return [word.replaceAll("-", "")];
  // "peut-il": the pronoun that repeats a subject is told by its hyphen
  const parts: string[] = [];
  const base = word.replace(clitic, (_match, pronoun: string) => {
    parts.push(/^(?:il|elle|ils|elles)$/iu.test(pronoun) ? `-${pronoun}` : pronoun);
    return "";
  });
  return [base, ...parts];
}

function englishParts(word: string): string[] {
  const lower = word.toLowerCase();
  const known = english[lower];
  if (known && Object.hasOwn(english, lower)) return [...known];
  for (const [ending, added] of englishEndings)
    if (ending.test(lower) && lower.length > (added[0]?.length ?? 0))
      return [word.replace(new RegExp(ending, "iu"), ""), ...added];
  if (/'s$/iu.test(word)) {
    const head = word.slice(0, -2);
    return isAfterWhat.test(head.toLowerCase()) ? [head, "is"] : [head, "'s"];
  }
  if (/s'$/iu.test(word)) return [word.slice(0, -1), "'s"];
  return [word.replace(/'$/u, "")];
}
