import type { QuestionLanguage, Token } from "./token.ts";

/** A number, date or time in one form: `#1500`, `#2.5`, `#d2024-03-01`, `#m2024-03`, `#q1`, `#o2` (second), `#t08:30`. */
const read = (text: string): Token => ({ text, fold: text, isName: false });

const small: Readonly<Record<QuestionLanguage, Readonly<Record<string, number>>>> = {
  fr: {
    ...{ zero: 0, deux: 2, trois: 3, quatre: 4, cinq: 5, six: 6, sept: 7, huit: 8, neuf: 9, dix: 10, onze: 11 },
    ...{ douze: 12, treize: 13, quatorze: 14, quinze: 15, seize: 16, vingt: 20, vingts: 20, trente: 30 },
    ...{ quarante: 40, cinquante: 50, soixante: 60, septante: 70, huitante: 80, nonante: 90 },
  },
  en: {
    ...{ zero: 0, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10 },
    ...{ eleven: 11, twelve: 12, thirteen: 13, fourteen: 14, fifteen: 15, sixteen: 16, seventeen: 17 },
    ...{ eighteen: 18, nineteen: 19, twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70 },
    ...{ eighty: 80, ninety: 90 },
  },
};
const scales: Readonly<Record<QuestionLanguage, Readonly<Record<string, number>>>> = {
  fr: { cent: 100, cents: 100, mille: 1e3, million: 1e6, millions: 1e6, milliard: 1e9, milliards: 1e9 },
  en: { hundred: 100, thousand: 1e3, million: 1e6, millions: 1e6, billion: 1e9, billions: 1e9 },
};
const ordinals: Readonly<Record<QuestionLanguage, Readonly<Record<string, number>>>> = {
  fr: {
    ...{ premier: 1, premiere: 1, premiers: 1, premieres: 1, deuxieme: 2, second: 2, seconde: 2, troisieme: 3 },
    ...{ quatrieme: 4, cinquieme: 5, sixieme: 6, septieme: 7, huitieme: 8, neuvieme: 9, dixieme: 10 },
  },
  en: { first: 1, second: 2, third: 3, fourth: 4, fifth: 5, sixth: 6, seventh: 7, eighth: 8, ninth: 9, tenth: 10 },
};
const monthNames: Readonly<Record<QuestionLanguage, readonly string[]>> = {
  fr: "janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre".split(" "),
  en: "january february march april may june july august september october november december".split(" "),
};
const quarterWords = new Set(["trimestre", "quarter"]);
const semesterWords = new Set(["semestre", "semester"]);

const signs: Readonly<Record<string, string>> = { "€": "euro", $: "dollar", "£": "livre", "%": "pourcent" };

/** Folds what numbers are written with, so that the same quantity, date or time is the same token. */
export function readNumbers(tokens: readonly Token[], language: QuestionLanguage): Token[] {
  return dates(
    words(
      tokens.flatMap((token) => digits(token, language)),
      language,
    ),
    language,
  );
}

function digits(token: Token, language: QuestionLanguage): Token[] {
  const { text } = token;
  if (Object.hasOwn(signs, text)) return [read(signs[text] ?? text)];
  if (!/^\p{N}/u.test(text)) return [token];
  const iso = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})$/u.exec(text);
  if (iso) return [read(`#d${iso[1]}-${pad(iso[2])}-${pad(iso[3])}`)];
  const european = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/u.exec(text);
  // 03/04/2024 is April in French and either in English: only there it stays as written
  if (european && language === "fr") return [read(`#d${european[3]}-${pad(european[2])}-${pad(european[1])}`)];
  const time = /^(\d{1,2})(?:h|:)(\d{2})?$/u.exec(text);
  if (time) return [read(`#t${pad(time[1])}:${time[2] ?? "00"}`)];
  const clock = /^(\d{1,2})(?::(\d{2}))?(am|pm)$/u.exec(text);
  if (clock)
    return [read(`#t${pad(String((Number(clock[1]) % 12) + (clock[3] === "pm" ? 12 : 0)))}:${clock[2] ?? "00"}`)];
  const ordinal = /^(\d+)(?:er|ere|e|eme|nd|nde|st|rd|th|d)$/u.exec(token.fold);
  if (ordinal) return [read(`#o${ordinal[1]}`)];
  const withUnit = /^(\d+(?:[.]\d+)?)(go|mo|ko|to|gb|mb|kb|tb|km|kg|cm|mm|ml|g|m|k|j|h|min|s|x|keuros?)$/u.exec(
    token.fold,
  );
  if (withUnit) return [read(`#${withUnit[1]}`), read(withUnit[2] ?? "")];
  if (/^\d+(?:\.\d+)?$/u.test(text)) {
    const isGrouped = language === "fr" && /^\d{1,3}\.\d{3}$/u.test(text);
    // as written: 3.1 and 3.10 are two versions
    return [read(`#${isGrouped ? text.replace(".", "") : text.replace(/^0+(?=\d)/u, "")}`)];
  }
  return [token];
}

const pad = (text: string | undefined) => (text ?? "").padStart(2, "0");
const integerOf = (token: Token | undefined): number | null =>
  token && /^#\d+$/u.test(token.text) ? Number(token.text.slice(1)) : null;

/** "1 500", "1,500" and "2,5" were cut at blanks and commas: joined here; then the numbers written out. */
function words(tokens: readonly Token[], language: QuestionLanguage): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) continue;
    const value = numberAt(tokens, i, language);
    if (value) {
      out.push(read(`#${value.number}`));
      i += value.length - 1;
    } else if (Object.hasOwn(ordinals[language], token.fold) && !isUnitSecond(tokens, i, language))
      out.push(read(`#o${ordinals[language][token.fold]}`));
    else out.push(token);
  }
  return out;
}

