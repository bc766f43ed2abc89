import { formatNumber, type Locale } from "@aurora/i18n";

/** US dollars with as many digits as say something: `0,00043 $US`, `12,40 $US`. */
export function formatUsd(locale: Locale, usd: number): string {
  const size = Math.abs(usd);
  const digits = size === 0 || size >= 0.1 ? 2 : Math.min(12, Math.ceil(-Math.log10(size)) + 1);
  return formatNumber(locale, usd, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  });
}

/** Large counts in short: `12,4 k`. */
export const formatCount = (locale: Locale, count: number): string =>
  formatNumber(locale, count, count >= 10_000 ? { notation: "compact", maximumFractionDigits: 1 } : {});

/**
 * Moves the point of a decimal written as digits, exactly: `shiftPoint("0.00000015", 6)` is `0.15`.
 * Prices are stored a token and read a million tokens; a float in between would change them.
 */
export function shiftPoint(decimal: string, places: number): string {
  const [whole = "", fraction = ""] = decimal.split(".");
  const digits = whole + fraction;
  const point = whole.length + places;
  const padded = point <= 0 ? "0".repeat(1 - point) + digits : digits.padEnd(point, "0");
  const at = point <= 0 ? 1 : point;
  const left = padded.slice(0, at).replace(/^0+(?=\d)/, "");
  const right = padded.slice(at).replace(/0+$/, "");
  return right ? `${left}.${right}` : left;
}

/** What was typed as a price, a comma for a point allowed; null = left empty. Anything else is given back as it is. */
export function typedDecimal(text: string): string | null {
  const plain = text.trim().replace(/\s/g, "").replace(",", ".");
  if (plain === "") return null;
  return /^\d+\.$/.test(plain) ? plain.slice(0, -1) : plain.startsWith(".") ? `0${plain}` : plain;
}
