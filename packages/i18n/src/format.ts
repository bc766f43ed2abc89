import { createTranslator, type NestedKeyOf } from "use-intl/core";
import { catalogues, type Messages } from "./catalogues.ts";
import type { Locale } from "./locales.ts";

type Leaves<Node> = {
  [Key in keyof Node & string]: Node[Key] extends string ? Key : `${Key}.${Leaves<Node[Key]>}`;
}[keyof Node & string];
/** `namespace.key` of any message. */
export type MessageKey = Leaves<Messages> & NestedKeyOf<Messages>;
export type MessageParams = Readonly<Record<string, string | number | boolean | null>>;

/** The region whose conventions a language follows: DD/MM/YYYY in both (DATE_DISPLAY_FORMAT). */
const regionOf: Record<Locale, string> = { fr: "fr-FR", en: "en-GB" };

/**
 * One message in one language, for processes without React.
 * @throws Error when the message needs a parameter that is not given: a sentence with a hole is never shown.
 */
export function formatMessage(locale: Locale, key: MessageKey, params: MessageParams = {}): string {
  const translate = createTranslator({
    locale,
    messages: catalogues[locale],
    onError: (error) => {
      throw error;
    },
  });
  const values = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, typeof value === "number" ? value : String(value ?? "")]),
  );
  // The key is checked above; the parameters of a key known only at run time cannot be.
  return (translate as (key: MessageKey, values: Record<string, string | number>) => string)(key, values);
}

/** 23/11/2026. `timeZone` is an IANA name; absent = the process's own. */
export function formatDate(locale: Locale, date: Date, timeZone?: string): string {
  const options = { day: "2-digit", month: "2-digit", year: "numeric" } as const;
  return new Intl.DateTimeFormat(regionOf[locale], { ...options, ...(timeZone && { timeZone }) }).format(date);
}

/** 23/11/2026 14:05. */
export function formatDateTime(locale: Locale, date: Date, timeZone?: string): string {
  const options = { hour: "2-digit", minute: "2-digit" } as const;
  const time = new Intl.DateTimeFormat(regionOf[locale], { ...options, ...(timeZone && { timeZone }) });
  return `${formatDate(locale, date, timeZone)} ${time.format(date)}`;
}

export const formatNumber = (locale: Locale, value: number, options: Intl.NumberFormatOptions = {}): string =>
  new Intl.NumberFormat(regionOf[locale], options).format(value);

/** 0 to 1 → "12 %". */
export const formatPercent = (locale: Locale, ratio: number): string =>
  formatNumber(locale, ratio, { style: "percent", maximumFractionDigits: ratio > 0 && ratio < 0.1 ? 1 : 0 });

/** 1234567 → "1,2 Mo" (decimal multiples). */
export function formatBytes(locale: Locale, bytes: number): string {
  const units = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"] as const;
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  return formatNumber(locale, bytes / 1000 ** power, {
    style: "unit",
    unit: units[power] ?? "byte",
    unitDisplay: power === 0 ? "long" : "short",
    maximumFractionDigits: power < 2 ? 0 : 1,
  });
}

/** 840 → "840 ms", 12400 → "12,4 s". */
export function formatDuration(locale: Locale, ms: number): string {
  const unit = ms < 1000 ? "millisecond" : "second";
  return formatNumber(locale, ms < 1000 ? Math.round(ms) : ms / 1000, {
    style: "unit",
    unit,
    unitDisplay: "short",
    maximumFractionDigits: 1,
  });
}
