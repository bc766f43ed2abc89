import { digitsOf, numberGap, type Span } from "../span.ts";

const gap = numberGap;
const before = "(?<![\\p{L}\\p{N}_+])(?<!\\d[.,/-])";
const after = "(?![\\p{N}\\p{L}_])";
const rest = `(?:\\d{8}|(${gap})\\d{2}(?:\\1\\d{2}){3}|\\d{2}(?:${gap}\\d{2}){3}|${gap}\\d{3}${gap}\\d{3}${gap}\\d{2})`;

/** 0 or +33 and nine digits, by pairs, by three or in one (Arcep's plan of numbers). */
const french = new RegExp(`${before}(?:(?:\\+|00)33${gap}?(?:\\(0\\)${gap}?)?|0)[1-9]${rest}${after}`, "gu");
/** 020 7946 0958, 0113 496 0000, 07700 900123 (Ofcom). */
const british = new RegExp(
  `${before}\\(?0(?:20\\)?${gap}?\\d{4}${gap}?\\d{4}|1\\d{2}\\)?${gap}\\d{3}${gap}?\\d{4}|(?:1\\d{3}|7\\d{3})\\)?${gap}?\\d{3}${gap}?\\d{3})${after}`,
  "gu",
);
/** (212) 555-0143, 212-555-0143, 212.555.0143 (NANP: neither the area nor the exchange begins with 0 or 1). */
const american = new RegExp(
  `${before}(?<!-)(?:\\([2-9]\\d{2}\\) ?[2-9]\\d{2}[-. ]|[2-9]\\d{2}([-.])[2-9]\\d{2}\\1)\\d{4}(?!-)${after}`,
  "gu",
);
/** +country and the rest in groups (E.164): each digit is read one way only, so that time stays linear. */
const international = new RegExp(
  `${before}(\\+|(?<!\\d${gap})00)(?:\\d{1,4}${gap}?\\(\\d{1,4}\\)|\\d)(?:${gap}?\\d){1,14}${after}`,
  "gu",
);
/** Codes of countries and networks ITU-T E.164 has given. */
const countryCode =
  /^(?:1|7|2(?:[07]|[1-69]\d)|3(?:[0-469]|[578]\d)|4(?:[013-9]|2\d)|5(?:[1-8]|[09]\d)|6(?:[0-6]|[789]\d)|8(?:[1246]|[0578]\d)|9(?:[0-58]|[679]\d))/;
const money = /^ ?(?:€|\$|£|%|EUR|USD|GBP|CHF|k€|M€|euros?|dollars?)/;

/** Telephone numbers: French, British and North American as they are written at home, all others with + or 00. */
export function findPhones(text: string): Span[] {
  if (!/\d/.test(text)) return [];
  const national = [french, british, american].flatMap((pattern) => [...text.matchAll(pattern)].map(spanOf));
  const abroad = [...text.matchAll(international)]
    .filter((match) => {
      const [whole, prefix] = match;
      const digits = digitsOf(whole).slice(prefix === "00" ? 2 : 0);
      const minDigits = prefix === "00" ? 10 : 9;
      return (
        digits.length >= minDigits &&
        digits.length <= 15 &&
        countryCode.test(digits) &&
        !(digits.startsWith("33") && digits.length > 12) && // two French ones side by side
        !money.test(text.slice(match.index + whole.length, match.index + whole.length + 8))
      );
    })
    .map(spanOf);
  return [...national, ...abroad];
}

function spanOf({ 0: whole, index }: RegExpMatchArray & { index: number }): Span {
  return { start: index, end: index + whole.length, kind: "PHONE", identity: identityOf(whole) };
}

/** +33 6…, 0033 6…, +33 (0)6… and 06… are one number. */
function identityOf(written: string): string {
  const digits = digitsOf(written);
  if (!/^\s*(?:\+|00)/.test(written)) return digits;
  const number = written.trimStart().startsWith("+") ? digits : digits.slice(2);
  return number.startsWith("33") ? `0${number.slice(2).replace(/^0/, "")}` : `+${number}`;
}
