import type { Span } from "./span.ts";

const open = "⟦";
const close = "⟧";

/**
 * Placeholders of one call, `⟦EMAIL_1⟧`, and the values behind them. One value, however it is spelled, has one
 * placeholder, and is put back as it was first written.
 */
export interface Placeholders {
  readonly isEmpty: boolean;
  mask(text: string, spans: readonly Span[]): string;
  /** @param write How a value is written at this place; default as it is. */
  restore(text: string, write?: (value: string) => string): string;
  /** Characters at the end of the text that may be the beginning of a placeholder. */
  openEnd(text: string): number;
}

/** @param taken Texts of the call: no placeholder is made that already stands in one of them. */
export function createPlaceholders(taken: readonly string[]): Placeholders {
  const series = freeSeries(taken);
  const byIdentity = new Map<string, string>();
  const values = new Map<string, string>();
  const counts = new Map<string, number>();
  let pattern: RegExp | null = null;

  function placeholderFor(kind: string, identity: string, written: string): string {
    const key = `${kind} ${identity}`;
    const known = byIdentity.get(key);
    if (known !== undefined) return known;
    const count = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, count);
    const placeholder = `${open}${series}${kind}_${count}${close}`;
    byIdentity.set(key, placeholder);
    values.set(placeholder, written);
    return placeholder;
  }

  return {
    get isEmpty() {
      return values.size === 0;
    },
    mask(text, spans) {
      let masked = "";
      let from = 0;
      for (const { end, identity, kind, start } of spans) {
        masked += text.slice(from, start) + placeholderFor(kind, identity, text.slice(start, end));
        from = end;
      }
      return masked + text.slice(from);
    },
    restore(text, write = (value) => value) {
      if (values.size === 0 || !text.includes(open)) return text;
      pattern ??= new RegExp(`${open}${series}[A-Z]+_\\d+${close}`, "g");
      return text.replace(pattern, (found) => {
        const value = values.get(found);
        return value === undefined ? found : write(value);
      });
    },
    openEnd(text) {
      const at = text.lastIndexOf(open);
      if (at < 0 || values.size === 0) return 0;
      const end = text.slice(at);
      for (const placeholder of values.keys())
        if (placeholder.length > end.length && placeholder.startsWith(end)) return end.length;
      return 0;
    },
  };
}

/** "" unless the texts hold placeholders themselves; then the first of A., B. … that they do not use. */
function freeSeries(taken: readonly string[]): string {
  const suspects = taken.filter((text) => text.includes(open));
  if (!suspects.some((text) => /⟦(?:[A-Z]+\.)?[A-Z]+_\d+/.test(text))) return "";
  const used = new Set(suspects.flatMap((text) => [...text.matchAll(/⟦([A-Z]+)\./g)].map(([, name]) => name)));
  let number = 1;
  while (used.has(letters(number))) number++;
  return `${letters(number)}.`;
}

const letters = (number: number): string =>
  number <= 0 ? "" : letters(Math.floor((number - 1) / 26)) + String.fromCharCode(65 + ((number - 1) % 26));