/** "30 seconds", "per second": the unit of time. */
const isUnitSecond = (tokens: readonly Token[], i: number, language: QuestionLanguage): boolean =>
  language === "en" && tokens[i]?.fold === "second" && ["per", "a", "#1"].includes(tokens[i - 1]?.fold ?? "");

function numberAt(tokens: readonly Token[], start: number, language: QuestionLanguage) {
  const first = integerOf(tokens[start]);
  if (first !== null) return digitsAt(tokens, start, first, language);
  const units = small[language];
  const factors = scales[language];
  let total = 0;
  let current = 0;
  let length = 0;
  let last = Number.POSITIVE_INFINITY;
  for (let i = start; i < tokens.length; i++) {
    // "soixante-dix-huit" is one token with hyphens
    const parts = (tokens[i]?.fold ?? "").split("-").filter((part) => part !== "et" && part !== "and");
    const isLinked = length > 0 && ["et", "and"].includes(tokens[i]?.fold ?? "");
    if (isLinked && Object.hasOwn(units, tokens[i + 1]?.fold.split("-")[0] ?? "")) continue;
    const values = parts.map((part) =>
      Object.hasOwn(units, part)
        ? units[part]
        : Object.hasOwn(factors, part)
          ? factors[part]
          : part === "un" && parts.length > 1
            ? 1
            : null,
    );
    if (parts.length === 0 || values.some((value) => value === null || value === undefined)) break;
    for (const [index, value] of values.entries()) {
      const part = parts[index] ?? "";
      if (value === null || value === undefined) break;
      if (Object.hasOwn(factors, part)) {
        if (value >= 1e3) {
          total += Math.max(1, current) * value;
          current = 0;
        } else current = Math.max(1, current) * value;
      } else if (part.startsWith("vingt") && current % 100 === 4) current = current - 4 + 80;
      else if (value >= last && length > 0 && current % 100 !== 0) return { number: total + current, length };
      else current += value;
      last = value;
    }
    length = i - start + 1;
  }
  // "one" alone is a pronoun as often as a number
  if (length === 0 || (length === 1 && tokens[start]?.fold === "one")) return null;
  return { number: total + current, length };
}

function digitsAt(tokens: readonly Token[], start: number, first: number, language: QuestionLanguage) {
  let number = first;
  let length = 1;
  const separator = tokens[start + 1]?.text;
  const groups = (gap: number) => {
    while (
      /^#\d{1,3}$/u.test(tokens[start + length - 1 + gap]?.text ?? "") &&
      tokens[start + length - 1 + gap]?.text.length === 4
    ) {
      number = number * 1000 + (integerOf(tokens[start + length - 1 + gap]) ?? 0);
      length += gap;
    }
  };
  if (language === "fr" && first < 1000 && separator !== ",") groups(1);
  const factor = scales[language][tokens[start + length]?.fold ?? ""];
  if (factor && factor >= 1e3) return { number: number * factor, length: length + 1 };
  return { number, length };
}

function dates(tokens: readonly Token[], language: QuestionLanguage): Token[] {
  const out: Token[] = [];
  const monthAt = (i: number) => {
    const token = tokens[i];
    if (!token || (language === "en" && token.fold === "may" && !token.isName)) return 0;
    return monthNames[language].indexOf(token.fold) + 1;
  };
  const dayAt = (i: number) => {
    const match = /^#o?(\d{1,2})$/u.exec(tokens[i]?.text ?? "");
    return match && Number(match[1]) >= 1 && Number(match[1]) <= 31 ? Number(match[1]) : 0;
  };
  const yearAt = (i: number) =>
    /^#(?:19|20)\d\d$/u.test(tokens[i]?.text ?? "") ? tokens[i]?.text.slice(1) : undefined;
  const skip = (i: number, ...folds: string[]) => (folds.includes(tokens[i]?.fold ?? "") ? i + 1 : i);
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (!token) continue;
    const dayFirst = dayAt(i) > 0 && monthAt(skip(i + 1, "of")) > 0 ? skip(i + 1, "of") : -1;
    if (dayFirst > 0) {
      const after = skip(dayFirst + 1, ",", "de", "of");
      const year = yearAt(after);
      out.push(read(`#d${year ?? ""}-${pad(String(monthAt(dayFirst)))}-${pad(String(dayAt(i)))}`));
      i = year ? after : dayFirst;
    } else if (monthAt(i) > 0) {
      const hasDay = language === "en" && dayAt(i + 1) > 0;
      const after = skip(i + (hasDay ? 2 : 1), ",", "de", "of");
      const year = yearAt(after);
      const month = pad(String(monthAt(i)));
      out.push(read(hasDay ? `#d${year ?? ""}-${month}-${pad(String(dayAt(i + 1)))}` : `#m${year ?? ""}-${month}`));
      i = year ? after : i + (hasDay ? 1 : 0);
    } else if (/^[tq][1-4]$/u.test(token.fold)) out.push(read(`#q${token.fold[1]}`));
    else if (/^[sh][12]$/u.test(token.fold)) out.push(read(`#h${token.fold[1]}`));
    else if (/^#o[1-4]$/u.test(token.text) && quarterWords.has(tokens[i + 1]?.fold ?? "")) {
      out.push(read(`#q${token.text[2]}`));
      i++;
    } else if (/^#o[12]$/u.test(token.text) && semesterWords.has(tokens[i + 1]?.fold ?? "")) {
      out.push(read(`#h${token.text[2]}`));
      i++;
    } else out.push(token);
  }
  return out;
}
