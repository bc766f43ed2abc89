import type { Span } from "../span.ts";
import { ibanLengths } from "../words/iban-lengths.ts";

const beginning = /(?<![\p{L}\p{N}_])([A-Za-z]{2})[ \u00a0\u202f]?\d{2}/gu;
const space = /[ \u00a0\u202f-]/;

/** IBANs, in one or in groups, that have their country's length and whose check digits hold (ISO 13616, mod 97). */
export function findIbans(text: string): Span[] {
  const found: Span[] = [];
  for (const match of text.matchAll(beginning)) {
    const length = ibanLengths[(match[1] ?? "").toUpperCase()];
    if (length === undefined) continue;
    let end = match.index;
    let value = "";
    while (value.length < length && end < text.length) {
      const char = text[end] ?? "";
      if (/[A-Za-z0-9]/.test(char)) value += char.toUpperCase();
      else if (!space.test(char) || space.test(text[end + 1] ?? "")) break;
      end++;
    }
    if (value.length !== length || /[\p{L}\p{N}]/u.test(text[end] ?? "") || !hasCheckDigits(value)) continue;
    found.push({ start: match.index, end, kind: "IBAN", identity: value });
  }
  return found;
}

/** ISO 7064, mod 97-10: the first four characters last, letters as 10 to 35. */
function hasCheckDigits(iban: string): boolean {
  let remainder = 0;
  for (const char of `${iban.slice(4)}${iban.slice(0, 4)}`) {
    const value = Number.parseInt(char, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}
