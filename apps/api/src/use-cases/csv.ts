export type CsvValue = string | number | boolean | null | readonly string[];

/** What makes a spreadsheet read a cell as a formula (owasp.org/www-community/attacks/CSV_Injection). */
const formula = /^[\s]*[=+\-@\t\r|%]/;

/** One line (RFC 4180). Text a spreadsheet would run gets an apostrophe before it; numbers stay numbers. */
export const csvLine = (values: readonly CsvValue[]): string => `${values.map(cell).join(",")}\r\n`;

/** Excel reads a file without it as Latin-1. */
export const byteOrderMark = "\ufeff";

function cell(value: CsvValue): string {
  if (value === null) return "";
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const text = typeof value === "string" ? value : value.join(" ");
  const harmless = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
