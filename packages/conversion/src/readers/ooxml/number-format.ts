import { SSF } from "@e965/xlsx";

/** The part of SheetJS's formatter used here; the package declares no types for it. */
const formatter: {
  format(format: string, value: number, options?: { date1904?: boolean }): string;
  is_date(format: string): boolean;
  get_table(): Record<number, string | undefined>;
} = SSF;

/** Dates that each program shapes by its own region are written so that no one takes days for months. */
const regionalFormats: Readonly<Record<string, string>> = { "m/d/yy": "yyyy-mm-dd", "m/d/yy h:mm": "yyyy-mm-dd hh:mm" };

/** The code of a format every workbook has without naming it (ECMA-376 part 1, 18.8.30). */
export const builtInFormat = (id: number): string | undefined => formatter.get_table()[id];

/**
 * A number as its cell shows it: digits, separators, currency, date. Without a format all the digits a workbook keeps
 * (15) are shown, where Excel shortens long ones. A format that cannot be read gives the same.
 */
export function formatNumber(value: number, format: string, is1904 = false): string {
  const plain = String(Number(value.toPrecision(15)));
  if (/^(?:general|@)?$/i.test(format) || !Number.isFinite(value)) return plain;
  try {
    const own = regionalFormats[format] ?? format;
    const padded = /^y/i.test(own) ? own.replace(/(?<!h)h:/i, "hh:") : own; // after a year first comes ISO's hour
    const shown = formatter.format(padded, value, { date1904: is1904 }).trim();
    const text = isFrench(format) ? withFrenchNames(shown) : shown;
    return text === "" || /^#+$/.test(text) ? plain : text;
  } catch {
    return plain;
  }
}

export const isDateFormat = (format: string): boolean => format !== "" && formatter.is_date(format);

/** The language a format names, by Windows' number (its low ten bits) or by its tag: `[$-40C]`, `[$-fr-FR]`. */
const isFrench = (format: string): boolean => {
  const [, code = "", tag] = /\[\$[^\]-]*-(?:([0-9a-f]+)|(fr)(?:-\w+)?)[\],]/i.exec(format) ?? [];
  return tag !== undefined || (Number.parseInt(code, 16) & 0x3ff) === 0x0c;
};

/** The formatter knows English names of months and days alone. */
const frenchNames: ReadonlyMap<string, string> = new Map(
  (["long", "short"] as const).flatMap((style) => {
    const names = (language: string, part: "month" | "weekday") => {
      const format = new Intl.DateTimeFormat(language, { [part]: style, timeZone: "UTC" });
      return Array.from({ length: 12 }, (_, at) =>
        format.format(part === "month" ? Date.UTC(2024, at, 1) : Date.UTC(2024, 0, 1 + at)),
      );
    };
    return (["month", "weekday"] as const).flatMap((part) => {
      const french = names("fr", part);
      return names("en", part).map((name, at) => [name, french[at] ?? name] as const);
    });
  }),
);

const withFrenchNames = (text: string): string => text.replace(/\p{L}+/gu, (word) => frenchNames.get(word) ?? word);
