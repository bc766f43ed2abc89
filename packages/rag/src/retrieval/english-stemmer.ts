/**
 * The English (Porter2) stemmer of the Snowball project, written from its published description
 * (snowballstem.org/algorithms/english/stemmer.html, algorithm by M. F. Porter, BSD licence).
 * @orama/stemmers, used for the other languages, has an English one that departs from Porter's ("abduction" → "abduc").
 */

const whole: Readonly<Record<string, string>> = {
  ...{ skis: "ski", skies: "sky", dying: "die", lying: "lie", tying: "tie", idly: "idl", gently: "gentl" },
  ...{ ugly: "ugli", early: "earli", only: "onli", singly: "singl" },
  ...{ sky: "sky", news: "news", howe: "howe", atlas: "atlas", cosmos: "cosmos", bias: "bias", andes: "andes" },
};
const doneAfterPlural = /^(?:inning|outing|canning|herring|earring|proceed|exceed|succeed)$/;

const step2: Readonly<Record<string, string>> = {
  ...{ tional: "tion", enci: "ence", anci: "ance", abli: "able", entli: "ent", izer: "ize", ization: "ize" },
  ...{ ational: "ate", ation: "ate", ator: "ate", alism: "al", aliti: "al", alli: "al", fulness: "ful" },
  ...{ ousli: "ous", ousness: "ous", iveness: "ive", iviti: "ive", biliti: "ble", bli: "ble", ogi: "og" },
  ...{ fulli: "ful", lessli: "less", li: "" },
};
const step3: Readonly<Record<string, string>> = {
  ...{
    tional: "tion",
    ational: "ate",
    alize: "al",
    icate: "ic",
    iciti: "ic",
    ical: "ic",
    ful: "",
    ness: "",
    ative: "",
  },
};
const step2Suffix = suffixPattern(Object.keys(step2));
const step3Suffix = suffixPattern(Object.keys(step3));
const step4Suffix = /(?:ement|ance|ence|able|ible|ment|ant|ent|ism|ate|iti|ous|ive|ize|ion|al|er|ic)$/;

const hasVowel = /[aeiouy]/;
const doubled = /(bb|dd|ff|gg|mm|nn|pp|rr|tt)$/;
const endsInShortSyllable = /(?:[^aeiouy][aeiouy][^aeiouywxY]|^[aeiouy][^aeiouy])$/;

/** @param word Lower case; a leading apostrophe and a possessive ending are dropped. */
export function stemEnglish(word: string): string {
  if (word.length <= 2) return word;
  const known = whole[word];
  if (known !== undefined && Object.hasOwn(whole, word)) return known;
  // "Y" stands for a y that acts as a consonant
  let stem = word.replace(/^'/, "").replace(/^y|(?<=[aeiouy])y/g, "Y");
  const region1 = firstRegion(stem);
  const region2 = regionAfter(stem, region1);
  stem = stem.replace(/'s?'?$/, "");
  stem = removePlural(stem);
  if (doneAfterPlural.test(stem)) return stem;
  stem = removeVerbEnding(stem, region1);
  stem = stem.replace(/(?<=.[^aeiouy])[yY]$/, "i");
  stem = replaceStep2(stem, region1);
  stem = replaceStep3(stem, region1, region2);
  stem = removeStep4(stem, region2);
  stem = removeFinal(stem, region1, region2);
  return stem.replaceAll("Y", "y");
}

/** Where the region starts that lies after the first non-vowel following a vowel, from `from` on. */
function regionAfter(word: string, from: number): number {
  const match = /[aeiouy][^aeiouy]/.exec(word.slice(from));
  return match ? from + match.index + 2 : word.length;
}

function firstRegion(word: string): number {
  const prefix = /^(?:gener|commun|arsen)/.exec(word);
  return prefix ? prefix[0].length : regionAfter(word, 0);
}

function removePlural(word: string): string {
  if (word.endsWith("sses")) return word.slice(0, -2);
  if (/ie[ds]$/.test(word)) return word.slice(0, word.length > 4 ? -2 : -1);
  if (/[us]s$/.test(word)) return word;
  return word.endsWith("s") && hasVowel.test(word.slice(0, -2)) ? word.slice(0, -1) : word;
}

function removeVerbEnding(word: string, region1: number): string {
  const eed = /eed(?:ly)?$/.exec(word);
  if (eed) return eed.index >= region1 ? word.slice(0, eed.index + 2) : word;
  const match = /(?:ed|ing)(?:ly)?$/.exec(word);
  if (!match || !hasVowel.test(word.slice(0, match.index))) return word;
  const stem = word.slice(0, match.index);
  if (/(?:at|bl|iz)$/.test(stem)) return `${stem}e`;
  if (doubled.test(stem)) return stem.slice(0, -1);
  return region1 >= stem.length && endsInShortSyllable.test(stem) ? `${stem}e` : stem;
}

function replaceStep2(word: string, region1: number): string {
  const match = step2Suffix.exec(word);
  if (!match || match.index < region1) return word;
  const before = word.slice(0, match.index);
  if (match[0] === "ogi" && !before.endsWith("l")) return word;
  if (match[0] === "li" && !/[cdeghkmnrt]$/.test(before)) return word;
  return before + (step2[match[0]] ?? "");
}

function replaceStep3(word: string, region1: number, region2: number): string {
  const match = step3Suffix.exec(word);
  if (!match || match.index < (match[0] === "ative" ? region2 : region1)) return word;
  return word.slice(0, match.index) + (step3[match[0]] ?? "");
}

function removeStep4(word: string, region2: number): string {
  const match = step4Suffix.exec(word);
  if (!match || match.index < region2) return word;
  const before = word.slice(0, match.index);
  return match[0] === "ion" && !/[st]$/.test(before) ? word : before;
}

function removeFinal(word: string, region1: number, region2: number): string {
  const before = word.slice(0, -1);
  if (word.endsWith("e")) {
    const isRemoved = before.length >= region2 || (before.length >= region1 && !endsInShortSyllable.test(before));
    return isRemoved ? before : word;
  }
  return word.endsWith("ll") && before.length >= region2 ? before : word;
}

/** Longest suffix first, so that the alternation finds the longest. */
function suffixPattern(suffixes: readonly string[]): RegExp {
  return new RegExp(`(?:${[...suffixes].sort((a, b) => b.length - a.length).join("|")})$`);
}
