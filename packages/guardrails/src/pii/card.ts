import { digitsOf, type Span } from "../span.ts";

const run = /(?<![\p{L}\p{N}_.,])\d(?:[ \u00a0\u202f-]?\d){12,120}(?![\p{L}_])/gu;
const group = /\d+/g;

/** First digits and lengths of the networks' cards (ISO/IEC 7812). */
const networks: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]], // Visa
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^(?:36|38|39|30[0-5])/, [14]], // Diners
  [/^(?:6011|64[4-9]|65)/, [16, 19]], // Discover
  [/^35(?:2[89]|[3-8])/, [16]], // JCB
  [/^62/, [16, 17, 18, 19]], // UnionPay
  [/^(?:50|5[6-8]|63|67)/, [16, 18, 19]], // Maestro
];

/** Card numbers, in one or in groups: a network's first digits and length, and the Luhn digit right. */
export function findCards(text: string): Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(run)) {
    const groups = [...match[0].matchAll(group)].map(({ 0: digits, index }) => ({
      digits,
      start: match.index + index,
      end: match.index + index + digits.length,
    }));
    for (let first = 0; first < groups.length; first++) {
      const last = lastGroupOfCard(groups, first);
      const start = groups[first]?.start;
      const end = groups[last]?.end;
      if (last < 0 || start === undefined || end === undefined) continue;
      found.push({ start, end, kind: "CARD", identity: digitsOf(text.slice(start, end)) });
      first = last;
    }
  }
  return found;
}

/** Other digits may stand before and behind: a date of expiry, an amount. @returns -1 when no card begins here. */
function lastGroupOfCard(groups: readonly { digits: string }[], first: number): number {
  let digits = "";
  for (let last = first; last < groups.length; last++) {
    digits += groups[last]?.digits ?? "";
    if (digits.length > 19) return -1;
    if (digits.length >= 13 && isCard(digits)) return last;
  }
  return -1;
}

function isCard(digits: string): boolean {
  return (
    networks.some(([prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits)) && hasLuhnDigit(digits)
  );
}

function hasLuhnDigit(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]);
    const weighed = index % 2 === 0 ? digit : digit * 2;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}
